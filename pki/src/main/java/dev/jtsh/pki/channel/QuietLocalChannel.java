// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.channel;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.local.LocalChannel;
import org.jspecify.annotations.Nullable;

/** A channel in this process that takes gRPC's wish for TCP keep-alives without a warning. */
public final class QuietLocalChannel extends LocalChannel {
  private final @Nullable ChannelConfig own =
      new DefaultChannelConfig(this) {
        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
          return option.equals(ChannelOption.SO_KEEPALIVE) || super.setOption(option, value);
        }
      };

  @Override
  public ChannelConfig config() {
    ChannelConfig made = own; // Not yet while the superclass is being made.
    return made == null ? super.config() : made;
  }
}
