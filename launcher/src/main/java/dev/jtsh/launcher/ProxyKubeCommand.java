// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.kubeproxy.KubeconfigContext;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.kube.NamespaceScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh --headless proxy kube [CLUSTER...] [-- COMMAND...]}. */
@Command(
    name = "kube",
    description = {
      "With --headless, open a shell in which kubectl works, after an approval on another device.",
      "With a login of this machine, write a kubeconfig that works as long as this runs; --exec"
          + " opens a shell.",
      "Without a CLUSTER, all the user may use are asked for. Behind -- a command takes the"
          + " shell's place."
    })
final class ProxyKubeCommand implements Callable<Integer> {
  private final Outside outside;
  private final ClusterOptions cluster;
  private final List<String> command;

  @Parameters(paramLabel = "CLUSTER", arity = "0..*", description = "Kubernetes clusters.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = {"-n", "--namespace", "--kube-namespace"},
      paramLabel = "NAME",
      description =
          "Namespaces, with commas between them, that the session is limited to; it starts in the first.")
  private String namespace = "";

  @Option(names = "--as", paramLabel = "USER", description = "Kubernetes user to act as.")
  private @Nullable String as;

  @Option(
      names = "--as-groups",
      paramLabel = "GROUP",
      split = ",",
      description = "Kubernetes groups to act with.")
  private List<String> asGroups = new ArrayList<>();

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "Local port; a free one is taken unless given.")
  private int port;

  @Option(
      names = "--ttl",
      paramLabel = "LENGTH",
      description = "How long the session may last: minutes, or 45m, 1h30m.")
  private @Nullable String ttl;

  @Option(
      names = "--labels",
      paramLabel = "KEY=VALUE",
      split = ",",
      description = "Kubernetes clusters with these labels.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--query",
      paramLabel = "EXPRESSION",
      description = "Kubernetes clusters that fit a predicate.")
  private String query = "";

  @Option(
      names = "--set-context-name",
      paramLabel = "TEMPLATE",
      description = {
        "Names of the kubeconfig's contexts, with {{.ClusterName}} for the Teleport cluster and",
        "{{.KubeName}} for the Kubernetes cluster."
      })
  private String contextTemplate = KubeconfigContext.DEFAULT_TEMPLATE;

  @Option(names = "--all", description = "All Kubernetes clusters the user may use.")
  private boolean all;

  /** How a new request is shown when access has ended. */
  enum Renewal {
    show,
    quiet
  }

  /** What happens when access has ended. */
  enum AtEnd {
    wait,
    exit
  }

  @Option(
      names = "--renewal",
      paramLabel = "show|quiet",
      description = "At the end show a new request at once, or only when jtsh renew asks for it.")
  private Renewal renewal = Renewal.show;

  @Option(
      names = "--at-end",
      paramLabel = "wait|exit",
      description = "At the end let requests wait for a new approval, or end the session.")
  private AtEnd atEnd = AtEnd.wait;

  @Option(
      names = "--qr",
      paramLabel = "auto|always|never",
      description = "Show the link as a picture too: unless told, where the terminal has room.")
  private FirstVoice.Qr qr = FirstVoice.Qr.auto;

  @Option(
      names = "--bell",
      description = "Ring while something waits for you behind a full-screen program.")
  private boolean bell;

  @Option(
      names = "--read-only",
      description = "Pass nothing on that changes something. A seat belt, no permission.")
  private boolean readOnly;

  @Option(
      names = "--deny",
      paramLabel = "VERB",
      split = ",",
      description = "Kubernetes verbs that are not passed on, such as delete,exec.")
  private List<String> denied = new ArrayList<>();

  @Option(
      names = "--namespace-only",
      paramLabel = "NAME",
      description = "Pass on only what is about this namespace.")
  private String namespaceOnly = "";

  @Option(
      names = "--confirm-delete",
      description =
          "Ask at this terminal before something is deleted or evicted. A seat belt, no permission.")
  private boolean confirmDelete;

  @Mixin private KubeconfigPathOption kubeconfigPath = new KubeconfigPathOption();

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description =
          "How to say where the kubeconfig is: unix, fish, text, json, yaml, powershell or"
              + " command-prompt. Only with a login of this machine and without a shell.")
  private @Nullable KubeconfigFormat format;

  @Option(
      names = "--exec",
      description = "With a login of this machine, open a shell as a headless session does.")
  private boolean exec;

  @Option(
      names = "--no-join",
      description = "Make no socket by which other terminals join (jtsh attach, exec, env).")
  private boolean noJoin;

  @Option(names = "--nested", description = "Open a session inside a session.")
  private boolean nested;

  /**
   * Made for one run.
   *
   * @param command what stood behind {@code --}
   */
  ProxyKubeCommand(Outside outside, ClusterOptions cluster, List<String> command) {
    this.outside = outside;
    this.cluster = cluster;
    this.command = List.copyOf(command);
  }

  @Override
  public Integer call() {
    boolean headless = cluster.headless(outside.environment());
    boolean shell = headless || exec || !command.isEmpty();
    if (shell && format != null) {
      throw new SettingsException("--format is for a kubeconfig in a file: without a shell");
    }
    if (shell) {
      refuseNested();
    }
    KubeSelection selection =
        selection(
            shell
                ? Optional.empty()
                : Optional.of(Objects.requireNonNullElse(format, KubeconfigFormat.unix)));
    Settings settings = new ClusterCalls(outside).settings(cluster, headless);
    return headless
        ? new HeadlessKubeSession(outside, settings.complete(), selection).run()
        : new HeldKubeSession(outside, settings).run(selection, false);
  }

  private void refuseNested() {
    String around = outside.environment().getOrDefault("JTSH_SESSION", "");
    if (!around.isEmpty() && !nested) {
      throw new SettingsException(
          "this shell is in a jtsh session already: type exit first, or give --nested");
    }
  }

  private KubeSelection selection(Optional<KubeconfigFormat> file) {
    List<KubeClusterName> kubeClusters = new ArrayList<>();
    for (String name : names) {
      try {
        kubeClusters.add(new KubeClusterName(name));
      } catch (IllegalArgumentException e) {
        throw new SettingsException(String.valueOf(e.getMessage()));
      }
    }
    boolean byName = !kubeClusters.isEmpty();
    boolean byFilter = !labels.isEmpty() || !query.isEmpty();
    boolean selected = byName || byFilter;
    if ((all && selected) || (byName && byFilter)) {
      throw new SettingsException("give CLUSTER names, or --labels and --query, or --all");
    }
    if (port < 0 || port > 65_535) {
      throw new SettingsException("--port takes a number between 0 and 65535");
    }
    try {
      NamespaceScope.parse(namespace);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
    Optional<Duration> length = Optional.ofNullable(ttl).map(SessionLength::parse);
    return new KubeSelection(
        kubeClusters,
        labels,
        query,
        all || !selected,
        namespace,
        contextTemplate(kubeClusters.size() != 1),
        Optional.ofNullable(as),
        asGroups,
        port,
        length,
        cluster.mlock(outside.environment()),
        manners(file),
        command);
  }

  private SessionManners manners(Optional<KubeconfigFormat> file) {
    if (renewal == Renewal.quiet && atEnd == AtEnd.exit) {
      throw new SettingsException("give --renewal=quiet or --at-end=exit, not both");
    }
    for (String verb : denied) {
      if (!LocalGuard.VERBS.contains(verb)) {
        throw new SettingsException(
            "--deny knows these verbs: " + String.join(", ", new TreeSet<>(LocalGuard.VERBS)));
      }
    }
    boolean pathByPid = kubeconfigPath.byPid();
    LiveSession.AtEnd end =
        atEnd == AtEnd.exit
            ? LiveSession.AtEnd.EXIT
            : renewal == Renewal.quiet ? LiveSession.AtEnd.ASK_QUIETLY : LiveSession.AtEnd.ASK;
    return new SessionManners(
        end,
        bell,
        new LocalGuard(readOnly, Set.copyOf(denied), namespaceOnly, confirmDelete),
        pathByPid,
        !noJoin,
        false,
        qr,
        file);
  }

  /** Checked before anybody is asked for an approval. */
  private String contextTemplate(boolean perhapsSeveral) {
    KubeClusterName one = new KubeClusterName("a");
    List<KubeClusterName> example =
        perhapsSeveral ? List.of(one, new KubeClusterName("b")) : List.of(one);
    try {
      KubeconfigContext.named(contextTemplate, one, example);
      return contextTemplate;
    } catch (IllegalArgumentException e) {
      throw new SettingsException("--set-context-name: " + e.getMessage());
    }
  }
}
