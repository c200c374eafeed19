// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.WebClient;
import dev.jtsh.nativebindings.MlockMode;
import dev.jtsh.nativebindings.ProcessExit;
import dev.jtsh.nativebindings.ProcessHardening;
import dev.jtsh.nativebindings.ProcessSecrets;
import dev.jtsh.nativebindings.SecretArenaExhaustedException;
import dev.jtsh.protocol.text.SafeText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code jtsh} program. Wires all parts by hand; everything outside comes as a parameter. */
public final class Main {
  private static final String COMMAND_FOLLOWS = "--";
  private static final String KUBECTL = "kubectl";

  /** Behind these, kubectl is the name of something else. */
  private static final Set<String> COMMANDS_WITH_ANOTHER =
      Set.of("proxy", "exec", "use", "kube", "headless", "attach", "env");

  /** These ask the web port of a cluster at once. */
  private static final Set<String> COMMANDS_THAT_CALL =
      Set.of("proxy", "login", "headless", "signup");

  private final Outside outside;
  private final FailureReport failures;
  private final Optional<ProcessGuard> guard;

  /** Made for one run in this world; the process it runs in is left as it is. */
  public Main(Outside outside) {
    this(outside, Optional.empty());
  }

  Main(Outside outside, Optional<ProcessGuard> guard) {
    this.outside = outside;
    this.failures = new FailureReport(outside.console());
    this.guard = guard;
  }

  /** The program in the real world. */
  public static void main(String[] args) {
    OptionalInt status = QuickStart.ofThisProcess().run(args);
    if (status.isPresent()) {
      System.out.flush();
      System.err.flush();
      // An orderly exit asks every jar for a logger to report itself to: half of what all this
      // costs.
      Runtime.getRuntime().halt(status.getAsInt());
    }
    if (!Collections.disjoint(List.of(args), COMMANDS_THAT_CALL)) {
      // It looks at nothing of this process: the one thing that does not wait for the hardening.
      Thread.ofPlatform().name("first connection").daemon(true).start(WebClient::rehearse);
    }
    start(Outside::ofThisProcess, args);
  }

  /**
   * The whole life of the process: hardens it before it looks at anything (rule 16), runs the
   * command, and ends.
   *
   * @param outside looks at the world
   */
  public static void start(Supplier<Outside> outside, String... args) {
    ProcessHardening.apply();
    ProcessSecrets.wipeAtEnd();
    Outside world = outside.get();
    ProcessGuard guard = ProcessGuard.ofThisProcess(world.console());
    int status = new Main(world, Optional.of(guard)).run(args);
    System.out.flush();
    System.err.flush();
    ProcessExit.now(status);
  }

  /**
   * Runs one command line.
   *
   * @return the exit status
   */
  public int run(String... args) {
    return LostOutput.status(outside.console(), run(OtherWords.ours(List.of(args))));
  }

  private int run(List<String> words) {
    int dashes = isKubectl(words) ? -1 : words.indexOf(COMMAND_FOLLOWS);
    List<String> command = dashes < 0 ? List.of() : words.subList(dashes + 1, words.size());
    List<String> own = dashes < 0 ? words : words.subList(0, dashes);
    if (dashes >= 0 && command.isEmpty()) {
      return failures.of(ExitCode.USAGE, SafeText.literal("a command must follow --")).status();
    }
    CommandLine line = commandLine(own, command);
    line.setExecutionStrategy(parsed -> helpOrRun(parsed, command));
    line.setParameterExceptionHandler((e, arguments) -> usage(e));
    line.setExecutionExceptionHandler((e, running, parsed) -> failed(e));
    return line.execute(own.toArray(String[]::new));
  }

  /** What follows is kubectl's own, a -- too. */
  private static boolean isKubectl(List<String> words) {
    for (String word : words) {
      if (word.equals(KUBECTL)) {
        return true;
      }
      if (word.equals(COMMAND_FOLLOWS) || COMMANDS_WITH_ANOTHER.contains(word)) {
        return false;
      }
    }
    return false;
  }

