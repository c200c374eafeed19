// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.SecurityKey;
import dev.jtsh.launcher.key.HardwareKeys;
import dev.jtsh.launcher.key.KeyDialog;
import dev.jtsh.launcher.key.UsbKeys;
import dev.jtsh.nativebindings.ProcessHardening;
import dev.jtsh.nativebindings.TerminalState;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * The world outside the program, handed to {@link Main}: tests replace it and run the true program.
 *
 * @param clock the time
 * @param environment the variables as the person had them
 * @param console where lines go
 * @param answers where answers to questions come from; never passwords
 * @param passwords where passwords come from
 * @param interactive whether a person is at the terminal: only then a question is asked
 * @param home the person's home directory
 * @param systemName what {@code os.name} says; decides how the kubeconfig reaches the shell
 * @param random for keys and ids
 * @param securityKeys the WebAuthn authenticators at hand
 * @param tracer process id of a debugger of this process, 0 without one
 */
public record Outside(
    InstantSource clock,
    Map<String, String> environment,
    Console console,
    InputStream answers,
    PasswordSource passwords,
    boolean interactive,
    Path home,
    String systemName,
    SecureRandom random,
    List<SecurityKey> securityKeys,
    IntSupplier tracer) {

  /** Copies the collections. */
  public Outside {
    environment = Map.copyOf(environment);
    securityKeys = List.copyOf(securityKeys);
  }

  /** The real one. Its hardware keys are looked for when one is asked to sign. */
  public static Outside ofThisProcess() {
    Map<String, String> environment = OriginalEnvironment.of(System.getenv());
    boolean terminal = TerminalState.isTerminal(0) && TerminalState.isTerminal(2);
    Console console = new Console(System.out, System.err);
    PasswordSource passwords = new TerminalPasswords(console);
    KeyDialog dialog = new ConsoleKeyDialog(console, passwords, terminal);
    return new Outside(
        InstantSource.system(),
        environment,
        console,
        // Not System.in: its buffer would take the lines behind an answer, a PIN among them.
        new FileInputStream(FileDescriptor.in),
        passwords,
        terminal,
        home(environment),
        System.getProperty("os.name", ""),
        new SecureRandom(),
        List.of(new HardwareKeys(new UsbKeys(), dialog)),
        ProcessHardening::tracerPid);
  }

  /**
   * Where a person's own files are: {@code HOME} if it is an absolute path, for any other would
   * mean files of whatever directory the person is in; else what the system says.
   */
  static Path home(Map<String, String> environment) {
    String named = environment.getOrDefault("HOME", "");
    return Path.of(named.startsWith("/") ? named : System.getProperty("user.home", "/"));
  }

  /** The same world with other variables. */
  public Outside withEnvironment(Map<String, String> variables) {
    return new Outside(
        clock,
        variables,
        console,
        answers,
        passwords,
        interactive,
        home,
        systemName,
        random,
        securityKeys,
        tracer);
  }

  /** The same world with other authenticators. */
  public Outside withSecurityKeys(List<SecurityKey> keys) {
    return new Outside(
        clock,
        environment,
        console,
        answers,
        passwords,
        interactive,
        home,
        systemName,
        random,
        keys,
        tracer);
  }

  /** The same world at another time. */
  public Outside withClock(InstantSource time) {
    return new Outside(
        time,
        environment,
        console,
        answers,
        passwords,
        interactive,
        home,
        systemName,
        random,
        securityKeys,
        tracer);
  }

  /** The same world with another answer to who traces this process. */
  public Outside withTracer(IntSupplier pid) {
    return new Outside(
        clock,
        environment,
        console,
        answers,
        passwords,
        interactive,
        home,
        systemName,
        random,
        securityKeys,
        pid);
  }
}
