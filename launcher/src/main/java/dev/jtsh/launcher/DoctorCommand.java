// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.Network;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.RouteProbe;
import dev.jtsh.client.WebClient;
import dev.jtsh.launcher.doctor.ClusterReach;
import dev.jtsh.launcher.doctor.Doctor;
import dev.jtsh.launcher.doctor.Machine;
import dev.jtsh.launcher.doctor.OwnCode;
import dev.jtsh.launcher.doctor.Report;
import dev.jtsh.launcher.doctor.ReportDocument;
import dev.jtsh.launcher.doctor.ReportText;
import dev.jtsh.launcher.doctor.RunningProcess;
import dev.jtsh.launcher.doctor.SessionSelf;
import dev.jtsh.nativebindings.CurrentUser;
import dev.jtsh.nativebindings.TerminalState;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jtsh doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check this machine, the way to the cluster, and the session around this shell.",
      "Changes nothing; talks to the proxy only when one is configured."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int STDOUT = 1;

  private final Outside outside;
  private final ClusterOptions cluster;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "text|json|yaml",
      description = "Form of the output.")
  private DocumentFormat format = DocumentFormat.text;

  DoctorCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
  }

  @Override
  public Integer call() {
    Machine machine =
        new Machine(
            Path.of("/"),
            outside.environment(),
            System.getenv(),
            CurrentUser.uid(),
            outside.home(),
            Machine.FileOwners::ofSystem);
    List<Path> ownCode =
        OwnCode.folders(
            System.getProperty("java.home"), System.getProperty("java.library.path", ""));
    Doctor doctor = new Doctor(machine, new RunningProcess(), ownCode, reach(), this::askSession);
    Report report = doctor.examine();
    if (format == DocumentFormat.text) {
      for (SafeText line : new ReportText(colours()).lines(report)) {
        outside.console().data(line);
      }
    } else {
      outside.console().document(format.write(ReportDocument.of(report)));
    }
    return exitCode(report.worst()).status();
  }

  /** As {@code jtsh status} does: through the session's own port, with its kubeconfig. */
  private SessionSelf askSession() throws IOException {
    try (SessionLink link =
        SessionLink.ofShell(outside.environment())
            .orElseThrow(() -> new IOException("its kubeconfig cannot be read here"))) {
      return link.self();
    }
  }

  static ExitCode exitCode(Report.Status worst) {
    return switch (worst) {
      case OK, NOT_MEASURED -> ExitCode.OK;
      case WARNING -> ExitCode.DOCTOR_WARNS;
      case FAIL -> ExitCode.DOCTOR_FAILS;
    };
  }

  private boolean colours() {
    return outside.environment().getOrDefault("NO_COLOR", "").isEmpty()
        && !outside.environment().getOrDefault("TERM", "dumb").equals("dumb")
        && TerminalState.isTerminal(STDOUT);
  }

  private Optional<ClusterReach> reach() {
    ClusterCalls calls = new ClusterCalls(outside);
    Settings settings = calls.settings(cluster);
    return settings.proxy().map(proxy -> new Reach(calls, settings, proxy));
  }

  /** The real way to the proxy. */
  private record Reach(ClusterCalls calls, Settings settings, String proxy)
      implements ClusterReach {
    @Override
    public Discovery discover() throws ClientException {
      try (WebClient web = calls.web(settings)) {
        return ClusterCalls.discover(web, proxy, "");
      }
    }

    @Override
    public RouteProbe.Route route(Discovery discovery) {
      ProxyAddress proxy = discovery.proxy();
      Network network = calls.network(settings);
      return new RouteProbe(network.trust(), network.httpProxy(proxy.host(), proxy.port()))
          .to(proxy);
    }

    @Override
    public Optional<SafeText> provePins(Discovery discovery) throws ClientException {
      try (WebClient web = calls.web(settings)) {
        return web.requirePinnedHosts(discovery)
            ? Optional.of(web.network().pins(discovery.proxy()).sources())
            : Optional.empty();
      }
    }
  }
}
