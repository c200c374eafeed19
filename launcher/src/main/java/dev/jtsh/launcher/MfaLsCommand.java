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
import picocli.CommandLine.Option;

/** {@code jtsh mfa ls}: the person's own second factors. */
@Command(name = "ls", description = "List your security keys and other second factors.")
final class MfaLsCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "text|json|yaml",
      description = "Form of the output.")
  private DocumentFormat format = DocumentFormat.text;

  MfaLsCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    return new MfaCalls(outside, cluster)
        .run((auth, ceremony) -> {
          List<MfaDevice> devices = auth.listMfaDevices();
          if (format == DocumentFormat.text) {
            devices.forEach(this::show);
          } else {
            outside
                .console()
                .document(format.write(devices.stream().map(MfaLsCommand::row).toList()));
          }
          return ExitCode.OK.status();
        });
  }

  private void show(MfaDevice device) {
    outside
        .console()
        .data(
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
