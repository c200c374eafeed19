// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.cluster.testing.KubePath;
import dev.jtsh.pki.tls.TlsContexts;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Security rule 20: what was proved to one service of the port is worth nothing at another. */
class Attack20ResumedSessionIT {
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void noSessionIsEverResumed(String protocol) throws Exception {
    try (KubePath path = new KubePath("h2", "http/1.1")) {
      SSLContext context =
          TlsContexts.jdkClient(path.webPki.anchors().plus(path.authorities.hosts()));
      SSLSession web = session(context, path.proxy.address(), "localhost", protocol);
      SSLSession webAgain = session(context, path.proxy.address(), "localhost", protocol);
      SSLSession kube = session(context, path.proxy.address(), KubePath.SERVER_NAME, protocol);
      SSLSession kubeAgain = session(context, path.proxy.address(), KubePath.SERVER_NAME, protocol);
      List<SSLSession> all = List.of(web, webAgain, kube, kubeAgain);
      for (int i = 0; i < all.size(); i++) {
        for (int j = i + 1; j < all.size(); j++) {
          assertThat(isSame(all.get(i), all.get(j))).as("resumed: %d in %d", i, j).isFalse();
        }
      }
    }
  }

  private static boolean isSame(SSLSession one, SSLSession other) {
    return one.getId().length > 0 && Arrays.equals(one.getId(), other.getId());
  }

  private static SSLSession session(
      SSLContext context, InetSocketAddress address, String name, String protocol)
      throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(address.getAddress(), address.getPort())) {
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      parameters.setProtocols(new String[] {protocol});
      parameters.setApplicationProtocols(new String[] {"http/1.1"});
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(10_000);
      socket.startHandshake();
      // Something is read, so that a ticket after the handshake would have arrived.
      socket
          .getOutputStream()
          .write("GET /api HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      return socket.getSession();
    }
  }
}
