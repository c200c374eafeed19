// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The provider's public keys, kept for a while. A token under a key that is not among them has them
 * fetched again, for providers change keys; but not more often than every half minute, for anybody
 * can write a key id into a token. When they were fetched for their age does not count: a provider
 * may change its key right after.
 */
final class SigningKeys {
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Duration AGAIN_AFTER = Duration.ofSeconds(30);

  private final ProviderHttp http;
  private final InstantSource clock;
  // Guarded by this.
  private JWKSet keys = new JWKSet();
  private Instant fetched = Instant.MIN;
  private Instant fetchedAgain = Instant.MIN;

  SigningKeys(ProviderHttp http, InstantSource clock) {
    this.http = http;
    this.clock = clock;
  }

  /** The keys that may have made this signature; empty when there are none. */
  synchronized List<JWK> candidates(JWSHeader header, URI place) throws OidcException {
    Instant now = clock.instant();
    if (fetched.equals(Instant.MIN) || !now.isBefore(fetched.plus(KEPT))) {
      fetch(place, now);
    }
    List<JWK> found = select(header);
    if (found.isEmpty() && mayFetchAgain(now)) {
      fetchedAgain = now;
      fetch(place, now);
      found = select(header);
    }
    return found;
  }

  private boolean mayFetchAgain(Instant now) {
    return fetchedAgain.equals(Instant.MIN) || !now.isBefore(fetchedAgain.plus(AGAIN_AFTER));
  }

  private List<JWK> select(JWSHeader header) {
    return new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys);
  }

  private void fetch(URI place, Instant now) throws OidcException {
    ProviderHttp.Answer answer = http.get(place, Optional.empty());
    if (answer.status() != 200) {
      throw new OidcException(
          OidcException.Reason.PROVIDER, "its keys: HTTP status " + answer.status());
    }
    try {
      keys = JWKSet.parse(answer.body().toStringUtf8());
      fetched = now;
    } catch (ParseException e) {
      throw new OidcException(OidcException.Reason.PROVIDER, "its keys cannot be read", e);
    }
  }
}
