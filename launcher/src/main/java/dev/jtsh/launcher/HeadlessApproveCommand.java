// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.Discovery;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.Profile;
import dev.jtsh.client.ProfileStore;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebauthnCeremony;
import dev.jtsh.headless.ApprovalOutcome;
import dev.jtsh.headless.HeadlessApproval;
import dev.jtsh.headless.NumberMatch;
import dev.jtsh.headless.PendingRequest;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh headless approve ID}: on the laptop, where the user is logged in. */
@Command(
    name = "approve",
    description = "Look at a headless request of yours and approve it with your security key.")
final class HeadlessApproveCommand implements Callable<Integer> {
  private static final int NO_NUMBER = 0;

  private final Outside outside;
  private final ClusterOptions cluster;
  private final Console console;
  private final FailureReport failures;

  @Parameters(paramLabel = "ID", description = "The request's id.")
  private String id = "";

  @Option(
      names = "--skip-confirm",
      description = "Do not ask; also TELEPORT_HEADLESS_SKIP_CONFIRM=1.")
  private boolean skipConfirm;

  @Option(
      names = "--number",
      paramLabel = "NUMBER",
      description = "The number the remote terminal shows; asked for unless given.")
  private String number = "";

  HeadlessApproveCommand(Outside outside, ClusterOptions cluster) {
    this.outside = outside;
    this.cluster = cluster;
    this.console = outside.console();
    this.failures = new FailureReport(console);
  }

  @Override
  public Integer call() {
    ClusterCalls calls = new ClusterCalls(outside);
    Settings settings = calls.settings(cluster);
    ProfileStore profiles = ProfileStore.ofEnvironment(outside.environment(), outside.home());
    try {
      Optional<Profile> login = login(profiles, settings);
      if (login.isEmpty() || !login.get().isValid(outside.clock().instant())) {
        return failures
            .of(
                ExitCode.ERROR,
                login.isEmpty()
                    ? SafeText.literal("Not logged in.")
                    : SafeText.literal("Active profile expired."),
                SafeText.literal("log in first: jtsh login"))
            .status();
      }
      Profile profile = login.get();
      try (WebClient web = calls.web(settings);
          LoginCredentials credentials = profiles.load(profile)) {
        Discovery discovery = web.ping(profile.proxy(), "local");
        try (AuthClient auth =
            AuthClient.open(
                credentials.authEndpoint(profile.proxy(), discovery.version()), web.network())) {
          WebauthnCeremony ceremony =
              new WebauthnCeremony(profile.proxy(), profile.pinnedParent(), calls.securityKey());
          return decide(new HeadlessApproval(auth, profile.user(), ceremony));
        }
      }
    } catch (ClientException e) {
      return failures.of(e).status();
    }
  }

  private Optional<Profile> login(ProfileStore profiles, Settings settings) throws ClientException {
    Optional<Profile> found =
        settings.proxy().isPresent()
            ? profiles.forProxy(ClusterCalls.candidates(settings.proxy().get()).getFirst().host())
            : profiles.current();
    if (settings.user().isPresent()
        && found.isPresent()
        && !found.get().user().equals(settings.user().get())) {
      return Optional.empty();
    }
    return found;
  }

  private int decide(HeadlessApproval approval) {
    if (!number.isEmpty() && NumberMatch.parse(number).isEmpty()) {
      return failures
          .of(ExitCode.USAGE, SafeText.literal("--number takes the three digits that are shown"))
          .status();
    }
    ApprovalOutcome found = approval.find(id);
    if (!(found instanceof ApprovalOutcome.Pending(PendingRequest request))) {
      return report(found);
    }
    request.lines().forEach(console::data);
    OptionalInt given = answer(request);
    if (given.isEmpty()) {
      return report(approval.deny(request, false));
    }
    if (given.getAsInt() == NO_NUMBER && request.number().required()) {
      return failures
          .of(
              ExitCode.NO_ACCESS,
              SafeText.literal("this cluster wants the number that the remote terminal shows"),
              SafeText.literal("leave --skip-confirm out, or give --number"))
          .status();
    }
    console.say(SafeText.literal("Tap any security key"));
    return report(approval.approve(request, given.getAsInt()));
  }

  /** The number, {@link #NO_NUMBER} for a yes without one, or empty for a no. */
  private OptionalInt answer(PendingRequest request) {
    if (!number.isEmpty()) {
      return NumberMatch.parse(number);
    }
    if (skipConfirm || skipByEnvironment()) {
      return OptionalInt.of(NO_NUMBER);
    }
    if (!request.number().shown()) {
      String typed = ask(SafeText.literal("Approve? [y/N]: "));
      return typed.equalsIgnoreCase("y") || typed.equalsIgnoreCase("yes")
          ? OptionalInt.of(NO_NUMBER)
          : OptionalInt.empty();
    }
    return NumberMatch.parse(ask(question(request.number().choices())));
  }

  private static SafeText question(List<Integer> choices) {
    if (choices.isEmpty()) {
      return SafeText.literal(
          "Type the number that the remote terminal shows (anything else denies): ");
    }
    SafeText row = SafeText.empty();
    for (int choice : choices) {
      row = SafeText.format("{}  {}", row, SafeText.of(Integer.toString(choice)));
    }
    return SafeText.format(
        "Which of these numbers does the remote terminal show?\n{}\n(anything else denies): ", row);
  }

  private boolean skipByEnvironment() {
    String value = outside.environment().getOrDefault("TELEPORT_HEADLESS_SKIP_CONFIRM", "");
    return value.equals("1") || value.equals("true");
  }

  /** Anything but a clear yes is a no, as is the end of the input. */
  private String ask(SafeText question) {
    console.ask(question);
    try {
      String answer =
          new BufferedReader(new InputStreamReader(outside.answers(), StandardCharsets.UTF_8))
              .readLine();
      return answer == null ? "" : answer.strip();
    } catch (IOException e) {
      return "";
    }
  }

  private int report(ApprovalOutcome outcome) {
    return switch (outcome) {
      case ApprovalOutcome.Approved approved -> {
        console.say(SafeText.literal("Approved."));
        yield ExitCode.OK.status();
      }
      case ApprovalOutcome.Denied denied -> {
        console.say(SafeText.literal("Denied."));
        yield ExitCode.OK.status();
      }
      case ApprovalOutcome.Pending pending ->
          throw new IllegalStateException("still pending after a decision");
      case ApprovalOutcome.Undecided undecided ->
          failures.of(exitCode(undecided), undecided.message(), undecided.hint()).status();
    };
  }

  private static ExitCode exitCode(ApprovalOutcome.Undecided outcome) {
    return switch (outcome) {
      case ApprovalOutcome.NotFound notFound -> ExitCode.REQUEST_NOT_FOUND;
      case ApprovalOutcome.AlreadyDecided decided -> ExitCode.REQUEST_DECIDED;
      case ApprovalOutcome.Failed failed ->
          failed.kind() == ErrorKind.ACCESS_DENIED
              ? ExitCode.NO_ACCESS
              : failed.kind() == ErrorKind.CONNECTION_PROBLEM
                  ? ExitCode.UNREACHABLE
                  : ExitCode.ERROR;
    };
  }
}
