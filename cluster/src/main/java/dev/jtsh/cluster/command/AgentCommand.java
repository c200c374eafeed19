// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.agent.AgentConfig;
import dev.jtsh.cluster.config.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh-cluster agent}. */
@Command(name = "agent", description = "Serve Kubernetes clusters from this host.")
final class AgentCommand extends CommandGroup {

  /** {@code jtsh-cluster agent start}. */
  @Command(
      name = "start",
      description = "Run a kube agent until SIGTERM or SIGINT; it opens no port.")
  static final class Start extends ServiceCommand {
    private final AgentStarter starter;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "The agent's identity.")
    private @Nullable Path dataDirectory;

    @Option(names = "--proxy", paramLabel = "HOST:PORT", description = "The cluster's port.")
    private @Nullable HostPort proxy;

    @Option(
        names = "--token-file",
        paramLabel = "FILE",
        description = "Join token for the first start; - for standard input.")
    private @Nullable Path tokenFile;

    @Option(
        names = "--ca-file",
        paramLabel = "FILE",
        description = "Whom to believe to be the web port when joining.")
    private @Nullable Path caFile;

    Start(Outside outside, AgentStarter starter) {
      super(outside);
      this.starter = starter;
    }

    @Override
    public Integer call() throws IOException {
      AgentConfig settings =
          AgentConfig.read(
              config(),
              new AgentConfig.Overrides(
                  Optional.ofNullable(dataDirectory),
                  Optional.ofNullable(proxy),
                  Optional.ofNullable(tokenFile),
                  Optional.ofNullable(caFile),
                  kubernetes()));
      try (AgentStarter.Running agent = starter.start(settings, outside())) {
        if (agent.isReady()) {
          announce(
              "jtsh-cluster agent is ready: host %s serves %s in cluster %s by %s"
                  .formatted(
                      agent.host().hostId(),
                      String.join(", ", agent.host().kubeClusters()),
                      agent.host().cluster(),
                      settings.proxy()));
        } else {
          outside()
              .err()
              .printf("%s is not there yet; the agent keeps trying.%n", settings.proxy());
          outside().err().flush();
        }
        serve("jtsh-cluster agent");
      }
      return ExitCode.OK.status();
    }
  }
}
