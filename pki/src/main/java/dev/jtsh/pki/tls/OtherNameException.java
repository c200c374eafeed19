// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import java.security.cert.CertificateException;
import java.util.List;

/** A trusted certificate is for other names than the one that was dialled. */
public final class OtherNameException extends CertificateException {
  private static final long serialVersionUID = 1;

  private final transient List<String> names;

  OtherNameException(List<String> names, CertificateException cause) {
    super(cause.getMessage(), cause);
    this.names = List.copyOf(names);
  }

  /** The first few names it is for, as they stand in it: foreign text. */
  public List<String> names() {
    return names;
  }
}
