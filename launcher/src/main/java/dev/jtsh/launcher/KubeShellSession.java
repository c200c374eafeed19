// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.ClusterRoute;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.kubeproxy.DirectDialer;
import dev.jtsh.kubeproxy.DoorPolicy;
import dev.jtsh.kubeproxy.DoorReport;
import dev.jtsh.kubeproxy.KubeProxy;
import dev.jtsh.kubeproxy.KubeProxyConfig;
import dev.jtsh.kubeproxy.KubeconfigContext;
import dev.jtsh.kubeproxy.KubeconfigWriter;
import dev.jtsh.kubeproxy.LocalCredentials;
import dev.jtsh.kubeproxy.UpstreamTarget;
import dev.jtsh.launcher.doctor.SessionSelf;
import dev.jtsh.launcher.join.CannotJoinException;
import dev.jtsh.launcher.join.JoinDoor;
import dev.jtsh.launcher.join.JoinOffer;
import dev.jtsh.nativebindings.MemoryFile;
import dev.jtsh.nativebindings.MemoryLock;
import dev.jtsh.nativebindings.NativeKey;
import dev.jtsh.nativebindings.PasswdEntry;
import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.nativebindings.SecretPlace;
import dev.jtsh.nativebindings.SessionFile;
import dev.jtsh.nativebindings.TemporaryFile;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.kube.NamespaceScope;
import dev.jtsh.protocol.net.ServiceNames;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The second half of a session: local proxy, kubeconfig in memory, shell. When the shell ends, or
 * jtsh is asked to end, everything is closed in the opposite order.
 */
final class KubeShellSession {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** More clusters than this would push the rest off the screen. */
  private static final int ROWS_MAX = 40;

  /** The kubeconfig stays as it is over all renewals; it opens nothing but this process's port. */
  private static final Duration LOCAL_LIFE = Duration.ofDays(30);

  private final Outside outside;
  private final KubeSelection selection;
  private final KubeFacts session;
  private final KubeAccess.Opener opener;
  private final ClusterRoute route;
  private final String id;
  private final FailureReport failures;
  private final Console console;

  /** How many commands of root are let in now. */
  private final AtomicInteger rootDoor = new AtomicInteger();

  private volatile @Nullable SessionShell shell;

  /** Those of the session, the current one first. */
  private List<KubeClusterName> clusters = List.of();

  KubeShellSession(
      Outside outside,
      KubeSelection selection,
      KubeFacts session,
      KubeAccess.Opener opener,
      ClusterRoute route,
      String id,
      FailureReport failures) {
    this.outside = outside;
    this.selection = selection;
    this.session = session;
    this.opener = opener;
    this.route = route;
    this.id = id;
    this.failures = failures;
    this.console = outside.console();
  }

  int run() {
    if (!selection.manners().quiet()) {
      sayClusters();
    }
    clusters = ordered();
    SessionManners manners = selection.manners();
    Confirmations confirmations =
        new Confirmations(
            console, TerminalVoice.Screen.ofStdin(), Confirmations.Asker.atTerminal());
    SessionDesk desk = new SessionDesk(id, manners.guard(), confirmations, outside.clock());
    Instant now = outside.clock().instant();
    try (TerminalVoice voice =
            new TerminalVoice(
                console, manners.bell(), this::shellGroup, TerminalVoice.Screen.ofStdin());
        KubeAccess live = opener.open(voice, desk);
        LocalCredentials credentials =
            LocalCredentials.create(session.kubeClusters(), now, now.plus(LOCAL_LIFE));
        KubeProxy proxy =
            KubeProxy.start(
                KubeProxyConfig.onPort(selection.port()),
                credentials,
                live,
                new DirectDialer(target(), new RoutedWay(route), CONNECT_TIMEOUT),
                outside.clock(),
                DoorPolicy.ofThisUser().withRootDoor(() -> rootDoor.get() > 0));
        SessionFile kubeconfig = kubeconfig(credentials, proxy);
        JoinDoor _ = joinDoor(kubeconfig, live).orElse(null)) {
      if (!kubeconfig.locked() && manners.file().isEmpty()) {
        Optional<ExitCode> refused =
            new UnlockedReport(console)
                .of(selection.mlock(), List.of(SecretPlace.KUBECONFIG), MemoryLock.limitBytes());
        if (refused.isPresent()) {
          return refused.get().status();
        }
      }
      desk.of(live, () -> self(kubeconfig, proxy));
      if (manners.file().isPresent()) {
        return serve(manners.file().get(), kubeconfig, proxy, live);
      }
      ShellChoice choice =
          ShellChoice.of(outside.environment().get("SHELL"), PasswdEntry.shellOfCurrentUser());
      if (!manners.quiet()) {
        sayStarted(proxy, choice);
      }
      List<String> command =
          selection.command().isEmpty()
              ? List.of(choice.program().toString())
              : selection.command();
      SessionShell made =
          new SessionShell(
              command,
              kubeconfig,
              SessionMarkers.of(id, clusters.getFirst().value(), session.notAfter()),
              manners.pathByPid());
      shell = made;
      // What the way here has used up is given back once; a session may then be quiet for hours.
      System.gc();
      return runShell(made, live);
    } catch (IOException e) {
      return failures
          .of(
              ExitCode.PORT_IN_USE,
              SafeText.of(String.valueOf(e.getMessage())),
              SafeText.literal("choose another with --port, or leave it out to take a free one"))
          .status();
    }
  }

