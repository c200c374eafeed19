// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.client.AuthClient;
import dev.jtsh.client.AuthEndpoint;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.ServerVersion;
import dev.jtsh.kubeproxy.DirectDialer;
import dev.jtsh.kubeproxy.KubeProxy;
import dev.jtsh.kubeproxy.KubeProxyConfig;
import dev.jtsh.kubeproxy.KubeconfigContext;
import dev.jtsh.kubeproxy.KubeconfigWriter;
import dev.jtsh.kubeproxy.LocalCredentials;
import dev.jtsh.kubeproxy.UpstreamTarget;
import dev.jtsh.nativebindings.ChildProcess;
import dev.jtsh.nativebindings.Environment;
import dev.jtsh.nativebindings.MemoryFile;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.nativebindings.SpawnRequest;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.kube.KubeClusterName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What comes after the approval, gone through once for nothing: most of the time it takes is that
 * of its first time in a process (classes, native calls, tables), and while a person decides there
 * is time. It has keys and certificates of its own that end with it, asks nobody anything, and
 * hands nothing on; what fails here is left to the session to say.
 */
final class Rehearsal {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration VALID = Duration.ofMinutes(10);
  private static final KubeClusterName KUBE = new KubeClusterName("nowhere");
  private static final String SHELL = "/bin/sh";

  private final Instant now;

  Rehearsal(InstantSource clock) {
    this.now = clock.instant();
  }

  /** All of it. */
  void run() throws IOException {
    try (HeldKey key = HeldKey.generate(KeyKind.P256)) {
      CertificateAuthority authority =
          CertificateAuthority.create("nobody", key, now, now.plus(VALID));
      TlsIdentity identity = TlsIdentity.of(key, authority.certificate());
      TrustAnchors anchors = TrustAnchors.of(authority.certificate());
      SshPublicKey.parse(SshPublicKey.authorizedKeysLine(key.publicKey()));
      channel(identity, anchors);
      localProxy(identity, anchors);
    }
    child();
  }

  /** Connects with its first call, and there is none. */
  private static void channel(TlsIdentity identity, TrustAnchors anchors) {
    AuthEndpoint nobody =
        new AuthEndpoint(
            ProxyAddress.parse("localhost:1"),
            KUBE.value(),
            identity,
            anchors,
            ServerVersion.parse("17.0.0"));
    AuthClient.open(nobody).close();
  }

  /** Nobody is told its port or has a certificate for it. */
  private void localProxy(TlsIdentity identity, TrustAnchors anchors) throws IOException {
    UpstreamTarget nobody = new UpstreamTarget("localhost", 1, "localhost", "localhost", anchors);
    try (LocalCredentials local = LocalCredentials.create(List.of(KUBE), now, now.plus(VALID));
        KubeProxy proxy =
            KubeProxy.start(
                KubeProxyConfig.onPort(0),
                local,
                name -> CompletableFuture.completedFuture(identity),
                new DirectDialer(nobody, LIMIT),
                InstantSource.system());
        SecretBuffer content = kubeconfig(local, proxy);
        MemoryFile _ = MemoryFile.create("nobody", content.segment())) {
      return;
    }
  }

  private static SecretBuffer kubeconfig(LocalCredentials local, KubeProxy proxy) {
    List<KubeconfigContext> contexts =
        KubeconfigContext.named(KubeconfigContext.DEFAULT_TEMPLATE, KUBE, List.of(KUBE));
    return new KubeconfigWriter(local, proxy.address(), contexts).write();
  }

  private static void child() {
    List<String> nothing = List.of(SHELL, "-c", ":");
    ChildProcess.spawn(new SpawnRequest(SHELL, nothing, Environment.empty(), Map.of(), true))
        .waitFor();
  }
}
