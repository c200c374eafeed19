// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;

/**
 * A BoringSSL context whose engines neither give nor take session tickets. Netty switches tickets
 * on in each engine that may do TLS 1.3, whatever its context says; so each engine is told again.
 */
final class NoResumptionContext extends DelegatingSslContext {
  NoResumptionContext(SslContext context) {
    super(context);
  }

  @Override
  protected void initEngine(SSLEngine engine) {
    if (!(engine instanceof ReferenceCountedOpenSslEngine boring)) {
      throw new IllegalStateException("not a BoringSSL engine");
    }
    SSL.setOptions(boring.sslPointer(), SSL.SSL_OP_NO_TICKET);
  }
}
