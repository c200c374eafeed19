// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.cluster.admin.AdminClient;
import dev.jtsh.cluster.admin.AdminRequest;
import dev.jtsh.cluster.admin.RoleDocument;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh-cluster roles}. */
@Command(name = "roles", description = "Make, list, show and remove roles.")
final class RolesCommand extends CommandGroup {
  private final Outside outside;

  RolesCommand(Outside outside) {
    this.outside = outside;
  }

  @Command(name = "add", description = "Make or replace the role of a YAML file.")
  int add(
      @Mixin AskOptions options,
      @Option(names = "-f", paramLabel = "FILE", required = true, description = "The role.")
          Path file)
      throws IOException, AdminClient.NotRunningException {
    var role = new AdminRequest.PutRole(RoleDocument.of(RoleFile.read(file)));
    return options.answers(outside).line(options.ask(role), "done");
  }

  @Command(name = "ls", description = "List roles.")
  int list(@Mixin AskOptions options) throws IOException, AdminClient.NotRunningException {
    return options
        .answers(outside)
        .table(
            options.ask(new AdminRequest.ListRoles()),
            "roles",
            List.of("NAME", "LONGEST", "KUBE USERS", "KUBE GROUPS"),
            role ->
                List.of(
                    role.at("/metadata/name").asText(),
                    role.at("/spec/options/max_session_ttl").asText(),
                    Answers.joined(role.at("/spec/allow/kubernetes_users")),
                    Answers.joined(role.at("/spec/allow/kubernetes_groups"))));
  }

  @Command(name = "show", description = "Print a role as \"roles add\" takes it.")
  int show(@Mixin AskOptions options, @Parameters(paramLabel = "NAME") String name)
      throws IOException, AdminClient.NotRunningException {
    for (JsonNode role : options.ask(new AdminRequest.ListRoles()).path("roles")) {
      if (role.at("/metadata/name").asText().equals(name)) {
        OutputFormat format =
            options.format() == OutputFormat.text ? OutputFormat.yaml : options.format();
        new Answers(outside.out(), format).print(role, out -> {});
        return ExitCode.OK.status();
      }
    }
    throw new WireException(ErrorKind.NOT_FOUND, "there is no role \"" + Answers.safe(name) + "\"");
  }

  @Command(name = "rm", description = "Remove a role that nobody holds.")
  int remove(@Mixin AskOptions options, @Parameters(paramLabel = "NAME") String name)
      throws IOException, AdminClient.NotRunningException {
    return options.answers(outside).line(options.ask(new AdminRequest.RemoveRole(name)), "done");
  }
}
