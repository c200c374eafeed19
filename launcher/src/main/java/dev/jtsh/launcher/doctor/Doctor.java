// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.SealedFile;
import dev.jtsh.protocol.text.SafeText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chooses the checks that fit the place, and runs them one after the other. */
public final class Doctor {
  private final Machine machine;
  private final OwnProcess self;
  private final List<Path> ownCode;
  private final ClusterFound cluster;
  private final SessionVoice voice;

  /**
   * Prepares; nothing is looked at.
   *
   * @param ownCode folders whose libraries belong to the program
   * @param reach the way to the proxy; empty when no proxy is known
   * @param voice the way to the session around this shell; asked only if one lives
   */
  public Doctor(
      Machine machine,
      OwnProcess self,
      List<Path> ownCode,
      Optional<ClusterReach> reach,
      SessionVoice voice) {
    this.voice = voice;
    this.machine = machine;
    this.self = self;
    this.ownCode = List.copyOf(ownCode);
    this.cluster = new ClusterFound(reach);
  }

  /** Looks at everything. */
  public Report examine() {
    SessionAround session = SessionAround.find(machine);
    List<Report.Entry> entries = new ArrayList<>();
    run(entries, Report.Subject.MACHINE, machineChecks());
    run(entries, Report.Subject.CLUSTER, clusterChecks());
    run(entries, Report.Subject.SESSION, sessionChecks(session));
    return new Report(entries);
  }

  private List<Check> machineChecks() {
    return List.of(
        new KernelCheck(machine, self),
        new ArenaCheck(self),
        new LockedMemoryCheck(self),
        new DumpableCheck(self),
        new CoreCheck(machine, self),
        new JvmCheck(self),
        new OpenSslCheck(self, MeasuredLibraries.ofThisVersion()),
        new TlsEngineCheck(self),
        new ForeignLibrariesCheck(machine, self, ownCode),
        new EnvironmentCheck(machine),
        new SocketOwnersCheck(self),
        new PtraceScopeCheck(machine),
        new SwapCheck(machine),
        new HibernationCheck(machine, self),
        new VirtualMachineCheck(machine),
        new RcFilesCheck(machine));
  }

  private List<Check> clusterChecks() {
    return List.of(
        new ProxyCheck(cluster),
        new ClockCheck(cluster),
        new LoadBalancerCheck(cluster),
        new HostPinCheck(cluster));
  }

  private List<Check> sessionChecks(SessionAround session) {
    SessionCheck first = new SessionCheck(session);
    SessionAnswer answer = new SessionAnswer(voice);
    return session instanceof SessionAround.Alive alive
        ? List.of(
            first,
            new KubeconfigCheck(machine),
            new DescriptorCheck(machine),
            new MemoryFileCheck(machine, SealedFile::at, Files::getPosixFilePermissions),
            new SessionProcessCheck(machine, alive),
            new SessionLockedCheck(machine, alive),
            new SessionMemoryCheck(answer),
            new SessionPortCheck(answer),
            new NestedSessionCheck(machine))
        : List.of(first);
  }

  private static void run(List<Report.Entry> entries, Report.Subject subject, List<Check> checks) {
    for (Check check : checks) {
      entries.add(new Report.Entry(subject, check.id(), check.title(), look(check)));
    }
  }

  /** A check that breaks says nothing about the promise. */
  private static Outcome look(Check check) {
    try {
      return check.look();
    } catch (RuntimeException | LinkageError e) {
      return new Outcome.NotMeasured(
          SafeText.format("could not look: {}", SafeText.of(String.valueOf(e.getMessage()))),
          SafeText.literal("nothing is claimed"));
    }
  }
}
