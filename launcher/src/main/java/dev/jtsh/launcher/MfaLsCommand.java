// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WireTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jtsh mfa ls}: the person's own second factors. */
@Command(name = "ls", description = "List your security keys and other second factors.")
final class MfaLsCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Mixin private final ListOutput output = new ListOutput();

  MfaLsCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    return new MfaCalls(outside, cluster)
        .run((auth, ceremony) -> {
          output.write(
              outside.console(), auth.listMfaDevices(), MfaLsCommand::lines, MfaLsCommand::row);
          return ExitCode.OK.status();
        });
  }

  private static List<SafeText> lines(MfaDevice device) {
    return List.of(
        SafeText.format(
            "{}  {}  added {}  {}",
            SafeText.of(device.getId()),
            SafeText.of(kind(device)),
            SafeText.of(added(device)),
            SafeText.of(device.getMetadata().getName())));
  }

  private static String added(MfaDevice device) {
    return WireTime.instant(device.getAddedAt()).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String kind(MfaDevice device) {
    return device.getDeviceCase().name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> row(MfaDevice device) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", device.getId());
    row.put("name", device.getMetadata().getName());
    row.put("type", kind(device));
    row.put("added_at", added(device));
    return row;
  }
}
