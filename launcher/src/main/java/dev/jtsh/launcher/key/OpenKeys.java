// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import dev.jtsh.client.SecurityKey.SecurityKeyException;
import dev.jtsh.nativebindings.FidoDevice;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Keys that are open for one question. When the process ends meanwhile (^C), those that blink are
 * told to stop.
 */
final class OpenKeys implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(200);

  private final List<FidoDevice> devices;
  private final Thread atEnd = new Thread(this::cancel, "cancel security keys");
  private volatile boolean cancelled;

  OpenKeys(List<FidoDevice> devices) {
    this.devices = devices;
    try {
      Runtime.getRuntime().addShutdownHook(atEnd);
    } catch (IllegalStateException e) {
      cancelled = true; // The process is ending.
    }
  }

  List<FidoDevice> devices() {
    return devices;
  }

  boolean cancelled() {
    return cancelled;
  }

  /** From any thread. */
  void cancel() {
    cancelled = true;
    devices.forEach(FidoDevice::cancel);
  }

  /** Has these blink; gives the first that is touched, while the others stop blinking. */
  FidoDevice touched(List<FidoDevice> candidates) throws SecurityKeyException {
    List<FidoDevice> blinking = candidates.stream().filter(FidoDevice::beginTouch).toList();
    Optional<FidoDevice> found = Optional.empty();
    try {
      long rounds = FidoDevice.ANSWER_MAX.dividedBy(LOOK) / Math.max(1, blinking.size());
      for (long i = 0; i < rounds && found.isEmpty() && !cancelled; i++) {
        found = blinking.stream().filter(key -> key.touched(LOOK).orElse(false)).findFirst();
      }
    } finally {
      for (FidoDevice key : blinking) {
        if (found.filter(key::equals).isEmpty()) {
          key.cancel();
        }
      }
    }
    if (cancelled) {
      throw new SecurityKeyException("cancelled");
    }
    return found.orElseThrow(() -> new SecurityKeyException("nobody touched a security key"));
  }

  @Override
  public void close() {
    try {
      var _ = Runtime.getRuntime().removeShutdownHook(atEnd);
    } catch (IllegalStateException e) {
      return; // The process is ending, and the hook may be at work with the keys.
    }
    devices.forEach(FidoDevice::close);
  }
}
