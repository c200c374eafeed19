// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support;

import dev.jtsh.client.SecurityKey;
import dev.jtsh.launcher.Main;
import dev.jtsh.launcher.Outside;
import dev.jtsh.nativebindings.ProcessExit;
import dev.jtsh.nativebindings.ProcessHardening;
import dev.jtsh.tests.support.webauthn.SoftwareSecurityKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * The true jtsh as a process of its own, with four things a test may change by system properties:
 *
 * <ul>
 *   <li>{@value #KEY}: a file with a software security key, in the place of hardware;
 *   <li>{@value #TOUCH}: a pipe; a touch of the key, and the end of the process, wait until
 *       somebody has written into it, so that the process can be looked at;
 *   <li>{@value #EXHAUST}: a pipe; when somebody has written into it, the Java heap is filled until
 *       an OutOfMemoryError;
 *   <li>{@value #UNPROTECTED}: the process stays dumpable, to see what a dump would hold.
 * </ul>
 */
public final class TestedJtsh {
  /** Names the file of the software security key. */
  public static final String KEY = "jtsh.test.key";

  /** Names the pipe that stands for a person's finger. */
  public static final String TOUCH = "jtsh.test.touch";

  /** Names the pipe after which memory runs out. */
  public static final String EXHAUST = "jtsh.test.exhaust";

  /** What is written to standard error then. */
  public static final String EXHAUSTED = "memory has run out";

  private static final int PIECE_BYTES = 1 << 20;

  /** More than any heap jtsh is given. */
  private static final int PIECES_MAX = 1 << 12;

  /** Leaves the hardening of the process out. */
  public static final String UNPROTECTED = "jtsh.test.unprotected";

  private TestedJtsh() {}

  /** The arguments are jtsh's. */
  public static void main(String[] args) throws IOException {
    if (!Boolean.getBoolean(UNPROTECTED)) {
      ProcessHardening.apply();
    }
    String exhaust = System.getProperty(EXHAUST, "");
    if (!exhaust.isEmpty()) {
      Thread.ofPlatform().daemon().start(() -> exhaust(Path.of(exhaust)));
    }
    String touch = System.getProperty(TOUCH, "");
    Outside outside = Outside.ofThisProcess();
    String key = System.getProperty(KEY, "");
    if (!key.isEmpty()) {
      SecurityKey software = SoftwareSecurityKey.open(Path.of(key), new SecureRandom());
      outside =
          outside.withSecurityKeys(
              List.of(touch.isEmpty() ? software : new Touched(software, Path.of(touch))));
    }
    int status = new Main(outside).run(args);
    System.out.flush();
    System.err.flush();
    if (!touch.isEmpty()) {
      System.err.println("jtsh has ended with " + status);
      awaitTouch(Path.of(touch));
    }
    ProcessExit.now(status);
  }

  private static void exhaust(Path pipe) {
    try {
      awaitTouch(pipe);
      System.err.println("filled with pieces: " + pieces());
    } catch (OutOfMemoryError e) {
      System.err.println(EXHAUSTED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int pieces() {
    List<byte[]> pieces = new ArrayList<>();
    while (pieces.size() < PIECES_MAX) {
      pieces.add(new byte[PIECE_BYTES]);
    }
    return pieces.size();
  }

  private static void awaitTouch(Path pipe) throws IOException {
    byte[] unused = Files.readAllBytes(pipe);
    if (unused.length > 1) {
      throw new IOException("one touch at a time");
    }
  }

  /** A software key that waits for a finger. */
  private record Touched(SecurityKey key, Path pipe) implements SecurityKey {
    @Override
    public AssertionResult sign(AssertionRequest request) throws SecurityKeyException {
      await();
      return key.sign(request);
    }

    @Override
    public RegistrationResult register(RegistrationRequest request) throws SecurityKeyException {
      await();
      return key.register(request);
    }

    private void await() throws SecurityKeyException {
      System.err.println("waiting for a touch");
      try {
        awaitTouch(pipe);
      } catch (IOException e) {
        throw new SecurityKeyException("nobody touched the key", e);
      }
    }
  }
}
