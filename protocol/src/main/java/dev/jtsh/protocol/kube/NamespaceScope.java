// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The namespaces a session is limited to, and what of the API that leaves (security rules 1 and 7).
 *
 * <p>Inside: every request whose path names one of the namespaces; reading such a namespace itself;
 * questions about oneself ({@code kubectl auth whoami}, {@code auth can-i}); and what clients must
 * read before they can ask for anything: discovery, OpenAPI, version and health. Outside:
 * everything else, so other namespaces, requests across all namespaces, writing a namespace (its
 * labels decide which pods may run in it), every other cluster-scoped kind, and plain paths such as
 * {@code /metrics} and {@code /logs}.
 *
 * @param namespaces the names; empty for no limit
 */
public record NamespaceScope(List<String> namespaces) {
  /** No limit. */
  public static final NamespaceScope UNLIMITED = new NamespaceScope(List.of());

  /** The most namespaces of one scope. */
  public static final int NAMES_MAX = 16;

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Set<String> PLAIN_PATHS =
      Set.of("/", "/version", "/healthz", "/livez", "/readyz");
  private static final Set<String> PLAIN_VERBS = Set.of("get", "head", "options");

  /** What one may ask about oneself, as {@code group/resource}. */
  private static final Set<String> OF_ONESELF =
      Set.of(
          "authorization.k8s.io/selfsubjectaccessreviews",
          "authorization.k8s.io/selfsubjectrulesreviews",
          "authentication.k8s.io/selfsubjectreviews");

  /**
   * Copies and checks.
   *
   * @throws IllegalArgumentException if a name is no name of a namespace, or there are too many
   */
  public NamespaceScope {
    if (namespaces.size() > NAMES_MAX) {
      throw new IllegalArgumentException("a session is limited to at most 16 namespaces");
    }
    for (String name : namespaces) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "namespace \"%s\" is refused: 1 to 63 lower-case letters, digits and '-'"
                .formatted(SafeText.of(name)));
      }
    }
    namespaces = namespaces.stream().distinct().toList();
  }

  /**
   * Reads the form of the command line and of a request's facts: names with commas between them;
   * empty for no limit.
   *
   * @throws IllegalArgumentException as the constructor
   */
  public static NamespaceScope parse(String text) {
    return text.isEmpty() ? UNLIMITED : new NamespaceScope(List.of(text.split(",", -1)));
  }

  /** Whether there is a limit. */
  public boolean isLimited() {
    return !namespaces.isEmpty();
  }

  /** Why a request is outside; empty if it is inside. */
  public Optional<SafeText> refusal(KubeRequest request) {
    if (!isLimited() || isInside(request)) {
      return Optional.empty();
    }
    return Optional.of(
        SafeText.format(
            "this session is limited to {} {}; {} is outside of it",
            SafeText.of(namespaces.size() == 1 ? "namespace" : "namespaces"),
            SafeText.of(
                namespaces.stream()
                    .map(name -> '"' + name + '"')
                    .collect(Collectors.joining(", "))),
            asked(request)));
  }

  private boolean isInside(KubeRequest request) {
    if (!request.isResource()) {
      return PLAIN_VERBS.contains(request.verb())
          && (PLAIN_PATHS.contains(request.path()) || request.isDiscovery());
    }
    if (request.apiGroup().isEmpty() && request.resource().equals("namespaces")) {
      return request.verb().equals("get") && namespaces.contains(request.name());
    }
    if (OF_ONESELF.contains(request.apiGroup() + "/" + request.resource())) {
      return request.verb().equals("create");
    }
    return namespaces.contains(request.namespace());
  }

  private static SafeText asked(KubeRequest request) {
    if (!request.isResource()) {
      return SafeText.of(request.path());
    }
    String kind =
        Stream.of(request.resource(), request.subresource())
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("/"));
    return request.namespace().isEmpty()
        ? SafeText.format("{} at the cluster scope", SafeText.of(kind))
        : SafeText.format(
            "{} in namespace \"{}\"", SafeText.of(kind), SafeText.of(request.namespace()));
  }

  /** The names with commas between them; empty for no limit. */
  @Override
  public String toString() {
    return String.join(",", namespaces);
  }
}
