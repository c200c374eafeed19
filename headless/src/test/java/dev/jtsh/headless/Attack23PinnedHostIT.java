// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.HostPins;
import dev.jtsh.client.Network;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.Fingerprint;
import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attack 23: a box in between, whose web certificate this machine trusts, answers in the cluster's
 * place. Where the host authority is pinned, nothing is posted to it.
 */
@Timeout(120)
class Attack23PinnedHostIT {
  private static final String LOGIN = "/webapi/headless/login";
  private static final String EXPORT = "/webapi/auth/export?type=tls-host";

  private FakeCluster cluster;
  private FakeCluster other;

  @BeforeEach
  void start() throws Exception {
    cluster = FakeCluster.start("root", new FakeAuth());
    other = FakeCluster.start("root", new FakeAuth());
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping("17.0.0")));
    names(certificate(cluster));
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
    other.close();
  }

  @Test
  void theClusterOfThePinIsAsked() throws Exception {
    answersWith(certificate(cluster));

    assertThat(ask(pins(cluster))).isInstanceOf(HeadlessOutcome.Approved.class);
  }

  @Test
  void aBoxWithItsOwnAuthorityGetsNoRequest() throws Exception {
    assertThatThrownBy(() -> ask(pins(other)))
        .isInstanceOf(ClientException.UntrustedCertificate.class)
        .hasMessageContaining(Fingerprint.caPin(certificate(cluster).getPublicKey()))
        .hasMessageContaining("--ca-pin does not name");
    assertNothingPosted();
  }

  /** It repeats what the true cluster says of itself, but has no certificate of that authority. */
  @Test
  void aBoxThatNamesTheTrueAuthorityGetsNoRequest() throws Exception {
    names(certificate(other));

    assertThatThrownBy(() -> ask(pins(other)))
        .isInstanceOf(ClientException.UntrustedCertificate.class)
        .hasMessageContaining("has no certificate of the authority");
    assertNothingPosted();
  }

  @Test
  void aBoxThatNamesNoAuthorityGetsNoRequest() throws Exception {
    for (WebReply silence :
        List.of(
            WebReply.text(404, "404 page not found"),
            WebReply.text(200, "nothing here"),
            WebReply.error(500, "broken"),
            WebReply.CUT)) {
      cluster.web().on(EXPORT, call -> silence);

      assertThatThrownBy(() -> ask(pins(cluster))).isInstanceOf(ClientException.class);
    }
    assertNothingPosted();
  }

  /** It lets the check through to the true cluster and answers the request itself. */
  @Test
  void anotherAuthorityInTheAnswerIsRefused() throws Exception {
    answersWith(certificate(other));

    assertThat(ask(pins(cluster)))
        .isInstanceOfSatisfying(
            HeadlessOutcome.Failed.class,
            failed ->
                assertThat(failed.cause())
                    .isInstanceOf(ClientException.UntrustedCertificate.class)
                    .hasMessageContaining("--ca-pin does not name"));
  }

  @Test
  void anAuthorityThatTheAnswerAddsIsNotBelieved() throws Exception {
    answersWith(certificate(other), certificate(cluster));

    assertThat(ask(pins(cluster)))
        .isInstanceOfSatisfying(
            HeadlessOutcome.Approved.class,
            approved ->
                assertThat(approved.credentials().trustAnchors().certificates())
                    .containsExactly(certificate(cluster)));
  }

  @Test
  void everyPlaceThatSaysPinsMustNameTheAuthority() throws Exception {
    HostPins both =
        HostPins.of(List.of(rule("the machine's file", cluster), rule("--ca-pin", cluster, other)));
    answersWith(certificate(other), certificate(cluster));
    assertThat(ask(both))
        .isInstanceOfSatisfying(
            HeadlessOutcome.Approved.class,
            approved ->
                assertThat(approved.credentials().trustAnchors().certificates())
                    .containsExactly(certificate(cluster)));

    HostPins against =
        HostPins.of(List.of(rule("the machine's file", other), rule("--ca-pin", cluster)));
    assertThatThrownBy(() -> ask(against)).isInstanceOf(ClientException.UntrustedCertificate.class);
    assertThat(cluster.web().calls(LOGIN)).as("of the first request").hasSize(1);
  }

  /** While an authority is rotated a newer Teleport names several, and only in an archive. */
  @Test
  void aRotatingClusterIsAskedWithThePinOfEither() throws Exception {
    cluster
        .web()
        .on(EXPORT, call -> WebReply.text(400, "found 2 authorities to export, use format=zip"));
    cluster
        .web()
        .on(
            EXPORT + "&format=zip",
            call ->
                new WebReply(
                    200,
                    "application/zip",
                    Map.of(),
                    archive(certificate(other), certificate(cluster))));
    answersWith(certificate(other), certificate(cluster));

    assertThat(ask(pins(cluster))).isInstanceOf(HeadlessOutcome.Approved.class);
    assertThat(ask(pins(other, cluster))).isInstanceOf(HeadlessOutcome.Approved.class);
    assertThatThrownBy(() -> ask(pins(other)))
        .as("its hosts have no certificate of that one yet")
        .isInstanceOf(ClientException.UntrustedCertificate.class);
  }

  @Test
  void withoutAPinNothingIsChecked() throws Exception {
    answersWith(certificate(cluster));

    assertThat(ask(HostPins.NONE)).isInstanceOf(HeadlessOutcome.Approved.class);
    assertThat(cluster.web().calls(EXPORT)).isEmpty();
  }

  private void assertNothingPosted() {
    assertThat(cluster.web().calls())
        .allSatisfy(call -> assertThat(call.method()).isEqualTo("GET"));
    assertThat(cluster.web().calls(LOGIN)).isEmpty();
  }

  private void names(X509Certificate... authorities) {
    cluster.web().on(EXPORT, call -> WebReply.text(200, Pem.encode(List.of(authorities))));
  }

  private void answersWith(X509Certificate... authorities) {
    cluster
        .web()
        .on(
            LOGIN,
            call -> {
              SshLoginResponse login =
                  cluster.login(
                      cluster.user("alice"),
                      call.as(HeadlessLoginRequest.class).keys().ssh(),
                      Duration.ofMinutes(1),
                      null);
              List<ByteString> named =
                  Arrays.stream(authorities)
                      .map(one -> ByteString.copyFromUtf8(Pem.encode(one)))
                      .toList();
              return WebReply.json(
                  new SshLoginResponse(
                      login.username(),
                      login.cert(),
                      login.tlsCert(),
                      List.of(new SshLoginResponse.HostSigner("root", List.of(), named)),
                      null));
            });
  }

  private HeadlessOutcome ask(HostPins pins) throws Exception {
    Network network =
        Network.of(Map.of(), WebTrust.of(List.of(cluster.webAuthority().certificate())))
            .withPins(proxy -> pins);
    try (WebClient web = new WebClient(network, InstantSource.system());
        HeadlessSession session =
            HeadlessSession.request(
                web,
                web.ping(ProxyAddress.parse(cluster.hostPort()), "headless"),
                new HeadlessRequest(
                    "alice",
                    List.of(new KubeClusterName("kube1")),
                    Map.of(),
                    "",
                    false,
                    "",
                    Duration.ofHours(1),
                    "box",
                    "alice"),
                HeadlessTiming.STANDARD,
                InstantSource.system(),
                new SecureRandom())) {
      return session.await((SafeText cause, Duration pause) -> {});
    }
  }

  private static HostPins pins(FakeCluster... clusters) {
    return HostPins.of(List.of(rule("--ca-pin", clusters)));
  }

  private static HostPins.Rule rule(String source, FakeCluster... clusters) {
    return HostPins.Rule.parse(
        source,
        Arrays.stream(clusters)
            .map(one -> Fingerprint.caPin(certificate(one).getPublicKey()))
            .toList());
  }

  private static X509Certificate certificate(FakeCluster of) {
    CertificateAuthority authority = of.hostAuthority();
    return authority.certificate();
  }

  private static ByteString archive(X509Certificate... certificates) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < certificates.length; i++) {
        zip.putNextEntry(new ZipEntry("ca" + i + ".cer"));
        zip.write(Pem.encode(certificates[i]).getBytes(StandardCharsets.US_ASCII));
      }
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }
}
