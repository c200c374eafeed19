// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.cluster.admin.AdminClient;
import dev.jtsh.cluster.admin.AdminRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jtsh-cluster status}. */
@Command(name = "status", description = "Show how a running cluster is.")
final class StatusCommand implements Callable<Integer> {
  private final Outside outside;
  @Mixin private AskOptions options = new AskOptions();

  StatusCommand(Outside outside) {
    this.outside = outside;
  }

  @Override
  public Integer call() throws IOException, AdminClient.NotRunningException {
    JsonNode status = options.ask(new AdminRequest.Status());
    options.answers(outside).print(status, out -> text(out, status));
    return ExitCode.OK.status();
  }

  private static void text(PrintWriter out, JsonNode status) {
    line(out, "Cluster", status.path("cluster_name").asText());
    line(out, "Version", status.path("version").asText());
    line(out, "Listens on", status.path("listen").asText());
    line(out, "Users reach it at", status.path("public_address").asText());
    line(out, "Running since", status.path("since").asText());
    line(out, "Web certificate", status.path("web_certificate").asText());
    line(out, "Host CA pin", status.path("ca_pin").asText());
    line(out, "Users", status.path("users").asText());
    line(out, "Roles", status.path("roles").asText());
    line(out, "Kube clusters", Answers.joined(status.path("kube_clusters")));
    status.path("notes").forEach(note -> line(out, "Note", note.asText()));
  }

  private static void line(PrintWriter out, String title, String value) {
    out.printf("%-18s %s%n", title + ":", Answers.safe(value));
  }
}
