// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.cluster.admin.AdminClient;
import dev.jtsh.cluster.admin.AdminRequest;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh-cluster users}. */
@Command(name = "users", description = "Add, list and remove users.")
final class UsersCommand extends CommandGroup {
  private static final Pattern LINK =
      Pattern.compile("https://[A-Za-z0-9.:\\[\\]-]{1,300}/web/invite/[0-9a-f]{32}");

  private final Outside outside;

  UsersCommand(Outside outside) {
    this.outside = outside;
  }

  @Command(name = "add", description = "Add a user and print the link to sign up with.")
  int add(
      @Mixin AskOptions options,
      @Parameters(paramLabel = "NAME") String name,
      @Option(
              names = "--roles",
              paramLabel = "ROLE",
              split = ",",
              required = true,
              description = "What the user may do.")
          List<String> roles)
      throws IOException, AdminClient.NotRunningException {
    return invite(options, options.ask(new AdminRequest.AddUser(name, roles)));
  }

  @Command(
      name = "invite",
      description = "Print a new link for a user who lost password or security key.")
  int invite(@Mixin AskOptions options, @Parameters(paramLabel = "NAME") String name)
      throws IOException, AdminClient.NotRunningException {
    return invite(options, options.ask(new AdminRequest.InviteUser(name)));
  }

  private int invite(AskOptions options, JsonNode invite) {
    if (options.format() == OutputFormat.text) {
      outside
          .err()
          .printf(
              "User %s signs up by this link in a browser, or with \"jtsh signup --proxy=%s\" and the"
                  + " link, until %s:%n",
              Answers.safe(invite.path("user").asText()),
              Answers.safe(invite.path("proxy").asText()),
              Answers.time(invite.path("expires")));
      outside.err().flush();
    }
    String link = invite.path("link").asText();
    // Whole, for a part of a link is none; an address is nothing that could move the cursor.
    String shown = LINK.matcher(link).matches() ? link : Answers.safe(link);
    options.answers(outside).print(invite, to -> to.println(shown));
    return ExitCode.OK.status();
  }

  @Command(name = "ls", description = "List users.")
  int list(@Mixin AskOptions options) throws IOException, AdminClient.NotRunningException {
    return options
        .answers(outside)
        .table(
            options.ask(new AdminRequest.ListUsers()),
            "users",
            List.of("NAME", "ROLES", "SIGNED UP", "KEYS"),
            user ->
                List.of(
                    user.path("name").asText(),
                    Answers.joined(user.path("roles")),
                    user.path("enrolled").asBoolean() ? "yes" : "no",
                    Answers.joined(user.path("devices"))));
  }

  @Command(name = "rm", description = "Remove a user; certificates that are out still end by time.")
  int remove(@Mixin AskOptions options, @Parameters(paramLabel = "NAME") String name)
      throws IOException, AdminClient.NotRunningException {
    return options.answers(outside).line(options.ask(new AdminRequest.RemoveUser(name)), "done");
  }
}
