// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import dev.jtsh.cluster.access.Lock;
import dev.jtsh.cluster.admin.AdminClient;
import dev.jtsh.cluster.admin.AdminRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jtsh-cluster locks}. */
@Command(name = "locks", description = "Keep somebody out at once, and let them in again.")
final class LocksCommand extends CommandGroup {
  private final Outside outside;

  LocksCommand(Outside outside) {
    this.outside = outside;
  }

  /** Whom or what to lock: one of these. */
  static final class Target {
    @Option(names = "--user", paramLabel = "NAME", description = "A user.")
    private @Nullable String user;

    @Option(names = "--role", paramLabel = "NAME", description = "Everybody with this role.")
    private @Nullable String role;

    @Option(names = "--mfa-device", paramLabel = "ID", description = "A security key.")
    private @Nullable String device;

    @Option(names = "--request", paramLabel = "ID", description = "One headless session.")
    private @Nullable String request;

    AdminRequest.AddLock lock(String message, Duration ttl) {
      if (user != null) {
        return new AdminRequest.AddLock(Lock.Kind.USER, user, message, ttl);
      }
      if (role != null) {
        return new AdminRequest.AddLock(Lock.Kind.ROLE, role, message, ttl);
      }
      return device != null
          ? new AdminRequest.AddLock(Lock.Kind.MFA_DEVICE, device, message, ttl)
          : new AdminRequest.AddLock(
              Lock.Kind.HEADLESS_REQUEST, request == null ? "" : request, message, ttl);
    }
  }

  @Command(name = "add", description = "Lock: no login, no certificate, no request, open ones cut.")
  int add(
      @Mixin AskOptions options,
      @ArgGroup(exclusive = true, multiplicity = "1") Target target,
      @Option(
              names = "--message",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "What the person who is kept out is told.")
          String message,
      @Option(
              names = "--ttl",
              paramLabel = "DURATION",
              defaultValue = "0s",
              converter = TokensCommand.DurationConverter.class,
              description = "How long (default: until it is removed).")
          Duration ttl)
      throws IOException, AdminClient.NotRunningException {
    return options.answers(outside).line(options.ask(target.lock(message, ttl)), "id");
  }

  @Command(name = "ls", description = "List locks in force.")
  int list(@Mixin AskOptions options) throws IOException, AdminClient.NotRunningException {
    return options
        .answers(outside)
        .table(
            options.ask(new AdminRequest.ListLocks()),
            "locks",
            List.of("ID", "TARGET", "EXPIRES", "MESSAGE"),
            lock ->
                List.of(
                    lock.path("id").asText(),
                    lock.path("target").asText(),
                    Answers.time(lock.path("expires")),
                    lock.path("message").asText()));
  }

  @Command(name = "rm", description = "Take a lock away.")
  int remove(@Mixin AskOptions options, @Parameters(paramLabel = "ID") String id)
      throws IOException, AdminClient.NotRunningException {
    return options.answers(outside).line(options.ask(new AdminRequest.RemoveLock(id)), "done");
  }
}
