// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.client.SecurityKey;
import dev.jtsh.launcher.Console;
import dev.jtsh.launcher.Main;
import dev.jtsh.launcher.Outside;
import dev.jtsh.launcher.PasswordSource;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.tests.support.webauthn.SoftwareSecurityKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A person's other machine: logged in with an own {@code TELEPORT_HOME} and a software key, running
 * the true program in this process.
 */
public final class Laptop {
  private final Path home;
  private final String proxy;
  private final String user;
  private final Path caFile;
  private final List<SecurityKey> keys;

  /**
   * A machine whose files lie below {@code home}.
   *
   * @param proxy address of the cluster's proxy
   * @param user the Teleport user
   * @param caFile whom to trust for the proxy
   */
  public Laptop(Path home, String proxy, String user, Path caFile) {
    this(home, proxy, user, caFile, softwareKey(home));
  }

  /** The same with another key than the software key. */
  public Laptop(Path home, String proxy, String user, Path caFile, SecurityKey key) {
    this.home = home;
    this.proxy = proxy;
    this.user = user;
    this.caFile = caFile;
    this.keys = List.of(key);
  }

  /**
   * What a command did.
   *
   * @param status its exit status
   * @param out what it wrote to stdout
   * @param err what it wrote to stderr
   */
  public record Result(int status, String out, String err) {
    /** This, if the command succeeded; fails with all it wrote otherwise. */
    public Result orThrow() {
      if (status != 0) {
        throw new AssertionError("exit status " + status + "\n" + out + "\n" + err);
      }
      return this;
    }
  }

  private static SecurityKey softwareKey(Path home) {
    try {
      return SoftwareSecurityKey.open(home.resolve("software-key"), new SecureRandom());
    } catch (IOException e) {
      throw new UncheckedIOException("read the software key of " + home, e);
    }
  }

  /** Where its logins lie: what {@code TELEPORT_HOME} names there. */
  public Path profiles() {
    return home.resolve("tsh");
  }

  /** The software key. */
  public Path keyFile() {
    return home.resolve("software-key");
  }

  /** Redeems an invite. */
  public Result signUp(String invite, String password) {
    return run(List.of(invite, password, password), "", "signup");
  }

  /**
   * Logs in.
   *
   * @param more further arguments
   */
  public Result logIn(String password, String... more) {
    List<String> words = new ArrayList<>(List.of("login"));
    words.addAll(List.of(more));
    return run(List.of(password), "", words.toArray(String[]::new));
  }

  /** Logs in with the key alone, which says whose it is. */
  public Result logInWithPasskey() {
    return run(List.of(), "", "login", "--auth=passwordless");
  }

  /** Logs in with a one-time code in place of the key. */
  public Result logInWithCode(String password, String code) {
    return run(List.of(password, code), "", "login", "--mfa-mode=otp");
  }

  /**
   * Registers an app for one-time codes.
   *
   * @param code the app: what it shows for the secret in a text
   */
  public Result addApp(String name, UnaryOperator<String> code) {
    return run(
        said -> code.apply(said.toString(StandardCharsets.UTF_8)),
        "",
        "mfa",
        "add",
        "--type=totp",
        "--name=" + name);
  }

  /** Approves a request as a person does: reads the facts, types the number, touches the key. */
  public Result approve(ShownRequest request) {
    return run(List.of(), request.number() + "\n", "headless", "approve", request.id());
  }

  /** The same for a request that has no number, for it goes on with a session. */
  public Result approve(String id) {
    return run(List.of(), "y\n", "headless", "approve", id);
  }

  /** Looks at a request and says no. */
  public Result deny(String id) {
    return run(List.of(), "n\n", "headless", "approve", id);
  }

  /** Runs any command without questions. */
  public Result run(String... arguments) {
    return run(List.of(), "", arguments);
  }

  /** The same with a person at a terminal. */
  public Result runAtTerminal(String... arguments) {
    return run(said -> "", "", true, arguments);
  }

  private Result run(List<String> secrets, String answers, String... arguments) {
    Queue<String> left = new ArrayDeque<>(secrets);
    return run(said -> left.remove(), answers, arguments);
  }

  /** What is typed unseen goes by what was said before. */
  private Result run(
      Function<ByteArrayOutputStream, String> secrets, String answers, String... arguments) {
    return run(secrets, answers, false, arguments);
  }

  private Result run(
      Function<ByteArrayOutputStream, String> secrets,
      String answers,
      boolean atTerminal,
      String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(printing(out), printing(err));
    Outside outside =
        new Outside(
            InstantSource.system(),
            Map.of("TELEPORT_HOME", profiles().toString()),
            console,
            new ByteArrayInputStream(answers.getBytes(StandardCharsets.UTF_8)),
            given(() -> secrets.apply(err)),
            atTerminal,
            home,
            System.getProperty("os.name", ""),
            new SecureRandom(),
            keys,
            () -> 0);
    List<String> words = new ArrayList<>(List.of(arguments));
    words.add("--proxy=" + proxy);
    words.add("--user=" + user);
    words.add("--ca-file=" + caFile);
    int status = new Main(outside).run(words.toArray(String[]::new));
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream printing(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static PasswordSource given(Supplier<String> secrets) {
    return prompt -> {
      byte[] bytes = secrets.get().getBytes(StandardCharsets.UTF_8);
      SecretBuffer buffer = SecretArena.process().allocate(bytes.length);
      buffer.segment().copyFrom(MemorySegment.ofArray(bytes));
      return buffer;
    };
  }
}
