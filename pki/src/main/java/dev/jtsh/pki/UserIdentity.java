// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * Who a user is, as it stands in the subject of a user certificate (wire reference §4.1). The
 * attributes of the table are in {@link #attributes}; those jtsh works with have accessors of their
 * own. Attributes it does not know are ignored.
 *
 * @param username CN, never empty
 * @param roles O, at least one
 * @param usage OU: what the certificate is limited to, like {@code usage:kube}; empty = no limit
 * @param principals L: operating system logins
 * @param routeToCluster STREET: the cluster the certificate is for, may be empty
 * @param traits POSTALCODE
 * @param attributes all others, each with at least one value
 */
public record UserIdentity(
    String username,
    List<String> roles,
    List<String> usage,
    List<String> principals,
    String routeToCluster,
    Traits traits,
    Map<SubjectAttribute, List<String>> attributes) {

  /** The usage of certificates for Kubernetes only. */
  public static final String USAGE_KUBE = "usage:kube";

  /**
   * Copies and checks.
   *
   * @throws PkiException if there is no user name or no role
   */
  public UserIdentity {
    if (username.isEmpty()) {
      throw new PkiException("missing identity username");
    }
    if (roles.isEmpty()) {
      throw new PkiException("missing identity groups");
    }
    roles = List.copyOf(roles);
    usage = List.copyOf(usage);
    principals = List.copyOf(principals);
    Map<SubjectAttribute, List<String>> copy = new EnumMap<>(SubjectAttribute.class);
    attributes.forEach((attribute, values) -> {
      if (!values.isEmpty()) {
        copy.put(attribute, List.copyOf(values));
      }
    });
    attributes = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads a certificate's subject. Says nothing about who signed it: check the signature first.
   *
   * @throws PkiException if the subject is not a user's
   */
  public static UserIdentity of(X509Certificate certificate) {
    return of(SubjectName.of(certificate));
  }

  private static UserIdentity of(SubjectName name) {
    return new UserIdentity(
        last(name.commonNames),
        name.organizations,
        name.units,
        name.localities,
        last(name.streets),
        name.postalCodes.isEmpty() ? Traits.NONE : Traits.parse(last(name.postalCodes)),
        name.extras);
  }

  private static String last(List<String> values) {
    return values.isEmpty() ? "" : values.getLast();
  }

  /** The subject that says all this, as DER bytes. */
  public byte[] subject() {
    return SubjectName.encoded(toX500Name());
  }

  X500Name toX500Name() {
    SubjectName name = new SubjectName();
    name.localities.addAll(principals);
    name.streets.add(routeToCluster);
    name.postalCodes.add(traits.toJson());
    name.organizations.addAll(roles);
    name.units.addAll(usage);
    name.commonNames.add(username);
    name.extras.putAll(attributes);
    return name.toX500Name();
  }

  /** The value of a single-valued attribute. */
  public Optional<String> attribute(SubjectAttribute attribute) {
    List<String> values = attributes.get(attribute);
    return values == null ? Optional.empty() : Optional.of(values.getLast());
  }

  /** The values of an attribute; an empty list if it is absent. */
  public List<String> all(SubjectAttribute attribute) {
    return attributes.getOrDefault(attribute, List.of());
  }

  /** 1.3.9999.1.1, each. */
  public List<String> kubernetesUsers() {
    return all(SubjectAttribute.KUBERNETES_USERS);
  }

  /** 1.3.9999.1.2, each. */
  public List<String> kubernetesGroups() {
    return all(SubjectAttribute.KUBERNETES_GROUPS);
  }

  /** 1.3.9999.1.3. */
  public Optional<String> kubernetesCluster() {
    return attribute(SubjectAttribute.KUBERNETES_CLUSTER);
  }

  /** 1.3.9999.1.7: the cluster that issued the certificate. */
  public Optional<String> teleportCluster() {
    return attribute(SubjectAttribute.TELEPORT_CLUSTER);
  }

  /** 1.3.9999.1.8: the device used to prove who this is. */
  public Optional<String> mfaVerified() {
    return attribute(SubjectAttribute.MFA_VERIFIED);
  }

  /** 1.3.9999.1.9: address at login, without port. */
  public Optional<String> loginIp() {
    return attribute(SubjectAttribute.LOGIN_IP);
  }

  /** 1.3.9999.2.15: the only address the certificate may be used from. */
  public Optional<String> pinnedIp() {
    return attribute(SubjectAttribute.PINNED_IP);
  }

  /** 1.3.9999.2.9. */
  public boolean disallowReissue() {
    return attribute(SubjectAttribute.DISALLOW_REISSUE).isPresent();
  }

  /** 1.3.9999.100.1, ours: the headless request this certificate was granted for. */
  public Optional<String> headlessRequestId() {
    return attribute(SubjectAttribute.HEADLESS_REQUEST_ID);
  }

  /** 1.3.9999.100.3, ours: the namespaces the certificate is limited to; empty for no limit. */
  public List<String> kubernetesNamespaces() {
    return all(SubjectAttribute.KUBERNETES_NAMESPACES);
  }

  /**
   * 1.3.9999.2.12: when the identity ends that asked for this certificate.
   *
   * @throws PkiException if it is not an RFC 3339 time
   */
  public Optional<Instant> previousIdentityExpires() {
    try {
      return attribute(SubjectAttribute.PREVIOUS_IDENTITY_EXPIRES)
          .map(text -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from));
    } catch (DateTimeParseException e) {
      throw new PkiException("previous identity expires: not an RFC 3339 time", e);
    }
  }

  /** Whether a service that accepts this usage may accept the certificate. */
  public boolean isUsableFor(String acceptedUsage) {
    return usage.isEmpty() || usage.contains(acceptedUsage);
  }

  /** Whether the certificate is not limited to some services; auth and proxy ask for this. */
  public boolean isUnrestricted() {
    return usage.isEmpty();
  }

  /** A builder for a user with this name. */
  public static Builder builder(String username) {
    return new Builder(username);
  }

  /** A builder that starts with everything of this identity. */
  public Builder toBuilder() {
    Builder builder =
        new Builder(username)
            .roles(roles)
            .usage(usage)
            .principals(principals)
            .routeToCluster(routeToCluster)
            .traits(traits);
    attributes.forEach(builder::put);
    return builder;
  }

  /** Collects the parts of an identity; empty strings and lists mean absent. */
  public static final class Builder {
    private final String username;
    private final Map<SubjectAttribute, List<String>> attributes =
        new EnumMap<>(SubjectAttribute.class);
    private List<String> roles = List.of();
    private List<String> usage = List.of();
    private List<String> principals = List.of();
    private String routeToCluster = "";
    private Traits traits = Traits.NONE;

    private Builder(String username) {
      this.username = username;
    }

    /** O. */
    @CanIgnoreReturnValue
    public Builder roles(List<String> values) {
      roles = values;
      return this;
    }

    /** OU. */
    @CanIgnoreReturnValue
    public Builder usage(List<String> values) {
      usage = values;
      return this;
    }

    /** L. */
    @CanIgnoreReturnValue
    public Builder principals(List<String> values) {
      principals = values;
      return this;
    }

    /** STREET. */
    @CanIgnoreReturnValue
    public Builder routeToCluster(String cluster) {
      routeToCluster = cluster;
      return this;
    }

    /** POSTALCODE. */
    @CanIgnoreReturnValue
    public Builder traits(Traits value) {
      traits = value;
      return this;
    }

    /** 1.3.9999.1.1. */
    @CanIgnoreReturnValue
    public Builder kubernetesUsers(List<String> values) {
      return put(SubjectAttribute.KUBERNETES_USERS, values);
    }

    /** 1.3.9999.1.2. */
    @CanIgnoreReturnValue
    public Builder kubernetesGroups(List<String> values) {
      return put(SubjectAttribute.KUBERNETES_GROUPS, values);
    }

    /** 1.3.9999.1.3. */
    @CanIgnoreReturnValue
    public Builder kubernetesCluster(String value) {
      return put(SubjectAttribute.KUBERNETES_CLUSTER, value);
    }

    /** 1.3.9999.1.7. */
    @CanIgnoreReturnValue
    public Builder teleportCluster(String value) {
      return put(SubjectAttribute.TELEPORT_CLUSTER, value);
    }

    /** 1.3.9999.1.8. */
    @CanIgnoreReturnValue
    public Builder mfaVerified(String value) {
      return put(SubjectAttribute.MFA_VERIFIED, value);
    }

    /** 1.3.9999.1.9. */
    @CanIgnoreReturnValue
    public Builder loginIp(String value) {
      return put(SubjectAttribute.LOGIN_IP, value);
    }

    /** 1.3.9999.2.15. */
    @CanIgnoreReturnValue
    public Builder pinnedIp(String value) {
      return put(SubjectAttribute.PINNED_IP, value);
    }

    /** 1.3.9999.1.15. */
    @CanIgnoreReturnValue
    public Builder privateKeyPolicy(String value) {
      return put(SubjectAttribute.PRIVATE_KEY_POLICY, value);
    }

    /** 1.3.9999.2.12, whole seconds. */
    @CanIgnoreReturnValue
    public Builder previousIdentityExpires(Instant time) {
      return put(
          SubjectAttribute.PREVIOUS_IDENTITY_EXPIRES,
          DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'")
              .withZone(ZoneOffset.UTC)
              .format(time));
    }

    /** 1.3.9999.100.1. */
    @CanIgnoreReturnValue
    public Builder headlessRequestId(String value) {
      return put(SubjectAttribute.HEADLESS_REQUEST_ID, value);
    }

    /** 1.3.9999.100.3. */
    @CanIgnoreReturnValue
    public Builder kubernetesNamespaces(List<String> values) {
      return put(SubjectAttribute.KUBERNETES_NAMESPACES, values);
    }

    /** Sets a single value; an empty one removes the attribute. */
    @CanIgnoreReturnValue
    public Builder put(SubjectAttribute attribute, String value) {
      return put(attribute, value.isEmpty() ? List.of() : List.of(value));
    }

    /** Sets all values; an empty list removes the attribute. */
    @CanIgnoreReturnValue
    public Builder put(SubjectAttribute attribute, List<String> values) {
      attributes.put(attribute, values);
      return this;
    }

    /**
     * The identity.
     *
     * @throws PkiException if there is no user name or no role
     */
    public UserIdentity build() {
      return new UserIdentity(
          username, roles, usage, principals, routeToCluster, traits, attributes);
    }
  }
}
