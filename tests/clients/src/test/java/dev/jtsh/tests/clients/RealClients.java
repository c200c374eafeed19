// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.kubeproxy.DirectDialer;
import dev.jtsh.kubeproxy.KubeProxy;
import dev.jtsh.kubeproxy.KubeProxyConfig;
import dev.jtsh.kubeproxy.KubeconfigContext;
import dev.jtsh.kubeproxy.KubeconfigWriter;
import dev.jtsh.kubeproxy.LocalCredentials;
import dev.jtsh.kubeproxy.UpstreamTarget;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.tests.kubernetes.KubernetesCluster;
import dev.jtsh.tests.kubernetes.ProgramResult;
import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each client does its own work against a real API server, through the local proxy, with the
 * kubeconfig that the proxy serves. None is told to trust anything else: names are checked.
 */
@Timeout(120)
class RealClients {
  private static final KubeClusterName NAME = new KubeClusterName("prod");
  private static final Duration LIMIT = Duration.ofSeconds(100);
  private static final String POD = "clients-pod";
  private static final Path PROGRAMS = Path.of(System.getProperty("jtsh.clients", "clients"));
  private static final Path SOURCES =
      Path.of(System.getProperty("jtsh.root", "."), "tests", "clients", "programs");

  @TempDir private static Path directory;
  private static KubernetesCluster kubernetes;
  private static LocalCredentials credentials;
  private static HeldKey userKey;
  private static KubeProxy proxy;
  private static Path kubeconfig;

