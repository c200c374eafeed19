// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import com.google.protobuf.ByteString;
import dev.jtsh.client.SecurityKey;
import dev.jtsh.nativebindings.FidoDevice;
import dev.jtsh.nativebindings.FidoDevice.Proof;
import dev.jtsh.nativebindings.FidoOutcome;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The security keys that are plugged into this machine. With several, those blink that show a
 * fitting credential, and the one that is touched is used.
 */
public final class HardwareKeys implements SecurityKey {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final Duration PLUG_IN_MAX = Duration.ofSeconds(60);

  private final KeySource source;
  private final KeyDialog dialog;
  private volatile @Nullable OpenKeys inUse;

  /** Keys of a source, for the person at the dialog. */
  public HardwareKeys(KeySource source, KeyDialog dialog) {
    this.source = source;
    this.dialog = dialog;
  }

  @Override
  public AssertionResult sign(AssertionRequest request) throws SecurityKeyException {
    ClientData data = ClientData.of(ClientData.SIGN, request.challenge(), request.origin());
    List<byte[]> allowed = bytes(request.allowCredentials());
    try (OpenKeys keys = open()) {
      FidoDevice key =
          choose(
              keys,
              device -> allowed.isEmpty() || device.shows(request.rpId(), allowed),
              SafeText.literal("is one that you registered"));
      FidoDevice.Signed signed =
          ask(
              keys,
              key,
              request.userVerification(),
              proof -> key.sign(request.rpId(), data.hash(), allowed, proof));
      return new AssertionResult(
          signed.credentialId().length == 0 && allowed.size() == 1
              ? request.allowCredentials().getFirst()
              : ByteString.copyFrom(signed.credentialId()),
          data.json(),
          ByteString.copyFrom(signed.authenticatorData()),
          ByteString.copyFrom(signed.signature()),
          ByteString.copyFrom(signed.userHandle()));
    } finally {
      inUse = null;
    }
  }

  @Override
  public RegistrationResult register(RegistrationRequest request) throws SecurityKeyException {
    ClientData data = ClientData.of(ClientData.REGISTER, request.challenge(), request.origin());
    FidoDevice.NewCredential asked =
        new FidoDevice.NewCredential(
            request.rpId(),
            data.hash(),
            request.userHandle().toByteArray(),
            request.userName(),
            bytes(request.excludeCredentials()));
    try (OpenKeys keys = openForNew(asked)) {
      FidoDevice key =
          choose(keys, device -> isNew(device, asked), SafeText.literal("is not registered yet"));
      FidoDevice.Made made =
          ask(keys, key, request.userVerification(), proof -> key.make(asked, proof));
      return new RegistrationResult(
          ByteString.copyFrom(made.credentialId()),
          data.json(),
          AttestationObject.of(made.authenticatorData()));
    } finally {
      inUse = null;
    }
  }

  @Override
  public boolean isAtHand() {
    if (!source.available()) {
      return false;
    }
    try (OpenKeys keys = new OpenKeys(source.open().open())) {
      return !keys.devices().isEmpty();
    }
  }

  /** Ends a question that waits for a touch, from another thread. */
  public void cancel() {
    OpenKeys keys = inUse;
    if (keys != null) {
      keys.cancel();
    }
  }

  private OpenKeys open() throws SecurityKeyException {
    if (!source.available()) {
      throw new SecurityKeyException(
          "libfido2 is missing, which speaks to security keys; install it: apt-get install"
              + " libfido2-1 (Fedora: dnf install libfido2; macOS: brew install libfido2)");
    }
    KeySource.Found found = source.open();
    if (found.open().isEmpty() && found.shut().isEmpty() && dialog.interactive()) {
      dialog.say(SafeText.literal("No security key is plugged in: plug one in now."));
      found = awaitPluggedIn();
    }
    if (found.open().isEmpty()) {
      throw new SecurityKeyException(
          found.shut().isEmpty()
              ? "no security key is plugged in"
              : "the security key \"%s\" cannot be opened: another program uses it, or this user may not"
                  .formatted(found.shut().getFirst()));
    }
    OpenKeys keys = new OpenKeys(found.open());
    inUse = keys;
    return keys;
  }

  private static boolean isNew(FidoDevice device, FidoDevice.NewCredential asked) {
    return asked.excluded().isEmpty() || !device.shows(asked.rpId(), asked.excluded());
  }

  /** When only registered keys are plugged in the person gets time to plug the new one in. */
  private OpenKeys openForNew(FidoDevice.NewCredential asked) throws SecurityKeyException {
    OpenKeys keys = open();
    if (!dialog.interactive() || hasNew(keys, asked)) {
      return keys;
    }
    dialog.say(
        SafeText.literal(
            "What is plugged in is registered already: plug in the new security key now."));
    for (long i = 0; i < PLUG_IN_MAX.dividedBy(BETWEEN_LOOKS) && !keys.cancelled(); i++) {
      keys.close();
      pause();
      keys = new OpenKeys(source.open().open());
      inUse = keys;
      if (hasNew(keys, asked)) {
        return keys;
      }
    }
    if (keys.devices().isEmpty()) {
      keys.close();
      throw new SecurityKeyException("no security key is plugged in");
    }
    return keys;
  }

  private static boolean hasNew(OpenKeys keys, FidoDevice.NewCredential asked) {
    return keys.devices().stream().anyMatch(device -> isNew(device, asked));
  }

