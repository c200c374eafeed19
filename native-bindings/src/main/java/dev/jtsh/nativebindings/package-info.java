// SPDX-License-Identifier: Apache-2.0
/**
 * The operating system through the foreign function interface: memory nobody else reads, keys that
 * live in it, files without a name, children with chosen descriptors, the terminal, and hardening.
 *
 * <p>{@code NativeLinker} is the only class that links. Constants, struct layouts and function
 * descriptors come from {@code generated}, which jextract wrote. Exceptions, because the headers at
 * hand lack them: {@code MFD_NOEXEC_SEAL} in {@link dev.jtsh.nativebindings.MemoryFile}, and the
 * flags of open(2) on ARM and macOS in {@code OpenFlags}.
 *
 * <p>What this protects: private keys and the PEM text made of them never enter the Java heap; a
 * P-256 key is in its secret pages alone, even while it signs, and an RSA key as soon as a
 * signature is done. What it does not: TLS session keys, messages that are signed, the primes of an
 * RSA key during a signature, and everything once root attaches to the process before {@link
 * dev.jtsh.nativebindings.ProcessHardening#apply}.
 */
@NullMarked
package dev.jtsh.nativebindings;

import org.jspecify.annotations.NullMarked;