  @BeforeAll
  static void start() throws Exception {
    kubernetes = KubernetesCluster.start();
    kubernetes.bindUser("alice", "cluster-admin");
    kubernetes.runPod(POD);
    String user = Files.readString(kubernetes.userKubeconfig("alice"));
    Path key = directory.resolve("alice.key");
    Files.writeString(key, field(user, "client-key-data"));
    userKey = HeldKey.loadPem(key);
    TlsIdentity alice =
        TlsIdentity.of(userKey, certificate(field(user, "client-certificate-data")));
    Instant now = Instant.now();
    credentials = LocalCredentials.create(List.of(NAME), now, now.plus(Duration.ofHours(1)));
    UpstreamTarget target =
        new UpstreamTarget(
            "127.0.0.1",
            kubernetes.server().getPort(),
            "localhost",
            "127.0.0.1",
            TrustAnchors.of(certificate(kubernetes.caPem())));
    proxy =
        KubeProxy.start(
            KubeProxyConfig.onPort(0),
            credentials,
            name -> CompletableFuture.completedFuture(alice),
            new DirectDialer(target, Duration.ofSeconds(5)),
            InstantSource.system());
    kubeconfig = directory.resolve("kubeconfig");
    KubeconfigWriter writer =
        new KubeconfigWriter(
            credentials, proxy.address(), List.of(new KubeconfigContext("clients", NAME)));
    try (SecretBuffer yaml = writer.write()) {
      Files.write(kubeconfig, yaml.segment().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
    credentials.close();
    userKey.close();
    kubernetes.close();
  }

  private static String field(String kubeconfigText, String name) {
    Matcher found = Pattern.compile(name + ":\\s*\"?([A-Za-z0-9+/=]+)").matcher(kubeconfigText);
    assertThat(found.find()).as(name).isTrue();
    return new String(Base64.getDecoder().decode(found.group(1)), StandardCharsets.US_ASCII);
  }

  private static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String run(String... command) {
    return run(List.of(command));
  }

  private static String run(List<String> command) {
    Map<String, String> environment =
        Map.of(
            "KUBECONFIG",
            kubeconfig.toString(),
            "HOME",
            directory.toString(),
            "PATH",
            System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    try (RunningProgram program = RunningProgram.start(command, environment)) {
      ProgramResult result = program.awaitEnd(LIMIT).orThrow();
      return result.stdout();
    }
  }

  @Test
  void kubectlOfTheServersVersion() {
    worksWith(kubernetes.kubectl().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.33", "1.32", "1.31"})
  void kubectlOfTheThreeVersionsBefore(String minor) {
    String kubectl = PROGRAMS.resolve("kubectl-" + minor).toString();
    assertThat(run(kubectl, "version", "--client")).contains("Client Version: v" + minor + ".");
    worksWith(kubectl);
    assertThat(run(kubectl, "get", "pod", POD, "-o", "name")).isEqualTo("pod/" + POD + "\n");
  }

  private static void worksWith(String kubectl) {
    assertThat(run(kubectl, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"))
        .isEqualTo("alice");
    assertThat(run(kubectl, "exec", POD, "--", "sh", "-c", "echo said by the pod"))
        .isEqualTo("said by the pod\n");
    assertThat(run(kubectl, "get", "nodes", "-o", "name")).startsWith("node/");
  }

  @Test
  void kubectlThatIsInstalled() {
    assertThat(run("kubectl", "get", "pod", POD, "-o", "name")).contains("pod/" + POD);
    assertThat(run("kubectl", "api-resources")).contains("deployments");
  }

  @Test
  void pythonClient() {
    assertThat(
            run(
                PROGRAMS.resolve("python/bin/python").toString(),
                SOURCES.resolve("python/check.py").toString(),
                POD))
        .endsWith("ok\n");
  }

  @Test
  void nodeClient() {
    assertThat(run("node", PROGRAMS.resolve("node/check.mjs").toString(), POD)).endsWith("ok\n");
  }

  @Test
  void javaClient() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    assertThat(
            run(
                java.toString(),
                "-cp",
                PROGRAMS.resolve("java") + "/*",
                SOURCES.resolve("java/Check.java").toString(),
                POD))
        .endsWith("ok\n");
  }

  @Test
  void informerOfClientGo() {
    assertThat(run(PROGRAMS.resolve("informer").toString())).isEqualTo("ok\n");
  }

  @Test
  void helm() throws IOException {
    Path chart = Files.createDirectories(directory.resolve("chart/templates"));
    Files.writeString(
        chart.resolveSibling("Chart.yaml"), "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
    Files.writeString(
        chart.resolve("map.yaml"),
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: from-helm}
        data: {colour: "{{ .Values.colour }}"}
        """);
    String helm = PROGRAMS.resolve("helm").toString();
    String source = directory.resolve("chart").toString();

    assertThat(run(helm, "install", "one", source, "--wait", "--set", "colour=red"))
        .contains("STATUS: deployed");
    run(helm, "upgrade", "one", source, "--set", "colour=blue");
    assertThat(run(helm, "get", "manifest", "one")).contains("colour: \"blue\"");
    assertThat(run(helm, "uninstall", "one")).contains("uninstalled");
  }

  @Test
  void curlWithBothProtocols() throws Exception {
    Path authority = directory.resolve("ca.pem");
    Path client = directory.resolve("client.pem");
    Path key = directory.resolve("client.key");
    String own = Files.readString(kubeconfig);
    Files.writeString(authority, field(own, "certificate-authority-data"));
    Files.writeString(client, field(own, "client-certificate-data"));
    Files.writeString(key, field(own, "client-key-data"));
    for (String protocol : List.of("--http1.1", "--http2")) {
      List<String> command =
          new ArrayList<>(List.of("curl", "-sS", "--fail", protocol, "--cacert"));
      command.addAll(List.of(authority.toString(), "--cert", client.toString()));
      command.addAll(List.of("--key", key.toString()));
      command.addAll(List.of("-w", "%{http_version}"));
      command.add("https://127.0.0.1:" + proxy.address().getPort() + "/version");
      assertThat(run(command))
          .contains("\"major\"")
          .endsWith(protocol.equals("--http2") ? "2" : "1.1");
    }
  }
}