  /** Until a signal ends the process, or access ends and nobody wants to wait. */
  private int serve(
      KubeconfigFormat format, SessionFile kubeconfig, KubeProxy proxy, KubeAccess live) {
    String address = "127.0.0.1:" + proxy.address().getPort();
    console.say(SafeText.format("Started local proxy for Kubernetes on {}", SafeText.of(address)));
    if (selection.port() == 0) {
      console.say(
          SafeText.literal(
              "To avoid port randomization, you can choose the listening port using the --port"
                  + " flag."));
    }
    console.say(new SessionEnd(outside.clock().instant(), live.end()).line(selection.length()));
    console.say(
        SafeText.literal(
            "Use the following config for your Kubernetes applications, for example kubectl"
                + " version, while this runs:"));
    console.document(format.document(kubeconfig.kubeconfigPath(), address));
    try {
      CountDownLatch ended = new CountDownLatch(1);
      if (selection.manners().atEnd() == LiveSession.AtEnd.EXIT) {
        endWithAccess(() -> {}, live, ended);
        return ExitCode.HANGUP.status();
      }
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK.status();
  }

  /** Asked of the kernel at that moment: a few small files of /proc. */
  private static SessionSelf self(SessionFile kubeconfig, KubeProxy proxy) {
    DoorReport door = proxy.door();
    Map<String, Long> refused = new HashMap<>();
    door.refused().forEach((why, count) -> refused.put(why.name().toLowerCase(Locale.ROOT), count));
    return new SessionSelf(
        SecretArena.process().state(),
        NativeKey.memoryState(),
        ProcessState.ofThisProcess(),
        kubeconfig.locked(),
        new SessionSelf.Port(door.ownersChecked(), door.connections(), door.handshakes(), refused));
  }

  /** How other terminals join; without one the session works all the same. */
  private Optional<JoinDoor> joinDoor(SessionFile kubeconfig, KubeAccess live) {
    if (!(kubeconfig instanceof MemoryFile file) || !selection.manners().joinable()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          JoinDoor.open(outside.environment(), id, () -> offer(live), file.content(), rootDoor));
    } catch (CannotJoinException e) {
      return Optional.empty(); // Who wants to join is told why, by the command for it.
    }
  }

  private JoinOffer offer(KubeAccess live) {
    SessionShell running = shell;
    int pid = running == null ? 0 : running.pid();
    return new JoinOffer(id, clusters.getFirst().value(), live.end().toString(), pid, 0);
  }

  /** The process group a prompt is in; 0 where a command runs in the shell's place. */
  private int shellGroup() {
    SessionShell running = shell;
    return running == null || !selection.command().isEmpty() ? 0 : running.pid();
  }

