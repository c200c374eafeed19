// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.cluster.oidc.OidcException.Reason;
import dev.jtsh.protocol.json.WireJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One provider: sends people there and makes of the code they bring back who they are. Blocks. */
public final class OidcProvider implements AutoCloseable {
  private static final Duration METADATA_KEPT = Duration.ofMinutes(10);
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final OidcConnector connector;
  private final ProviderHttp http;
  private final SigningKeys keys;
  private final IdTokens idTokens;
  private final InstantSource clock;
  private final ObjectMapper mapper = WireJson.newMapper();
  // Both guarded by this.
  private @Nullable ProviderMetadata metadata;
  private Instant metadataFetched = Instant.MIN;

  /**
   * A provider; it is asked nothing yet.
   *
   * @throws IOException when its CA file or its secret cannot be read
   */
  public OidcProvider(OidcConnector connector, InstantSource clock) throws IOException {
    this.connector = connector;
    this.clock = clock;
    ClientSecret.read(connector.clientSecretFile()).close(); // Says at the start what is wrong.
    this.http = new ProviderHttp(connector.caFile());
    this.keys = new SigningKeys(http, clock);
    this.idTokens = new IdTokens(connector.issuer(), connector.clientId(), keys, clock);
  }

  /** As the operator described it. */
  public OidcConnector connector() {
    return connector;
  }

  /** Where the person's browser goes. */
  public URI authorization(LoginSecrets secrets, URI redirect) throws OidcException {
    URI place = metadata().authorization();
    List<String> scopes = new ArrayList<>(List.of("openid"));
    connector.scopes().stream().filter(s -> !s.equals("openid")).forEach(scopes::add);
    String query =
        parameter("response_type", "code")
            + parameter("client_id", connector.clientId())
            + parameter("redirect_uri", redirect.toString())
            + parameter("scope", String.join(" ", scopes))
            + parameter("state", secrets.state())
            + parameter("nonce", secrets.nonce())
            + parameter("code_challenge", secrets.challenge())
            + parameter("code_challenge_method", "S256");
    String sign = place.getRawQuery() == null ? "?" : "&";
    return URI.create(place + sign + query.substring(1));
  }

  private static String parameter(String name, String value) {
    return "&" + name + "=" + FormBody.encoded(value);
  }

  /**
   * Refuses an answer that another provider made (RFC 9207).
   *
   * @param iss as it came with the code, if it came
   */
  public void checkAnswerer(Optional<String> iss) throws OidcException {
    if (iss.isEmpty() ? metadata().namesItself() : !iss.get().equals(issuer())) {
      throw new OidcException(Reason.UNTRUSTED, "the answer is of another issuer");
    }
  }

  /** Exchanges the code, checks everything, asks for further claims. */
  public VerifiedClaims claims(String code, LoginSecrets secrets, URI redirect)
      throws OidcException {
    ProviderMetadata there = metadata();
    JsonNode tokens = exchange(there, code, secrets, redirect);
    JsonNode idToken =
        idTokens.check(tokens.path("id_token").asText(""), secrets.nonce(), there.keys());
    String subject = idToken.path("sub").asText();
    Map<String, JsonNode> claims = new HashMap<>();
    String access = tokens.path("access_token").asText("");
    if (there.userInfo().isPresent() && !access.isEmpty() && !hasAll(idToken)) {
      JsonNode more = document(http.get(there.userInfo().get(), Optional.of(access)), "userinfo");
      // Else a token of one person could bring another's claims (OpenID Connect Core §5.3.2).
      if (!more.path("sub").asText("").equals(subject)) {
        throw new OidcException(Reason.UNTRUSTED, "the further claims are of somebody else");
      }
      more.properties().forEach(claim -> claims.put(claim.getKey(), claim.getValue()));
    }
    // What is signed wins.
    idToken.properties().forEach(claim -> claims.put(claim.getKey(), claim.getValue()));
    return new VerifiedClaims(issuer(), subject, claims);
  }

  private boolean hasAll(JsonNode idToken) {
    return idToken.has(connector.usernameClaim())
        && connector.mappings().stream().allMatch(mapping -> idToken.has(mapping.claim()));
  }

  private JsonNode exchange(ProviderMetadata there, String code, LoginSecrets secrets, URI redirect)
      throws OidcException {
    byte[] form = {};
    try (ClientSecret secret = ClientSecret.read(connector.clientSecretFile());
        FormBody body = new FormBody()) {
      body.with("grant_type", "authorization_code")
          .with("code", code)
          .with("redirect_uri", redirect.toString())
          .with("code_verifier", secrets.verifier());
      Optional<String> header = Optional.empty();
      if (there.secretInForm()) {
        body.with("client_id", connector.clientId()).with("client_secret", secret.bytes());
      } else {
        header = Optional.of(basic(connector.clientId(), secret.bytes()));
      }
      form = body.toBytes();
      return document(http.post(there.token(), form, header), "the code's exchange");
    } catch (IOException e) {
      throw new OidcException(Reason.PROVIDER, "the client secret: " + e.getMessage(), e);
    } finally {
      Arrays.fill(form, (byte) 0);
    }
  }

  /** The JDK takes header values only as a String: used where the provider takes no form. */
  private static String basic(String clientId, byte[] secret) {
    var pair = new ByteArrayOutputStream();
    FormBody.encode(clientId.getBytes(StandardCharsets.UTF_8), pair);
    pair.write(':');
    FormBody.encode(secret, pair);
    byte[] bytes = pair.toByteArray();
    try {
      return "Basic " + Base64.getEncoder().encodeToString(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private synchronized ProviderMetadata metadata() throws OidcException {
    Instant now = clock.instant();
    ProviderMetadata known = metadata;
    if (known != null && now.isBefore(metadataFetched.plus(METADATA_KEPT))) {
      return known;
    }
    String base = issuer().endsWith("/") ? issuer().substring(0, issuer().length() - 1) : issuer();
    JsonNode document =
        document(http.get(URI.create(base + DISCOVERY), Optional.empty()), "discovery");
    ProviderMetadata found = ProviderMetadata.of(document, connector.issuer());
    metadata = found;
    metadataFetched = now;
    return found;
  }

  private JsonNode document(ProviderHttp.Answer answer, String what) throws OidcException {
    try {
      JsonNode document = mapper.readTree(answer.body().toByteArray());
      if (answer.status() == 200 && document.isObject()) {
        return document;
      }
      throw new OidcException(
          Reason.PROVIDER,
          "%s: HTTP status %d %s"
              .formatted(what, answer.status(), document.path("error").asText("")));
    } catch (IOException e) {
      throw new OidcException(
          Reason.PROVIDER, "%s: HTTP status %d, no JSON".formatted(what, answer.status()), e);
    }
  }

  private String issuer() {
    return connector.issuer().toString();
  }

  @Override
  public void close() {
    http.close();
  }
}
