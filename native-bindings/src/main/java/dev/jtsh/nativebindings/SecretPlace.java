// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

/** Where this process keeps secrets; each can be locked in memory or not. */
public enum SecretPlace {
  /** The {@link SecretArena}. */
  ARENA("passwords, tokens and certificates"),
  /** The heap of {@link NativeKey}s. */
  KEYS("private keys"),
  /** The {@link SessionFile}. */
  KUBECONFIG("the kubeconfig with the key of the local port");

  private final String contents;

  SecretPlace(String contents) {
    this.contents = contents;
  }

  /** What lies there, for a message. */
  public String contents() {
    return contents;
  }
}
