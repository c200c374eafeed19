// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.grpc.proto.DeviceType;
import dev.jtsh.protocol.grpc.proto.MFAAuthenticateResponse;
import dev.jtsh.protocol.grpc.proto.MFARegisterChallenge;
import dev.jtsh.protocol.grpc.types.MfaDevice;
import dev.jtsh.protocol.text.SafeText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh mfa add}: registers one more security key, with the yes of one that is there. */
@Command(name = "add", description = "Register a security key; one you have already must agree.")
final class MfaAddCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What to call it (default: ${DEFAULT-VALUE}).",
      defaultValue = "security-key")
  private String name = "security-key";

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
      MFARegisterChallenge challenge =
          auth.createRegisterChallenge(DeviceType.DEVICE_TYPE_WEBAUTHN, existing);
      outside.console().say(SafeText.literal("Now the new key: tap it"));
      MfaDevice added = auth.addMfaDevice(name, ceremony.register(challenge.getWebauthn()));
      outside
          .console()
          .say(SafeText.format("Registered {}.", SafeText.of(added.getMetadata().getName())));
      return ExitCode.OK.status();
    });
  }
}