  private static void pause() throws SecurityKeyException {
    try {
      Thread.sleep(BETWEEN_LOOKS); // libfido2 tells nobody when a key comes.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecurityKeyException("cancelled", e);
    }
  }

  private KeySource.Found awaitPluggedIn() throws SecurityKeyException {
    KeySource.Found found = source.open();
    for (long i = 0; i < PLUG_IN_MAX.dividedBy(BETWEEN_LOOKS); i++) {
      if (!found.open().isEmpty() || !found.shut().isEmpty()) {
        return found;
      }
      pause();
      found = source.open();
    }
    return found;
  }

  /**
   * Which key is asked.
   *
   * @param why what is said of it when several are plugged in and only this one fits
   */
  private FidoDevice choose(OpenKeys keys, Predicate<FidoDevice> fits, SafeText why)
      throws SecurityKeyException {
    if (keys.devices().size() == 1) {
      return keys.devices().getFirst();
    }
    List<FidoDevice> fitting = keys.devices().stream().filter(fits).toList();
    if (fitting.size() == 1) {
      FidoDevice only = fitting.getFirst();
      dialog.say(
          SafeText.format("Of the keys that are plugged in, {} {}: it blinks.", name(only), why));
      return only;
    }
    dialog.say(SafeText.literal("Several security keys are plugged in: tap the one to use."));
    FidoDevice touched = keys.touched(fitting.isEmpty() ? keys.devices() : fitting);
    dialog.say(SafeText.literal("This one. Tap it again."));
    return touched;
  }

  private <T> T ask(
      OpenKeys keys,
      FidoDevice key,
      UserVerification wanted,
      Function<Proof, FidoOutcome<T>> question)
      throws SecurityKeyException {
    boolean verify = wanted != UserVerification.DISCOURAGED;
    boolean own = verify && key.hasOwnVerification();
    if (wanted == UserVerification.REQUIRED && !own && !key.hasPin()) {
      throw new SecurityKeyException(
          "the cluster wants a PIN, and the security key has none: set one first, for example in"
              + " the settings of a browser or by fido2-token -S");
    }
    FidoOutcome<T> outcome = new FidoOutcome.PinNeeded<>();
    if (own || !verify || !key.hasPin()) {
      outcome = question.apply(own ? new Proof.Own() : new Proof.Touch());
    }
    if (outcome instanceof FidoOutcome.PinNeeded<T> && key.hasPin()) {
      outcome = askWithPin(keys, key, question);
    }
    return answer(outcome);
  }

  /** Until it is right, or the key takes no more. */
  private <T> FidoOutcome<T> askWithPin(
      OpenKeys keys, FidoDevice key, Function<Proof, FidoOutcome<T>> question)
      throws SecurityKeyException {
    while (true) {
      FidoOutcome<T> outcome;
      try (SecretBuffer pin =
          dialog.pin(SafeText.format("PIN of the security key {}: ", name(key)))) {
        if (keys.cancelled()) {
          return new FidoOutcome.Cancelled<>();
        }
        dialog.say(SafeText.literal("Now tap it."));
        outcome = question.apply(new Proof.Pin(pin));
      } catch (IOException e) {
        throw new SecurityKeyException("no PIN was given", e);
      }
      if (!(outcome instanceof FidoOutcome.PinWrong<T>(int triesLeft))) {
        return outcome;
      }
      dialog.say(
          triesLeft < 0
              ? SafeText.literal("That is not its PIN.")
              : SafeText.format(
                  "That is not its PIN. Tries left before it is blocked: {}",
                  SafeText.of(Integer.toString(triesLeft))));
    }
  }

  private static SafeText name(FidoDevice key) {
    return SafeText.of(key.product().isBlank() ? "(no name)" : key.product());
  }

  private static <T> T answer(FidoOutcome<T> outcome) throws SecurityKeyException {
    if (outcome instanceof FidoOutcome.Done<T>(T answer)) {
      return answer;
    }
    throw new SecurityKeyException(
        switch (outcome) {
          case FidoOutcome.Done<T> done -> throw new IllegalStateException("done is no failure");
          case FidoOutcome.PinNeeded<T> needed -> "it wants a PIN, and none was set on it";
          case FidoOutcome.PinWrong<T> wrong -> "that is not its PIN";
          case FidoOutcome.PinBlocked<T>(boolean untilPluggedInAgain) ->
              untilPluggedInAgain
                  ? "too many wrong PINs in a row: pull it out, plug it in and try again"
                  : "its PIN is blocked after too many wrong ones; only a reset helps"
                      + " (fido2-token -R), which loses its credentials: use another key, and"
                      + " register this one anew";
          case FidoOutcome.NoCredential<T> none ->
              "this key is not registered with the cluster for you: use another one";
          case FidoOutcome.AlreadyThere<T> there -> "this key is registered already";
          case FidoOutcome.Cancelled<T> cancelled -> "cancelled";
          case FidoOutcome.TimedOut<T> late -> "nobody touched the key in time";
          case FidoOutcome.Gone<T> gone -> "the key was pulled out or does not answer";
          case FidoOutcome.Failed<T>(String reason) -> "the key says " + reason;
        });
  }

  private static List<byte[]> bytes(List<ByteString> ids) {
    return ids.stream().map(ByteString::toByteArray).toList();
  }
}
