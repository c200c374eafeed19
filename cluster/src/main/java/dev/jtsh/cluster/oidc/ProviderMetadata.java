// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a provider says of itself (OpenID Connect Discovery 1.0 §3), checked.
 *
 * @param authorization where people are sent
 * @param token where codes become tokens
 * @param keys where its public keys are
 * @param userInfo where further claims are, if it has that
 * @param secretInForm whether the client's secret may go in the form
 * @param namesItself whether its answers carry {@code iss} (RFC 9207)
 */
record ProviderMetadata(
    URI authorization,
    URI token,
    URI keys,
    Optional<URI> userInfo,
    boolean secretInForm,
    boolean namesItself) {

  static ProviderMetadata of(JsonNode document, URI issuer) throws OidcException {
    String said = document.path("issuer").asText("");
    if (!said.equals(issuer.toString())) {
      throw new OidcException(
          OidcException.Reason.UNTRUSTED,
          "the provider calls itself \"%s\" and not \"%s\"".formatted(said, issuer));
    }
    List<String> methods = texts(document.path("token_endpoint_auth_methods_supported"));
    return new ProviderMetadata(
        endpoint(document, "authorization_endpoint"),
        endpoint(document, "token_endpoint"),
        endpoint(document, "jwks_uri"),
        document.hasNonNull("userinfo_endpoint")
            ? Optional.of(endpoint(document, "userinfo_endpoint"))
            : Optional.empty(),
        methods.contains("client_secret_post"),
        document.path("authorization_response_iss_parameter_supported").asBoolean(false));
  }

  private static URI endpoint(JsonNode document, String name) throws OidcException {
    try {
      URI uri = URI.create(document.path(name).asText(""));
      if ("https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawFragment() == null
          && uri.getRawUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Falls through: as bad as none.
    }
    throw new OidcException(OidcException.Reason.PROVIDER, "the provider names no usable " + name);
  }

  static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    if (node.isTextual()) {
      texts.add(node.asText());
    }
    node.elements()
        .forEachRemaining(element -> {
          if (element.isTextual()) {
            texts.add(element.asText());
          }
        });
    return texts;
  }
}
