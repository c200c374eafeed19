// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import dev.jtsh.protocol.kube.KubeStatus;
import dev.jtsh.protocol.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whom one request is made as.
 *
 * @param user the Kubernetes user, never empty
 * @param groups the Kubernetes groups, each once
 */
public record Impersonation(String user, List<String> groups) {
  static final String USER = "Impersonate-User";
  static final String GROUP = "Impersonate-Group";
  static final String PREFIX = "impersonate-";

  /** Copies and checks. */
  public Impersonation {
    if (user.isEmpty()) {
      throw new IllegalArgumentException("nobody cannot be impersonated");
    }
    groups = List.copyOf(groups);
  }

  /**
   * One header of the client that asks for an identity.
   *
   * @param name the header's name in any case
   * @param value its value
   */
  public record Wish(String name, String value) {}

  /** The choice, or why there is none. */
  public sealed interface Choice {}

  /** Goes on as this. */
  public record Chosen(Impersonation impersonation) implements Choice {}

  /** Refused with this. */
  public record Denied(KubeStatus status) implements Choice {}

  /** Chooses inside what is allowed, as the client wishes (teleport-wire §8.3 rule 5). */
  public static Choice choose(KubeAuthorizer.Allowed allowed, List<Wish> wishes) {
    List<String> users = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    for (Wish wish : wishes) {
      if (wish.name().equalsIgnoreCase(USER)) {
        users.add(wish.value());
      } else if (wish.name().equalsIgnoreCase(GROUP)) {
        groups.add(wish.value());
      } else {
        return denied(
            SafeText.format(
                "impersonation request has been denied, unsupported impersonation header \"{}\"",
                SafeText.of(canonical(wish.name()))));
      }
    }
    if (users.size() > 1) {
      return denied(
          SafeText.format(
              "impersonation request has been denied, invalid user header {}",
              SafeText.of(users.toString().replace(",", ""))));
    }
    users.remove("");
    for (String user : users) {
      if (!allowed.users().contains(user)) {
        return denied(
            SafeText.format(
                "impersonation request has been denied, user header \"{}\" is not allowed in roles",
                SafeText.of(user)));
      }
    }
    for (String group : groups) {
      if (!allowed.groups().contains(group)) {
        return denied(
            SafeText.format(
                "impersonation request has been denied, group header \"{}\" value is not allowed"
                    + " in roles",
                SafeText.of(group)));
      }
    }
    if (users.isEmpty() && allowed.users().size() > 1) {
      return denied(
          SafeText.literal(
              "please select a user to impersonate, refusing to select a user due to several"
                  + " kubernetes_users set up for this user"));
    }
    String user = users.isEmpty() ? allowed.users().first() : users.getFirst();
    List<String> as = groups.isEmpty() ? List.copyOf(allowed.groups()) : groups;
    return new Chosen(new Impersonation(user, as.stream().distinct().toList()));
  }

  private static Choice denied(SafeText message) {
    return new Denied(KubeStatus.forbidden(message));
  }

  /** {@code impersonate-extra-foo} as {@code Impersonate-Extra-Foo}. */
  private static String canonical(String name) {
    StringBuilder result = new StringBuilder(name.toLowerCase(Locale.ROOT));
    boolean first = true;
    for (int i = 0; i < result.length(); i++) {
      if (first) {
        result.setCharAt(i, Character.toUpperCase(result.charAt(i)));
      }
      first = result.charAt(i) == '-';
    }
    return result.toString();
  }
}
