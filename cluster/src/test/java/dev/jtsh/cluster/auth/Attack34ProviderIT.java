// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import static dev.jtsh.cluster.testing.FakeOpenIdProvider.person;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.jtsh.cluster.oidc.OidcConnector;
import dev.jtsh.cluster.oidc.OidcProvider;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.SsoConsoleRequest;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attack 34: an answer that the provider did not give, or not for this login, or of another. */
@Timeout(120)
class Attack34ProviderIT {
  private static final Map<String, Object> ANN = person("u1", "ann@example.com", "k8s");
  private static final String UNTRUSTED =
      "the provider's answer is not to be trusted; the cluster's log says why";

  @TempDir Path directory;
  private SsoFixture sso;
  private SsoFixture.Program program;

  @BeforeEach
  void start() throws Exception {
    sso = new SsoFixture(directory);
    program = sso.new Program();
  }

  @AfterEach
  void close() {
    sso.close();
  }

  @Test
  void tokenOfWhichAnyClaimIsWrongIsRefused() {
    long now = sso.auth.clock.instant().getEpochSecond();
    List<Consumer<Map<String, Object>>> lies =
        List.of(
            claims -> claims.put("iss", "https://evil.example"),
            claims -> claims.put("iss", sso.provider.issuer() + "/"),
            claims -> claims.put("aud", "another-client"),
            claims -> claims.put("aud", List.of("jtsh", "another-client")),
            claims -> claims.put("azp", "another-client"),
            claims -> claims.put("nonce", "of another login"),
            claims -> claims.remove("nonce"),
            claims -> claims.put("sub", ""),
            claims -> claims.put("exp", now - 61),
            claims -> claims.remove("exp"),
            claims -> claims.put("iat", now + 61),
            claims -> claims.put("iat", now - 601),
            claims -> claims.put("nbf", now + 61));
    for (int i = 0; i < lies.size(); i++) {
      Consumer<Map<String, Object>> lie = lies.get(i);
      sso.auth.clock.advance(Duration.ofMillis(1));
      sso.provider.idTokens(claims -> {
        Map<String, Object> changed = new HashMap<>(claims);
        lie.accept(changed);
        return changed;
      });
      assertThat(program.logIn(ANN)).as("lie %d", i).isEqualTo(Map.of("err", UNTRUSTED));
    }
    assertThat(sso.auth.auth.users().get("ann@example.com")).isEmpty();
  }

  @Test
  void clockOfTheProviderMayBeAMinuteOff() {
    long now = sso.auth.clock.instant().getEpochSecond();
    sso.provider.idTokens(claims -> {
      Map<String, Object> changed = new HashMap<>(claims);
      changed.put("exp", now - 58);
      return changed;
    });

    assertThat(program.logIn(ANN)).containsKey("response");
  }

  @Test
  void tokenThatTheProviderDidNotSignIsRefused() throws Exception {
    var foreign = new ECKeyGenerator(Curve.P_256).keyID(sso.provider.key().getKeyID()).generate();
    sso.provider.signBy(claims -> {
      var jws =
          new JWSObject(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(foreign.getKeyID()).build(),
              new Payload(WireJson.write(claims)));
      jws.sign(new ECDSASigner(foreign));
      return jws.serialize();
    });
    assertThat(program.logIn(ANN)).as("another key under its id").isEqualTo(err());

    sso.provider.signBy(claims -> base64("{\"alg\":\"none\"}") + "." + body(claims) + ".");
    assertThat(program.logIn(ANN)).as("no signature").isEqualTo(err());

    sso.provider.signBy(claims -> {
      byte[] shared = sso.provider.key().toPublicJWK().toJSONString().getBytes(UTF);
      var jws = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(json(claims)));
      jws.sign(new MACSigner(shared));
      return jws.serialize();
    });
    assertThat(program.logIn(ANN)).as("its public key as a shared secret").isEqualTo(err());

