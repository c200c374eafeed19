// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.SecretArena.Kind;
import dev.jtsh.nativebindings.SecretMemoryState;
import dev.jtsh.protocol.text.SafeText;

/** How well the memory for secrets is kept. */
final class ArenaCheck implements Check {
  private final OwnProcess self;

  ArenaCheck(OwnProcess self) {
    this.self = self;
  }

  @Override
  public String id() {
    return "arena";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("secret memory");
  }

  @Override
  public Outcome look() {
    if (self.crypto().isEmpty()) {
      return new Outcome.Fail(
          SafeText.literal("no OpenSSL 3 (libcrypto.so.3)"),
          SafeText.literal("private keys would have to live in the Java heap"),
          SafeText.literal("install OpenSSL 3"));
    }
    SecretMemoryState arena = self.arena();
    SecretMemoryState keys = self.keys();
    SafeText seen = SafeText.format("keys: {}; other secrets: {}", words(keys), words(arena));
    Kind weaker = keys.kind().compareTo(arena.kind()) > 0 ? keys.kind() : arena.kind();
    return switch (weaker) {
      case MEMFD_SECRET ->
          new Outcome.Ok(seen, SafeText.literal("no other process reads them, root's neither"));
      case LOCKED ->
          new Outcome.Warning(
              seen,
              SafeText.literal("kept from swap and cores, but root can read them"),
              SafeText.literal("use a kernel with memfd_secret"));
      case UNLOCKED ->
          new Outcome.Fail(
              seen,
              SafeText.literal("the kernel may write secrets to swap"),
              SafeText.literal("raise the limit of locked memory: ulimit -l 8192"));
    };
  }

  /** Kind and bytes. */
  static SafeText words(SecretMemoryState memory) {
    SafeText kind =
        switch (memory.kind()) {
          case MEMFD_SECRET -> SafeText.literal("memfd_secret");
          case LOCKED -> SafeText.literal("locked");
          case UNLOCKED -> SafeText.literal("not locked");
        };
    return SafeText.format(
        "{}, {} of {} used",
        kind,
        Count.bytes(memory.usedBytes()),
        Count.bytes(memory.capacityBytes()));
  }
}
