// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.RouteProbe;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The proxy's answer, asked for by the first check that needs it and kept for the others. */
final class ClusterFound {
  private final Optional<ClusterReach> reach;
  private @Nullable Answer answer;

  ClusterFound(Optional<ClusterReach> reach) {
    this.reach = reach;
  }

  /** What came of asking. */
  sealed interface Answer {}

  /** Nobody said which proxy. */
  record NotConfigured() implements Answer {
    Outcome skipped() {
      return new Outcome.NotMeasured(
          SafeText.literal("no proxy is configured"),
          SafeText.literal("nothing was sent over the network"),
          SafeText.literal("give --proxy or set TELEPORT_PROXY to look at the way there"));
    }
  }

  /** It answered. */
  record Answered(Discovery discovery) implements Answer {}

  /** It did not, or not well. */
  record Failed(ClientException cause) implements Answer {}

  Answer answer() {
    Answer known = answer;
    if (known == null) {
      known = ask();
      answer = known;
    }
    return known;
  }

  RouteProbe.Route route(Discovery discovery) {
    return reach.orElseThrow().route(discovery);
  }

  Optional<SafeText> provePins(Discovery discovery) throws ClientException {
    return reach.orElseThrow().provePins(discovery);
  }

  private Answer ask() {
    if (reach.isEmpty()) {
      return new NotConfigured();
    }
    try {
      return new Answered(reach.get().discover());
    } catch (ClientException e) {
      return new Failed(e);
    }
  }
}