    sso.provider.signBy(claims -> {
      String good = sso.provider.signed(claims);
      claims.put("groups", List.of("k8s", "admins"));
      return good.split("\\.", -1)[0] + "." + body(claims) + "." + good.split("\\.", -1)[2];
    });
    assertThat(program.logIn(ANN)).as("claims changed on the way").isEqualTo(err());
  }

  private static final java.nio.charset.Charset UTF = StandardCharsets.UTF_8;

  private static Map<String, String> err() {
    return Map.of("err", UNTRUSTED);
  }

  private static byte[] json(Map<String, Object> claims) {
    return WireJson.write(claims);
  }

  private static String body(Map<String, Object> claims) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json(claims));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF));
  }

  @Test
  void keyIdsInventedByStrangersDoNotMakeTheClusterFetchKeysAgainAndAgain() {
    program.logIn(ANN);
    int before = sso.provider.web().calls("/keys").size();
    sso.provider.signBy(claims -> {
      var jws =
          new JWSObject(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(UUID.randomUUID().toString()).build(),
              new Payload(json(claims)));
      jws.sign(new ECDSASigner(sso.provider.key()));
      return jws.serialize();
    });
    for (int i = 0; i < 10; i++) {
      assertThat(program.logIn(ANN)).isEqualTo(err());
    }

    assertThat(sso.provider.web().calls("/keys")).as("once for all").hasSize(before + 1);
  }

  @Test
  void answerIsGoodOnceAndOnlyForTheLoginItIsOf() {
    String one = program.begin();
    String answer = sso.provider.logIn(one, ANN);
    assertThat(program.broughtBy(sso.finish(answer))).containsKey("response");

    assertThat(sso.finish(answer)).as("replayed").isInstanceOf(SsoEnd.Unknown.class);
    assertThat(sso.finish("code=x&state=" + "A".repeat(43))).isInstanceOf(SsoEnd.Unknown.class);

    String other = sso.provider.logIn(program.begin(), ANN).replaceAll("&state=.*", "");
    String state = sso.provider.logIn(program.begin(), ANN).replaceAll(".*&", "");
    assertThat(program.broughtBy(sso.finish(other + "&" + state)))
        .as("the code of another login: the verifier does not fit")
        .containsEntry("err", "the provider cannot be used now; the cluster's log says why");
  }

  @Test
  void answerThatNamesAnotherIssuerIsRefused() {
    String answer = sso.provider.logIn(program.begin(), ANN);

    assertThat(program.broughtBy(sso.finish(answer + "&iss=https%3A%2F%2Fevil.example")))
        .isEqualTo(err());
    assertThat(SsoAnswer.ofQuery("state=a&code=b&iss=x&iss=y")).isEmpty();
    assertThat(SsoAnswer.ofQuery("state=a&state=b&code=c")).isEmpty();
    assertThat(SsoAnswer.ofQuery("state=a&code=c&error=d")).isEmpty();
  }

  @Test
  void openRedirectOfCertificatesIsRefused() {
    String key = "?secret_key=" + SsoFixture.SECRET_KEY;
    for (String place :
        List.of(
            "https://evil.example/callback" + key,
            "http://evil.example:80/callback" + key,
            "http://127.0.0.1.evil.example:80/callback" + key,
            "http://127.0.0.1@evil.example:80/callback" + key,
            "http://127.0.0.1:80@evil.example/callback" + key,
            "http://127.0.0.1:80\\@evil.example/callback" + key,
            "http://127.0.0.2:80/callback" + key,
            "http://127.0.0.1/callback" + key,
            "http://127.0.0.1:99999/callback" + key,
            "http://127.0.0.1:80/other" + key,
            "http://127.0.0.1:80/callback" + key + "#x",
            "http://127.0.0.1:80/callback" + key + "&more=1",
            "http://127.0.0.1:80/callback",
            "http://127.0.0.1:80/callback?secret_key=00",
            "javascript:alert(1)",
            "")) {
      assertThatThrownBy(() -> sso.auth.auth.sso().begin(request(place), SsoFixture.LAPTOP))
          .as(place)
          .isInstanceOf(WireException.class);
    }
  }

  private SsoConsoleRequest request(String place) {
    ByteString none = ByteString.EMPTY;
    return new SsoConsoleRequest(
        place,
        none,
        none,
        AuthFixture.pem(program.key.publicKey()),
        Duration.ZERO,
        "okta",
        "",
        "",
        "");
  }

  @Test
  void nameOfALocalUserOrOfAnotherPersonIsNotTakenOver() {
    sso.auth.enroll("ann@example.com", "dev");
    String refused = "your account cannot be used here; ask your administrators";
    assertThat(program.logIn(ANN)).as("a local user's").containsEntry("err", refused);

    assertThat(program.logIn(person("u2", "bob@example.com", "k8s"))).containsKey("response");
    assertThat(program.logIn(person("u3", "bob@example.com", "k8s")))
        .as("the address was given to somebody else")
        .containsEntry("err", refused);
    assertThat(sso.auth.auth.users().invite("bob@example.com"))
        .as("no password beside the provider")
        .isInstanceOf(Users.Addition.OfProvider.class);
  }

  @Test
  void addressThatNobodyVerifiedIsNoName() {
    Map<String, Object> claims = new HashMap<>(ANN);
    for (Object said : new Object[] {false, "false", 1, ""}) {
      claims.put("email_verified", said);
      assertThat(program.logIn(claims)).as(said.toString()).containsKey("err");
    }
    claims.remove("email_verified");
    assertThat(program.logIn(claims)).containsKey("err");
  }

  @Test
  void namesThatWouldMeanMoreAreRefused() {
    for (String name : List.of("", "../../etc", "a b", "x\u202ey", "-rf", "a/b", "a".repeat(200))) {
      assertThat(program.logIn(person("u7", name, "k8s"))).as(name).containsKey("err");
    }
  }

  @Test
  void furtherClaimsOfSomebodyElseAreRefused() {
    sso.provider.userInfo(person("u2", "bob@example.com", "k8s"));

    assertThat(program.logIn(Map.of("sub", "u1"))).isEqualTo(err());
  }

  @Test
  void providerThatSendsTooMuchOrAnotherNameIsRefused() {
    var web = sso.provider.web();
    web.on(
        "/.well-known/openid-configuration",
        call -> WebReply.text(200, "{\"a\":\"" + "x".repeat(600_000) + "\"}"));
    assertThatThrownBy(program::begin).isInstanceOf(WireException.class);

    web.on(
        "/.well-known/openid-configuration",
        call -> WebReply.json(Map.of("issuer", "https://evil.example")));
    assertThatThrownBy(program::begin)
        .isInstanceOf(WireException.class)
        .hasMessage("the login cannot be begun; the cluster's log says why");
  }

  @Test
  void providerWithACertificateOfAnotherAuthorityIsNotTalkedTo() throws Exception {
    OidcConnector known = sso.provider.connector();
    var systemsAuthorities =
        new OidcConnector(
            "okta",
            "Okta",
            known.issuer(),
            "jtsh",
            known.clientSecretFile(),
            Optional.empty(),
            List.of(),
            "email",
            known.mappings());
    try (var provider = new OidcProvider(systemsAuthorities, sso.auth.clock)) {
      assertThatThrownBy(() -> provider.checkAnswerer(Optional.empty()))
          .hasMessageContaining("SSLHandshake");
    }
  }

  @Test
  void clientSecretThatOthersMayReadIsRefusedAtTheStart() throws Exception {
    OidcConnector connector = sso.provider.connector();
    Files.setPosixFilePermissions(
        connector.clientSecretFile(), PosixFilePermissions.fromString("rw-r-----"));

    assertThatThrownBy(() -> new OidcProvider(connector, sso.auth.clock))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("others may read the client secret");
  }

  @Test
  void floodOfBegunLoginsFromOneAddressIsStopped() {
    for (int i = 0; i < 30; i++) {
      program.begin();
    }

    assertThatThrownBy(program::begin).isInstanceOf(WireException.class);
  }
}
