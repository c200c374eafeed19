// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.SealedFile;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Seals, mode and owner of the kubeconfig in memory: who can read it, and that nobody can write.
 */
final class MemoryFileCheck implements Check {
  private final Machine machine;
  private final Function<Path, Optional<SealedFile>> seals;
  private final Modes modes;

  /**
   * Looks at descriptor 3, or at that of the session's shell.
   *
   * @param seals asks the kernel; the file's bytes are not read
   * @param modes says who may open a file
   */
  MemoryFileCheck(Machine machine, Function<Path, Optional<SealedFile>> seals, Modes modes) {
    this.machine = machine;
    this.seals = seals;
    this.modes = modes;
  }

  /** Who may open a file. */
  @FunctionalInterface
  interface Modes {
    /** Its permissions; links are followed. */
    Set<PosixFilePermission> of(Path file) throws IOException;
  }

  @Override
  public String id() {
    return "kubeconfig-file";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("kubeconfig in memory");
  }

  @Override
  public Outcome look() {
    Optional<String> path = descriptor();
    if (path.isEmpty()) {
      return new Outcome.NotMeasured(
          SafeText.literal("not open here"), SafeText.literal("its seals cannot be asked for"));
    }
    Optional<SealedFile> sealed = seals.apply(machine.path(path.get()));
    Optional<Integer> owner = machine.owner(path.get());
    if (sealed.isEmpty() || owner.isEmpty()) {
      return new Outcome.NotMeasured(
          SafeText.literal("the kernel does not say"),
          SafeText.literal("its seals cannot be asked for"));
    }
    Set<PosixFilePermission> mode = mode(path.get());
    SafeText seen =
        SafeText.format(
            "{}, mode {}, of user {}",
            sealed.get().complete()
                ? SafeText.literal("sealed against any change")
                : SafeText.literal("not sealed"),
            SafeText.of(PosixFilePermissions.toString(mode)),
            Count.of(owner.get()));
    if (!sealed.get().complete()) {
      return new Outcome.Fail(
          seen,
          SafeText.literal("a process of this user could make kubectl run a program"),
          SafeText.literal("leave this shell; this is no kubeconfig jtsh made"));
    }
    if (!EnumSet.of(PosixFilePermission.OWNER_READ).containsAll(mode)
        || owner.get() != machine.uid()) {
      return new Outcome.Fail(
          seen,
          SafeText.literal("others than this user can open it"),
          SafeText.literal("leave this shell; this is no kubeconfig jtsh made"));
    }
    return new Outcome.Ok(
        seen,
        SafeText.literal("every process of this user can read it, and root; nobody can write"));
  }

  private Optional<String> descriptor() {
    return Optional.of("/proc/self/fd/3")
        .filter(this::isKubeconfig)
        .or(() -> machine.variable("JTSH_KUBECONFIG").filter(this::isKubeconfig));
  }

  private boolean isKubeconfig(String path) {
    return path.startsWith("/proc/")
        && machine
            .link(path)
            .filter(name -> name.startsWith(SessionAround.KUBECONFIG_FILE))
            .isPresent();
  }

  private Set<PosixFilePermission> mode(String path) {
    try {
      return modes.of(machine.path(path));
    } catch (IOException e) {
      return EnumSet.allOf(PosixFilePermission.class); // Unknown counts as open.
    }
  }
}
