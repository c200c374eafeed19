// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.CryptoLibrary;
import dev.jtsh.nativebindings.KernelSupport;
import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.nativebindings.SecretMemoryState;
import dev.jtsh.pki.tls.TlsEngineKind;
import java.util.Optional;

/**
 * What the doctor's own process is given by this machine. It is the program that a session runs, so
 * a session that starts now is given the same.
 */
public interface OwnProcess {
  /** How closed it is. */
  ProcessState state();

  /** Where passwords, tokens and certificates go. */
  SecretMemoryState arena();

  /** Where private keys go. */
  SecretMemoryState keys();

  /** What the kernel allows. */
  KernelSupport kernel();

  /** The OpenSSL for private keys; loaded by this call. */
  Optional<CryptoLibrary> crypto();

  /** The engine for TLS; loaded by this call. */
  TlsEngineKind tls();

  /** Whether the kernel says whose a connection to the local port is. */
  boolean tellsSocketOwners();
}
