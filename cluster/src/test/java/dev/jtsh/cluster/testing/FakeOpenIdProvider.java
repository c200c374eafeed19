// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.jtsh.cluster.oidc.OidcConnector;
import dev.jtsh.cluster.oidc.RoleMapping;
import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.tests.fixtures.TestPki;
import dev.jtsh.tests.fixtures.cluster.FakeWeb;
import dev.jtsh.tests.fixtures.cluster.WebCall;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A provider that says what the test wants, true and false. It has no pages: a person "logs in" by
 * {@link #logIn}. The real one is in the ring browser.
 */
public final class FakeOpenIdProvider implements AutoCloseable {
  /** The client's secret. */
  public static final String SECRET = "s3cret&with=signs";

  private final TestPki pki = new TestPki();
  private final FakeWeb web = FakeWeb.start(pki.server());
  private final InstantSource clock;
  private final Path directory;
  private final Map<String, Code> codes = new ConcurrentHashMap<>();
  private volatile ECKey key = newKey();
  private volatile UnaryOperator<Map<String, Object>> idToken = claims -> claims;
  private volatile Signer signer = this::signed;
  private volatile Map<String, Object> userInfo = Map.of();

  /** Makes a token of claims. */
  public interface Signer {
    /** The token. */
    String sign(Map<String, Object> claims) throws Exception;
  }

  private record Code(Map<String, String> query, Map<String, Object> claims) {
    String asked(String name) {
      return query.getOrDefault(name, "");
    }
  }

  /** One whose tokens are made at the times of {@code clock}; its files go to {@code directory}. */
  public FakeOpenIdProvider(Path directory, InstantSource clock) throws IOException {
    this.directory = directory;
    this.clock = clock;
    Files.writeString(directory.resolve("provider-ca.pem"), Pem.encode(pki.root().certificate()));
    Path secret = directory.resolve("provider-secret");
    Files.writeString(secret, SECRET + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    web.on("/.well-known/openid-configuration", call -> WebReply.json(metadata()));
    web.on("/keys", call -> keys());
    web.on("/token", this::token);
    web.on("/userinfo", call -> WebReply.json(userInfo));
  }

  /** The issuer, which is also where it is. */
  public String issuer() {
    return "https://localhost:" + web.port();
  }

  /**
   * How a cluster knows it: e-mail addresses are names, the group {@code k8s} gives {@code dev}.
   */
  public OidcConnector connector() {
    return new OidcConnector(
        "okta",
        "Okta",
        URI.create(issuer()),
        "jtsh",
        directory.resolve("provider-secret"),
        Optional.of(directory.resolve("provider-ca.pem")),
        List.of("email", "groups"),
        "email",
        List.of(new RoleMapping("groups", "k8s", List.of("dev"))));
  }

  /** Its own pages and calls, to be replaced. */
  public FakeWeb web() {
    return web;
  }

  /** Changes the claims of the ID tokens from now on. */
  public void idTokens(UnaryOperator<Map<String, Object>> change) {
    this.idToken = change;
  }

  /** Signs ID tokens in another way from now on. */
  public void signBy(Signer other) {
    this.signer = other;
  }

  /** What further claims there are from now on. */
  public void userInfo(Map<String, Object> claims) {
    this.userInfo = claims;
  }

  /** Signs with a new key from now on, and publishes only that. */
  public void rotateKey() {
    this.key = newKey();
  }

  /** The key it signs with. */
  public ECKey key() {
    return key;
  }

  /**
   * A person logs in and says yes.
   *
   * @param authorization where the cluster sent the browser
   * @return the query that the browser brings back
   */
  public String logIn(String authorization, Map<String, Object> claims) {
    Map<String, String> asked = query(URI.create(authorization).getRawQuery());
    String code = UUID.randomUUID().toString();
    codes.put(code, new Code(asked, claims));
    return "code=" + code + "&state=" + asked.get("state");
  }

  /** Claims of somebody in these groups. */
  public static Map<String, Object> person(String subject, String email, String... groups) {
    return Map.of(
        "sub", subject, "email", email, "email_verified", true, "groups", List.of(groups));
  }

  /** A form or query as a map. */
  public static Map<String, String> query(String text) {
    Map<String, String> values = new HashMap<>();
    for (String pair : text.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      values.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
    }
    return values;
  }

  /** A token of these claims under the current key. */
  public String signed(Map<String, Object> claims) throws JOSEException {
    ECKey by = key;
    var jws =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(by.getKeyID()).build(),
            new Payload(WireJson.write(claims)));
    jws.sign(new ECDSASigner(by));
    return jws.serialize();
  }

  private Map<String, Object> metadata() {
    return Map.of(
        "issuer",
        issuer(),
        "authorization_endpoint",
        issuer() + "/auth",
        "token_endpoint",
        issuer() + "/token",
        "jwks_uri",
        issuer() + "/keys",
        "userinfo_endpoint",
        issuer() + "/userinfo",
        "token_endpoint_auth_methods_supported",
        List.of("client_secret_post"));
  }

  private WebReply keys() {
    return WebReply.json(Map.of("keys", List.of(key.toPublicJWK().toJSONObject())));
  }

  private WebReply token(WebCall call) throws Exception {
    Map<String, String> form = query(call.body().toStringUtf8());
    Code code = codes.remove(form.getOrDefault("code", ""));
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest(form.getOrDefault("code_verifier", "").getBytes(US_ASCII));
    if (code == null
        || !SECRET.equals(form.get("client_secret"))
        || !"jtsh".equals(form.get("client_id"))
        || !code.asked("redirect_uri").equals(form.get("redirect_uri"))
        || !code.asked("code_challenge_method").equals("S256")
        || !code.asked("code_challenge")
            .equals(Base64.getUrlEncoder().withoutPadding().encodeToString(hash))) {
      return new WebReply(
          400,
          "application/json",
          Map.of(),
          com.google.protobuf.ByteString.copyFromUtf8("{\"error\":\"invalid_grant\"}"));
    }
    long now = clock.instant().getEpochSecond();
    Map<String, Object> claims = new HashMap<>(code.claims());
    claims.put("iss", issuer());
    claims.put("aud", "jtsh");
    claims.put("nonce", code.asked("nonce"));
    claims.put("iat", now);
    claims.put("exp", now + 300);
    return WebReply.json(
        Map.of(
            "access_token",
            "access",
            "token_type",
            "Bearer",
            "id_token",
            signer.sign(idToken.apply(claims))));
  }

  private static ECKey newKey() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(UUID.randomUUID().toString()).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    web.close();
    pki.close();
  }
}
