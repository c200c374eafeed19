// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.admin.AdminClient;
import dev.jtsh.cluster.config.ConfigException;
import dev.jtsh.cluster.config.HostPort;
import dev.jtsh.cluster.config.KubeSource;
import dev.jtsh.cluster.storage.StorageException;
import dev.jtsh.pki.PkiException;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.text.FileFailure;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses a command line, runs one command, and turns what comes of it into an exit status. */
public final class ClusterProgram {
  private static final Logger logger = LoggerFactory.getLogger(ClusterProgram.class);

  private final Outside outside;
  private final CommandLine line;

  /** Made for one run in this world. */
  public ClusterProgram(Outside outside, ClusterStarter starter, AgentStarter agentStarter) {
    this.outside = outside;
    this.line =
        new CommandLine(new ClusterCommand())
            .addSubcommand(new StartCommand(outside, starter))
            .addSubcommand(
                new CommandLine(new AgentCommand())
                    .addSubcommand(new AgentCommand.Start(outside, agentStarter)))
            .addSubcommand(new StatusCommand(outside))
            .addSubcommand(new UsersCommand(outside))
            .addSubcommand(new RolesCommand(outside))
            .addSubcommand(new LocksCommand(outside))
            .addSubcommand(
                new CommandLine(new TokensCommand(outside))
                    .addSubcommand(new TokensCommand.Add(outside)))
            .addSubcommand(new VersionCommand(outside));
    line.registerConverter(HostPort.class, saying(HostPort::parse));
    line.registerConverter(KubeSource.class, saying(KubeSource::parse));
    line.setOut(outside.out());
    line.setErr(outside.err());
    line.setExecutionStrategy(ClusterProgram::helpOrRun);
    line.setParameterExceptionHandler((e, arguments) -> usage(e));
    line.setExecutionExceptionHandler((e, running, parsed) -> failed(e));
    describe(line);
  }

  /** The exit codes stand on the first page of help. */
  private static void describe(CommandLine root) {
    root.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n");
    root.getCommandSpec().usageMessage().exitCodeList(ExitCode.table());
    root.getCommandSpec().usageMessage().footer("%nThe options of one: jtsh-cluster help COMMAND");
  }

  /**
   * Runs one command line.
   *
   * @return the exit status
   */
  public int run(String... arguments) {
    int status = line.execute(ours(arguments));
    // A command whose output nobody got has not worked.
    boolean lost = outside.out().checkError() && status == ExitCode.OK.status();
    if (lost) {
      say("the output could not be written: is the disk full, or stdout closed?");
    }
    outside.err().flush();
    return lost ? ExitCode.OUTPUT_LOST.status() : status;
  }

  /** What people type who know other programs means words of ours. */
  private static String[] ours(String... arguments) {
    List<String> words = List.of(arguments);
    if (words.equals(List.of("--version")) || words.equals(List.of("-V"))) {
      return new String[] {"version"};
    }
    if (words.isEmpty() || !words.getFirst().equals("help")) {
      return arguments;
    }
    return Stream.concat(words.stream().skip(1), Stream.of("--help")).toArray(String[]::new);
  }

  /** All commands, for what is written about them. */
  public CommandLine commandLine() {
    return line;
  }

  private int usage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String first = Answers.safe(unmatched.getUnmatched().getFirst());
      String none = unmatched.isUnknownOption() ? "option" : "command";
      say(
          unmatched.isUnknownOption() || !command.getSubcommands().isEmpty()
              ? "there is no %s %s here%s".formatted(none, first, meant(unmatched))
              : "%s takes no %s".formatted(command.getCommandSpec().qualifiedName(), first));
    } else {
      say(String.valueOf(e.getMessage()));
    }
    outside.err().printf("See: %s --help%n", command.getCommandSpec().qualifiedName());
    return ExitCode.USAGE.status();
  }

  /** Who asks for the help of a command that is none hears that. */
  private static int helpOrRun(ParseResult parsed) {
    CommandLine last = parsed.asCommandLineList().getLast();
    if (last.isUsageHelpRequested() && !last.getUnmatchedArguments().isEmpty()) {
      throw new UnmatchedArgumentException(last, last.getUnmatchedArguments());
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static String meant(UnmatchedArgumentException unmatched) {
    List<String> meant = unmatched.getSuggestions();
    return meant.isEmpty() ? "" : "; did you mean %s?".formatted(Answers.safe(meant.getFirst()));
  }

  private int failed(Exception e) {
    return switch (e) {
      case ConfigException config -> end(ExitCode.CONFIG, config);
      case AdminClient.NotRunningException notRunning -> end(ExitCode.NOT_RUNNING, notRunning);
      case WireException refused -> end(ExitCode.of(refused.kind()), refused);
      case IOException io -> {
        say(FileFailure.of(io));
        yield ExitCode.CANNOT_START.status();
      }
      case PkiException pki -> end(ExitCode.CANNOT_START, pki);
      case StorageException storage -> end(ExitCode.CANNOT_START, storage);
      default -> {
        logger.error("a command failed", e);
        yield end(ExitCode.FAILED, e);
      }
    };
  }

  private int end(ExitCode code, Exception e) {
    say(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    return code.status();
  }

  /** Messages are made of fixed words and of text that was made safe where it came in. */
  private void say(String message) {
    outside.err().println("jtsh-cluster: " + message);
  }

  private static <T> ITypeConverter<T> saying(ITypeConverter<T> parser) {
    return text -> {
      try {
        return parser.convert(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'%s': %s".formatted(Answers.safe(text), String.valueOf(e.getMessage())));
      }
    };
  }
}
