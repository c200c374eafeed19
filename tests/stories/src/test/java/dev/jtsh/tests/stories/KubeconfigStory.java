// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the kubeconfig of a session holds: the way to the local proxy, and nothing else. */
@ExtendWith(StoryWorld.Visit.class)
final class KubeconfigStory {
  private static final Pattern DATA = Pattern.compile("(?m)^ *([a-z-]+-data): \"([^\"]+)\"$");
  private static final Pattern SERVER = Pattern.compile("(?m)^ *server: \"([^\"]+)\"$");
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----\\s*");

  private final StoryWorld world;

  KubeconfigStory(StoryWorld world) {
    this.world = world;
  }

  /** The secrets of one start. */
  private record Start(X509Certificate authority, X509Certificate client, PrivateKey key) {
    /** Reads a kubeconfig with one context, which holds just these three. */
    static Start of(String kubeconfig) throws Exception {
      Map<String, String> data =
          DATA.matcher(kubeconfig).results().collect(toMap(one -> one.group(1), Start::decoded));
      assertThat(data)
          .containsOnlyKeys(
              "certificate-authority-data", "client-certificate-data", "client-key-data");
      Matcher key = PRIVATE_KEY.matcher(data.getOrDefault("client-key-data", ""));
      assertThat(key.matches()).as("one private key and nothing else").isTrue();
      byte[] encoded = Base64.getMimeDecoder().decode(key.group(1));
      return new Start(
          certificate(data.getOrDefault("certificate-authority-data", "")),
          certificate(data.getOrDefault("client-certificate-data", "")),
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    }

    private static String decoded(MatchResult data) {
      byte[] bytes = Base64.getDecoder().decode(data.group(2));
      return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static X509Certificate certificate(String pem) throws Exception {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      assertThat(all).as("one certificate and nothing else").hasSize(1);
      return (X509Certificate) all.iterator().next();
    }

    Stream<Object> parts() {
      return Stream.of(
          authority,
          client,
          authority.getPublicKey(),
          client.getPublicKey(),
          authority.getSerialNumber(),
          client.getSerialNumber(),
          key);
    }
  }

  @Test
  void itLeadsToTheLocalProxyAndHoldsNothingOfTheClusters() throws Exception {
    try (HeadlessShell session = world.open("/bin/bash")) {
      String kubeconfig = Files.readString(session.kubeconfig());
      assertThat(SERVER.matcher(kubeconfig).results().map(one -> one.group(1)))
          .singleElement()
          .asString()
          .startsWith("https://127.0.0.1:" + session.port() + "/");
      assertLocal(Start.of(kubeconfig));
    }
  }

  @Test
  void twoStartsHaveNothingInCommon() throws Exception {
    Start first;
    Start second;
    try (HeadlessShell session = world.open("/bin/bash")) {
      first = Start.of(Files.readString(session.kubeconfig()));
    }
    try (HeadlessShell session = world.open("/bin/bash")) {
      second = Start.of(Files.readString(session.kubeconfig()));
    }
    assertThat(Stream.concat(first.parts(), second.parts())).doesNotHaveDuplicates();
  }

  /** Made by an authority of its own, for the key beside it. */
  private static void assertLocal(Start start) throws Exception {
    start.authority().verify(start.authority().getPublicKey());
    start.client().verify(start.authority().getPublicKey());
    byte[] message = "proof".getBytes(StandardCharsets.US_ASCII);
    Signature signing = Signature.getInstance("SHA256withECDSA");
    signing.initSign(start.key());
    signing.update(message);
    byte[] signature = signing.sign();
    Signature checking = Signature.getInstance("SHA256withECDSA");
    checking.initVerify(start.client().getPublicKey());
    checking.update(message);
    assertThat(checking.verify(signature)).isTrue();
  }
}
