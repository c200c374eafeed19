// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.protocol.grpc.proto.DeviceType;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.MFARegisterChallenge;
import dev.jtsh.protocol.grpc.proto.MFARegisterResponse;
import dev.jtsh.protocol.grpc.proto.TOTPRegisterChallenge;
import dev.jtsh.protocol.grpc.proto.TOTPRegisterResponse;
import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.text.SafeText;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code jtsh mfa add}: registers one more security key, or an app for one-time codes, with the yes
 * of a key that is there.
 */
@Command(
    name = "add",
    description = "Register a security key or an app for codes; a key you have already must agree.")
final class MfaAddCommand implements Callable<Integer> {
  /** Room for what is written around the picture. */
  private static final int OTHER_ROWS = 6;

  /** What can be registered; named as it is typed. */
  @SuppressWarnings("NamedLikeContextualKeyword") // These are the words of the command line.
  enum Kind {
    webauthn,
    totp
  }

  private final Outside outside;
  private final ClusterOptions cluster;

  @Option(
      names = "--type",
      paramLabel = "webauthn|totp",
      description =
          "A security key, or an app that shows one-time codes (default: ${DEFAULT-VALUE}). Codes"
              + " log in with the password where the cluster allows it, and approve nothing.",
      defaultValue = "webauthn")
  private Kind kind = Kind.webauthn;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What to call it (default: security-key, or otp-app).")
  private @Nullable String name;

  MfaAddCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    var calls = new MfaCalls(outside, cluster);
    return calls.run((auth, ceremony) -> {
      MFAAuthenticateResponse existing =
          auth.listMfaDevices().isEmpty()
              ? MFAAuthenticateResponse.getDefaultInstance()
              : calls.confirmed(auth, ceremony);
      MfaDevice added = kind == Kind.totp ? app(auth, existing) : key(auth, ceremony, existing);
      outside
          .console()
          .say(SafeText.format("Registered {}.", SafeText.of(added.getMetadata().getName())));
      return ExitCode.OK.status();
    });
  }

  private MfaDevice key(
      AuthClient auth, WebauthnCeremony ceremony, MFAAuthenticateResponse existing)
      throws ClientException {
    MFARegisterChallenge challenge =
        auth.createRegisterChallenge(DeviceType.DEVICE_TYPE_WEBAUTHN, existing);
    outside.console().say(SafeText.literal("Now the new key: tap it"));
    return auth.addMfaDevice(
        name == null ? "security-key" : name, ceremony.register(challenge.getWebauthn()));
  }

  private MfaDevice app(AuthClient auth, MFAAuthenticateResponse existing) throws ClientException {
    TOTPRegisterChallenge challenge =
        auth.createRegisterChallenge(DeviceType.DEVICE_TYPE_TOTP, existing).getTotp();
    String uri = OtpauthUri.of(challenge);
    outside
        .console()
        .say(
            SafeText.literal(
                "Put this into your app for one-time codes; it is a secret, and not shown again:"));
    QrPicture picture = QrPicture.of(uri);
    if (picture.fits(outside, OTHER_ROWS)) {
      picture.lines().forEach(outside.console()::picture);
    }
    outside.console().say(SafeText.of(uri));
    String code = OneTimeCodePrompt.ask(outside);
    return auth.addMfaDevice(
        name == null ? "otp-app" : name,
        MFARegisterResponse.newBuilder()
            .setTotp(TOTPRegisterResponse.newBuilder().setId(challenge.getId()).setCode(code))
            .build());
  }
}
