// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import dev.jtsh.cluster.oidc.OidcException.Reason;
import dev.jtsh.protocol.json.WireJson;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Checks an ID token (OpenID Connect Core 1.0 §3.1.3.7). */
final class IdTokens {
  /** How far the provider's clock may be from ours. */
  static final Duration SKEW_MAX = Duration.ofSeconds(60);

  /** How old a token may be: it was made for the code we have just exchanged. */
  static final Duration AGE_MAX = Duration.ofMinutes(10);

  private static final int CHARS_MAX = 64 * 1024;
  private static final int RSA_BITS_MIN = 2048;
  private static final int CANDIDATES_MAX = 8;

  // Signatures by a key pair only: with "none" or a shared secret anybody could sign.
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private final URI issuer;
  private final String clientId;
  private final SigningKeys keys;
  private final InstantSource clock;
  private final ObjectMapper mapper = WireJson.newMapper();

  IdTokens(URI issuer, String clientId, SigningKeys keys, InstantSource clock) {
    this.issuer = issuer;
    this.clientId = clientId;
    this.keys = keys;
    this.clock = clock;
  }

  /** The claims of a token in which everything holds. */
  JsonNode check(String token, String nonce, URI keyPlace) throws OidcException {
    if (token.length() > CHARS_MAX) {
      throw untrusted("the ID token is too long");
    }
    try {
      JWSObject signed = JWSObject.parse(token);
      checkSignature(signed, keyPlace);
      JsonNode claims = mapper.readTree(signed.getPayload().toBytes());
      checkClaims(claims, nonce);
      return claims;
    } catch (ParseException | JsonProcessingException e) {
      throw new OidcException(Reason.UNTRUSTED, "the ID token cannot be read", e);
    } catch (java.io.IOException e) {
      throw new OidcException(Reason.UNTRUSTED, "the ID token cannot be read", e);
    }
  }

  private void checkSignature(JWSObject signed, URI keyPlace) throws OidcException {
    JWSAlgorithm algorithm = signed.getHeader().getAlgorithm();
    JOSEObjectType type = signed.getHeader().getType();
    if (!ALGORITHMS.contains(algorithm)) {
      throw untrusted("the ID token is signed by " + algorithm);
    }
    if (type != null && !type.equals(JOSEObjectType.JWT)) {
      throw untrusted("what came as the ID token is of type " + type);
    }
    List<JWK> candidates = keys.candidates(signed.getHeader(), keyPlace);
    for (JWK key : candidates.subList(0, Math.min(CANDIDATES_MAX, candidates.size()))) {
      if (verifies(signed, key)) {
        return;
      }
    }
    throw untrusted("no key of the provider's made the signature of the ID token");
  }

  private static boolean verifies(JWSObject signed, JWK key) {
    if (!(key instanceof AsymmetricJWK pair)
        || (key instanceof RSAKey rsa && rsa.size() < RSA_BITS_MIN)) {
      return false;
    }
    try {
      return signed.verify(
          new DefaultJWSVerifierFactory()
              .createJWSVerifier(signed.getHeader(), pair.toPublicKey()));
    } catch (JOSEException e) {
      return false; // A key that does not fit the algorithm has not signed.
    }
  }

  private void checkClaims(JsonNode claims, String nonce) throws OidcException {
    if (!claims.path("iss").asText("").equals(issuer.toString())) {
      throw untrusted("the ID token is of another issuer");
    }
    List<String> audience = ProviderMetadata.texts(claims.path("aud"));
    String authorized = claims.path("azp").asText("");
    if (!audience.contains(clientId)
        || (audience.size() > 1 && authorized.isEmpty())
        || (!authorized.isEmpty() && !authorized.equals(clientId))) {
      throw untrusted("the ID token is for somebody else");
    }
    if (!claims.path("nonce").asText("").equals(nonce)) {
      throw untrusted("the ID token is of another login");
    }
    if (claims.path("sub").asText("").isEmpty()) {
      throw untrusted("the ID token names nobody");
    }
    checkTimes(claims);
  }

  private void checkTimes(JsonNode claims) throws OidcException {
    Instant now = clock.instant();
    if (!claims.path("exp").isNumber()
        || !claims.path("iat").isNumber()
        || !now.isBefore(time(claims, "exp").plus(SKEW_MAX))) {
      throw untrusted("the ID token has expired");
    }
    Instant made = time(claims, "iat");
    if (made.isAfter(now.plus(SKEW_MAX)) || made.isBefore(now.minus(AGE_MAX))) {
      throw untrusted("the ID token was made at " + made + ": is a clock wrong?");
    }
    if (claims.has("nbf") && time(claims, "nbf").isAfter(now.plus(SKEW_MAX))) {
      throw untrusted("the ID token is not valid yet");
    }
  }

  private static Instant time(JsonNode claims, String name) {
    long seconds = claims.path(name).asLong();
    return Instant.ofEpochSecond(Math.clamp(seconds, 0, 253_402_300_799L)); // Year 9999.
  }

  private static OidcException untrusted(String detail) {
    return new OidcException(Reason.UNTRUSTED, detail);
  }
}