  /** All commands, for what is written about them: man pages, completions. */
  public static CommandLine commandLine() {
    return new Main(Outside.ofThisProcess()).commandLine(List.of(), List.of());
  }

  /**
   * The commands that the words can mean: reading what a command takes is most of what a short one
   * costs. Without any of their names, for help and for mistakes, all.
   */
  private CommandLine commandLine(List<String> words, List<String> command) {
    JtshCommand root = new JtshCommand();
    CommandLine line = new CommandLine(root);
    line.getCommandSpec()
        .usageMessage()
        .footer("%nThe options of one: jtsh help COMMAND")
        .exitCodeListHeading(
            "%nExit codes (a session or command that was started passes its own):%n")
        .exitCodeList(ExitCode.table());
    Map<String, Supplier<Object>> commands = commands(root.cluster, command);
    boolean all = words.stream().noneMatch(commands::containsKey);
    commands.forEach((name, made) -> {
      if (all || words.contains(name)) {
        line.addSubcommand(name, made.get());
      }
    });
    return line;
  }

  /** All commands by name, in the order of the help. */
  private Map<String, Supplier<Object>> commands(ClusterOptions cluster, List<String> command) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put(
        "proxy",
        () ->
            group("Local proxies.")
                .addSubcommand("kube", new ProxyKubeCommand(outside, cluster, command)));
    commands.put(
        "headless",
        () ->
            group("Requests from other machines.")
                .addSubcommand("approve", new HeadlessApproveCommand(outside, cluster))
                .addSubcommand("deny", new HeadlessDenyCommand(outside, cluster))
                .addSubcommand("ls", new HeadlessLsCommand(outside, cluster))
                .addSubcommand("end", new HeadlessEndCommand(outside, cluster)));
    commands.put(
        "mfa",
        () ->
            group("Your security keys.")
                .addSubcommand("ls", new MfaLsCommand(outside, cluster))
                .addSubcommand("add", new MfaAddCommand(outside, cluster))
                .addSubcommand("rm", new MfaRmCommand(outside, cluster))
                .addSubcommand("recovery-codes", new MfaRecoveryCodesCommand(outside, cluster)));
    commands.put("login", () -> new LoginCommand(outside, cluster));
    commands.put("logout", () -> new LogoutCommand(outside, cluster));
    commands.put("signup", () -> new SignupCommand(outside, cluster));
    commands.put("status", () -> new StatusCommand(outside));
    commands.put("doctor", () -> doctor(cluster));
    commands.put("attach", () -> new AttachCommand(outside));
    commands.put("exec", () -> new ExecCommand(outside, command));
    commands.put("use", () -> new UseCommand(outside, command));
    commands.put("env", () -> new EnvCommand(outside));
    commands.put(
        "kube",
        () ->
            group("Kubernetes clusters.").addSubcommand("ls", new KubeLsCommand(outside, cluster)));
    commands.put(
        KUBECTL,
        () ->
            new CommandLine(new KubectlCommand(outside, cluster))
                .setStopAtPositional(true)
                .setUnmatchedOptionsArePositionalParams(true));
    commands.put("renew", () -> new RenewCommand(outside));
    commands.put("version", () -> new VersionCommand(outside.console()));
    return commands;
  }

  private int helpOrRun(ParseResult parsed, List<String> command) {
    for (CommandLine asked : parsed.asCommandLineList()) {
      if (asked.isUsageHelpRequested()) {
        List<String> unknown = parsed.asCommandLineList().getLast().getUnmatchedArguments();
        if (!unknown.isEmpty()) {
          return usage(
              new UnmatchedArgumentException(parsed.asCommandLineList().getLast(), unknown));
        }
        outside.console().document(asked.getUsageMessage().stripTrailing());
        return ExitCode.OK.status();
      }
    }
    ClusterOptions options = ((JtshCommand) parsed.commandSpec().root().userObject()).cluster;
    if (options.debug(outside.environment())) {
      sayWhatRuns();
    }
    if (parsed.asCommandLineList().getLast().getCommand() instanceof DoctorCommand) {
      // It holds no secret, and says what the guard would refuse.
      return new CommandLine.RunLast().execute(parsed);
    }
    try {
      boolean headless = options.headless(outside.environment());
      MlockMode mode = options.mlock(outside.environment());
      Optional<ExitCode> refused = guard.flatMap(g -> g.check(headless, mode));
      if (refused.isPresent()) {
        return refused.get().status();
      }
      Optional<CommandCheck.Failure> wrong = CommandCheck.of(command, outside.environment());
      if (wrong.isPresent()) {
        return failures.of(wrong.get().code(), wrong.get().reason(), wrong.get().hint()).status();
      }
    } catch (SettingsException e) {
      return unusable(e);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  /** Arguments are not repeated: behind -- they are somebody else's. */
  private void sayWhatRuns() {
    outside.console().showDetail();
    outside
        .console()
        .detail(
            SafeText.format(
                "jtsh {}, Java {}, {}",
                SafeText.of(Version.OURS),
                SafeText.of(Version.JAVA),
                SafeText.of(outside.systemName())));
  }

  private CommandLine doctor(ClusterOptions cluster) {
    CommandLine doctor = new CommandLine(new DoctorCommand(outside, cluster));
    doctor
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(
            ExitCode.table(
                ExitCode.OK, ExitCode.USAGE, ExitCode.DOCTOR_WARNS, ExitCode.DOCTOR_FAILS));
    return doctor;
  }

  private static CommandLine group(String description) {
    CommandLine group = new CommandLine(new GroupCommand());
    group.getCommandSpec().usageMessage().description(description);
    return group;
  }

  private int usage(ParameterException failure) {
    SafeText see =
        SafeText.format(
            "See {} --help",
            SafeText.of(failure.getCommandLine().getCommandSpec().qualifiedName()));
    if (!(failure instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      SafeText message = SafeLine.of(String.valueOf(failure.getMessage()));
      return failures.of(ExitCode.USAGE, message, see).status();
    }
    SafeText first = SafeText.of(unmatched.getUnmatched().getFirst());
    CommandSpec command = failure.getCommandLine().getCommandSpec();
    SafeText message =
        unmatched.isUnknownOption()
            ? SafeText.format("there is no option {} here", first)
            : command.subcommands().isEmpty()
                ? SafeText.format("{} takes no {}", SafeText.of(command.qualifiedName()), first)
                : SafeText.format("there is no command {} here", first);
    List<String> meant = unmatched.getSuggestions();
    SafeText hint =
        meant.isEmpty()
            ? see
            : SafeText.format("Did you mean {}? {}", SafeText.of(meant.getFirst()), see);
    return failures.of(ExitCode.USAGE, message, hint).status();
  }

  /** A mistake of ours: what is known of it goes to whoever wants to report it. */
  private int unexpected(Exception failure) {
    if (outside.console().isDetailed()) {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        outside.console().detail(SafeText.of(cause.toString()));
        for (StackTraceElement place : cause.getStackTrace()) {
          outside.console().detail(SafeText.format("  at {}", SafeText.of(place.toString())));
        }
      }
    }
    return failures
        .of(
            ExitCode.ERROR,
            SafeText.format(
                "this should not happen: {}: {}",
                SafeText.of(failure.getClass().getSimpleName()),
                SafeLine.of(String.valueOf(failure.getMessage()))),
            SafeText.literal(
                "it is a mistake in jtsh: run it again with --debug, and report what it says"))
        .status();
  }

  private int failed(Exception failure) {
    return switch (failure) {
      case SettingsException settings -> unusable(settings);
      case SecretArenaExhaustedException full ->
          failures
              .of(
                  ExitCode.ERROR,
                  SafeLine.of(String.valueOf(full.getMessage())),
                  SafeText.literal("ask for fewer clusters at a time"))
              .status();
      default -> unexpected(failure);
    };
  }

  private int unusable(SettingsException settings) {
    return failures.of(ExitCode.USAGE, SafeLine.of(String.valueOf(settings.getMessage()))).status();
  }
}
