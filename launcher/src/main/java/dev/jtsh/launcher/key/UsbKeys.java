// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import dev.jtsh.nativebindings.FidoDevice;
import dev.jtsh.nativebindings.FidoKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keys at this machine's USB ports. */
public final class UsbKeys implements KeySource {
  @Override
  public boolean available() {
    return FidoKeys.available();
  }

  @Override
  public Found open() {
    List<FidoDevice> open = new ArrayList<>();
    List<String> shut = new ArrayList<>();
    for (FidoKeys.Plugged key : FidoKeys.plugged()) {
      Optional<FidoDevice> device = FidoDevice.open(key);
      device.ifPresentOrElse(open::add, () -> shut.add(key.product()));
    }
    return new Found(open, shut);
  }
}
