// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.Arrays;
import java.util.Optional;

/** Whether kubectl in this shell would use the session at all. */
final class KubeconfigCheck implements Check {
  private final Machine machine;

  KubeconfigCheck(Machine machine) {
    this.machine = machine;
  }

  @Override
  public String id() {
    return "kubeconfig";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("KUBECONFIG");
  }

  @Override
  public Outcome look() {
    Optional<String> used = machine.variable("KUBECONFIG");
    Optional<String> named = machine.variable("JTSH_KUBECONFIG");
    SafeText restore = SafeText.literal("export KUBECONFIG=\"$JTSH_KUBECONFIG\"");
    if (used.isEmpty()) {
      return new Outcome.Fail(
          SafeText.literal("not set"),
          SafeText.literal("kubectl here uses ~/.kube/config, not the session"),
          restore);
    }
    String value = used.get();
    if (SessionAround.isOwnDescriptor(value) || named.filter(value::equals).isPresent()) {
      return new Outcome.Ok(SafeText.of(value), SafeText.literal("kubectl here uses the session"));
    }
    boolean amongOthers =
        Arrays.stream(value.split(":"))
            .anyMatch(part ->
                SessionAround.isOwnDescriptor(part) || named.filter(part::equals).isPresent());
    return amongOthers
        ? new Outcome.Warning(
            SafeText.of(value),
            SafeText.literal("other files beside the session's can change what kubectl runs"),
            restore)
        : new Outcome.Fail(
            SafeText.of(value),
            SafeText.literal("something set it anew: kubectl here does not use the session"),
            SafeText.format("{}; see also shell start files", restore));
  }
}
