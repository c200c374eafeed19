// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.cluster.admin.AdminClient;
import dev.jtsh.cluster.admin.AdminRequest;
import dev.jtsh.protocol.time.GoDuration;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh-cluster tokens}. */
@Command(name = "tokens", description = "Let kube agents join.")
final class TokensCommand extends CommandGroup {
  private final Outside outside;

  TokensCommand(Outside outside) {
    this.outside = outside;
  }

  /** {@code jtsh-cluster tokens add}. */
  @Command(name = "add", description = "Make a join token.")
  static final class Add extends CommandGroup {
    private final Outside outside;

    Add(Outside outside) {
      this.outside = outside;
    }

    @Command(name = "kube", description = "Print a token with which one kube agent joins, once.")
    int kube(
        @Mixin AskOptions options,
        @Option(
                names = {"--clusters", "--name"},
                paramLabel = "NAME",
                split = ",",
                required = true,
                description = "Kube clusters the agent may serve.")
            List<String> clusters,
        @Option(
                names = "--second-agent",
                description = "It may serve a name that another agent serves now.")
            boolean second,
        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                defaultValue = "1h",
                converter = DurationConverter.class,
                description = "How long the token waits, at most 1h (default: 1h).")
            Duration ttl)
        throws IOException, AdminClient.NotRunningException {
      JsonNode token = options.ask(new AdminRequest.AddKubeToken(clusters, second, ttl));
      if (options.format() == OutputFormat.text) {
        outside
            .err()
            .printf(
                "The agent for %s joins at %s with this token, until %s; pass it in a file:%n",
                Answers.safe(Answers.joined(token.path("kube_clusters"))),
                Answers.safe(token.path("proxy").asText()),
                Answers.time(token.path("expires")));
        outside.err().flush();
      }
      return options.answers(outside).line(token, "token");
    }
  }

  @Command(name = "ls", description = "List waiting join tokens, without the tokens themselves.")
  int list(@Mixin AskOptions options) throws IOException, AdminClient.NotRunningException {
    return options
        .answers(outside)
        .table(
            options.ask(new AdminRequest.ListTokens()),
            "tokens",
            List.of("ID", "KUBE CLUSTERS", "EXPIRES"),
            token ->
                List.of(
                    token.path("id").asText(),
                    Answers.joined(token.path("kube_clusters")),
                    Answers.time(token.path("expires"))));
  }

  @Command(name = "rm", description = "Take a waiting join token back.")
  int remove(@Mixin AskOptions options, @Parameters(paramLabel = "ID") String id)
      throws IOException, AdminClient.NotRunningException {
    return options.answers(outside).line(options.ask(new AdminRequest.RemoveToken(id)), "done");
  }

  /** Durations as in the configuration file. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      return GoDuration.parse(value);
    }
  }
}
