// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One provider as the operator describes it.
 *
 * @param name what users name it by, {@code jtsh login --auth=NAME}
 * @param display what people read
 * @param issuer exactly as the provider writes it in its tokens
 * @param clientId under which the provider knows this cluster
 * @param clientSecretFile read at each login, refused when others may read it
 * @param caFile PEM of the authority of the provider's web certificate; the system's if empty
 * @param scopes asked for besides {@code openid}
 * @param usernameClaim the claim that becomes the user's name
 * @param mappings which claims give which roles; a user whom none fits is refused
 */
public record OidcConnector(
    String name,
    String display,
    URI issuer,
    String clientId,
    Path clientSecretFile,
    Optional<Path> caFile,
    List<String> scopes,
    String usernameClaim,
    List<RoleMapping> mappings) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  private static final List<String> SYSTEM_NAMES = List.of("local", "headless", "passwordless");

  /** Copies, and checks what could open a hole. */
  public OidcConnector {
    scopes = List.copyOf(scopes);
    mappings = List.copyOf(mappings);
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "a connector's name is 1 to 64 letters, digits, '_' or '-', and not local, headless or"
              + " passwordless");
    }
    checkIssuer(issuer);
  }

  /** Whether a connector may have this name: it is part of paths, and some mean something else. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches() && !SYSTEM_NAMES.contains(name);
  }

  /**
   * Refuses an issuer that is not {@code https://host[:port][/path]}.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  public static URI checkIssuer(URI issuer) {
    if (!"https".equals(issuer.getScheme())
        || issuer.getHost() == null
        || issuer.getRawQuery() != null
        || issuer.getRawFragment() != null
        || issuer.getRawUserInfo() != null) {
      throw new IllegalArgumentException("an issuer is https://HOST[:PORT][/PATH]");
    }
    return issuer;
  }
}