  /** With {@code --at-end exit} the shell goes when access does. */
  private void endWithAccess(Runnable end, KubeAccess live, CountDownLatch ended)
      throws InterruptedException {
    Duration left = new SessionEnd(outside.clock().instant(), live.end()).left();
    while (left.isPositive()) {
      if (ended.await(left.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      left = new SessionEnd(outside.clock().instant(), live.end()).left();
    }
    console.say(SafeText.literal("\nAccess has ended, and with it this session."));
    end.run();
  }

  private void watchTheEnd(SessionShell running, KubeAccess live, CountDownLatch ended) {
    if (selection.manners().atEnd() == LiveSession.AtEnd.EXIT) {
      Thread.ofVirtual()
          .name("end of access")
          .start(() -> {
            try {
              endWithAccess(running::end, live, ended);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
  }

  private int runShell(SessionShell shell, KubeAccess live) {
    CountDownLatch ended = new CountDownLatch(1);
    watchTheEnd(shell, live, ended);
    try {
      return new ShellRun(console, failures)
          .run(
              shell,
              selection.manners().quiet()
                  ? Optional.empty()
                  : Optional.of(SafeText.literal("Local proxy for Kubernetes is closed.")));
    } finally {
      ended.countDown();
    }
  }

  private SessionFile kubeconfig(LocalCredentials credentials, KubeProxy proxy) {
    KubeClusterName teleport = new KubeClusterName(session.teleportCluster());
    List<KubeconfigContext> contexts =
        KubeconfigContext.named(selection.contextTemplate(), teleport, clusters);
    KubeconfigWriter writer =
        new KubeconfigWriter(credentials, proxy.address(), contexts)
            .impersonate(selection.as(), selection.asGroups());
    if (!selection.namespace().isEmpty()) {
      List<String> limitedTo = NamespaceScope.parse(selection.namespace()).namespaces();
      writer.namespace(Optional.of(limitedTo.getFirst()));
    }
    Path temporary = Path.of(outside.environment().getOrDefault("TMPDIR", "/tmp"));
    try (SecretBuffer content = writer.write()) {
      return selection.manners().file().isPresent()
          ? TemporaryFile.create(temporary, content.segment())
          : SessionFile.create(outside.systemName(), temporary, content.segment());
    }
  }

  /** The first cluster named is the current one; who named none is asked, at a terminal. */
  private List<KubeClusterName> ordered() {
    List<KubeClusterName> granted = session.kubeClusters();
    List<KubeClusterName> named =
        selection.kubeClusters().stream().filter(granted::contains).distinct().toList();
    if (!named.isEmpty()) {
      return named;
    }
    boolean ask = granted.size() > 1 && outside.interactive() && selection.command().isEmpty();
    KubeClusterName current =
        ask
            ? new ClusterChoice(console, outside.environment().getOrDefault("TERM", ""))
                .among(granted)
            : granted.getFirst();
    List<KubeClusterName> all = new ArrayList<>(granted);
    all.remove(current);
    all.addFirst(current);
    return all;
  }

  private UpstreamTarget target() {
    ProxyAddress address = session.discovery().proxy();
    String name = ServiceNames.kubeServerName(address.host());
    return new UpstreamTarget(
        address.host(), address.port(), name, name, session.hostAuthorities());
  }

  private void sayClusters() {
    String teleport = session.teleportCluster();
    int width = Math.max("Teleport Cluster Name".length(), teleport.length());
    int kubeWidth =
        Math.max(
            "Kube Cluster Name".length(),
            session.kubeClusters().stream().mapToInt(n -> n.value().length()).max().orElse(0));
    console.say(SafeText.literal("Preparing the following Teleport Kubernetes clusters:"));
    console.say(row("Teleport Cluster Name", width, "Kube Cluster Name"));
    console.say(row("-".repeat(width), width, "-".repeat(kubeWidth)));
    List<KubeClusterName> all = session.kubeClusters();
    for (KubeClusterName kube : all.subList(0, Math.min(all.size(), ROWS_MAX))) {
      console.say(row(teleport, width, kube.value()));
    }
    if (all.size() > ROWS_MAX) {
      console.say(
          SafeText.format("and {} more", SafeText.of(Integer.toString(all.size() - ROWS_MAX))));
    }
    console.say(SafeText.empty());
  }

  private static SafeText row(String first, int width, String second) {
    return SafeText.format(
        "{} {}",
        SafeText.of(first + " ".repeat(Math.max(0, width - first.length()))),
        SafeText.of(second));
  }

  /** The words of the design document and those of tsh, in one (teleport-wire §11.3). */
  private void sayStarted(KubeProxy proxy, ShellChoice choice) {
    console.say(
        SafeText.format(
            "Started local proxy for Kubernetes on 127.0.0.1:{} in the background",
            SafeText.of(Integer.toString(proxy.address().getPort()))));
    console.say(
        SafeText.literal(
            "and kubectl is set up to work with it."
                + " Try issuing a command, for example \"kubectl get namespaces\"\n"));
    console.say(
        new SessionEnd(outside.clock().instant(), session.notAfter()).line(selection.length()));
    if (!selection.command().isEmpty()) {
      return;
    }
    choice
        .unusable()
        .ifPresent(shell ->
            console.say(
                SafeText.format(
                    "SHELL is {}, which cannot be run; using {}",
                    SafeText.of(shell),
                    SafeText.of(choice.program().toString()))));
    console.say(
        SafeText.literal(
            session.kubeClusters().size() > 1
                ? "Switch with \"jtsh use [-n NAMESPACE] [CONTEXT]\"; \"jtsh use\" lists the"
                    + " contexts. \"kubectl config\" and kubens cannot: the kubeconfig is sealed."
                : "Switch the namespace with \"jtsh use -n NAMESPACE\"; \"kubectl config\" and"
                    + " kubens cannot: the kubeconfig is sealed."));
    console.say(
        SafeText.literal(
            "jtsh opens a new shell now. To conclude the session, simply use the \"exit\""
                + " command.\n"));
  }
}
