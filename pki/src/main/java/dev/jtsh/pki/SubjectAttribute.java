// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * The attributes under {@code 1.3.9999} that carry an identity in a certificate's subject (wire
 * reference §4.1), in the order in which they are written. A list has one attribute per entry.
 */
public enum SubjectAttribute {
  SYSTEM_ROLES("2.11", true),
  KUBERNETES_USERS("1.1", true),
  KUBERNETES_GROUPS("1.2", true),
  KUBERNETES_CLUSTER("1.3", false),
  APP_SESSION_ID("1.4", false),
  APP_PUBLIC_ADDRESS("1.6", false),
  APP_CLUSTER("1.5", false),
  APP_NAME("1.10", false),
  APP_AWS_ROLE_ARN("1.11", false),
  AWS_ROLE_ARNS("1.12", true),
  APP_AZURE_IDENTITY("1.16", false),
  AZURE_IDENTITIES("1.17", true),
  APP_GCP_SERVICE_ACCOUNT("1.18", false),
  GCP_SERVICE_ACCOUNTS("1.19", true),
  RENEWABLE("1.13", false),
  /** The cluster that issued the certificate. */
  TELEPORT_CLUSTER("1.7", false),
  /** Id or name of the MFA device that was used. */
  MFA_VERIFIED("1.8", false),
  /** RFC 3339 time. */
  PREVIOUS_IDENTITY_EXPIRES("2.12", false),
  LOGIN_IP("1.9", false),
  DATABASE_SERVICE("2.1", false),
  DATABASE_PROTOCOL("2.2", false),
  DATABASE_USER("2.3", false),
  DATABASE_NAME("2.4", false),
  DATABASE_ROLES("2.19", true),
  DATABASE_NAMES("2.5", true),
  DATABASE_USERS("2.6", true),
  IMPERSONATOR("2.7", false),
  ACTIVE_REQUESTS("2.8", true),
  DISALLOW_REISSUE("2.9", false),
  /** Decimal text. */
  GENERATION("1.14", false),
  BOT_NAME("2.18", false),
  BOT_INSTANCE_ID("2.20", false),
  ALLOWED_RESOURCES("2.10", false),
  PRIVATE_KEY_POLICY("1.15", false),
  CONNECTION_DIAGNOSTIC_ID("2.13", false),
  LICENSE("2.14", false),
  PINNED_IP("2.15", false),
  CREATE_WINDOWS_USER("2.16", false),
  DESKTOPS_LIMIT_EXCEEDED("2.17", false),
  /** {@code local} or {@code sso}. */
  USER_TYPE("1.20", false),
  JOIN_ATTRIBUTES("2.21", false),
  DEVICE_ID("3.1", false),
  DEVICE_ASSET_TAG("3.2", false),
  DEVICE_CREDENTIAL_ID("3.3", false),
  /** Ours, unknown elsewhere: the headless request this certificate was granted for. */
  HEADLESS_REQUEST_ID("100.1", false),
  /** Ours, unknown elsewhere: a kube cluster an agent may serve, each. */
  AGENT_KUBE_CLUSTERS("100.2", true),
  /**
   * Ours, unknown elsewhere: a namespace the certificate is limited to, each; none for no limit.
   */
  KUBERNETES_NAMESPACES("100.3", true);

  private static final Map<ASN1ObjectIdentifier, SubjectAttribute> BY_OID = new HashMap<>();

  static {
    for (SubjectAttribute attribute : values()) {
      BY_OID.put(attribute.identifier(), attribute);
    }
  }

  private final String oid;
  private final boolean repeated;

  SubjectAttribute(String suffix, boolean repeated) {
    this.oid = "1.3.9999." + suffix;
    this.repeated = repeated;
  }

  /** The dotted object identifier. */
  public String oid() {
    return oid;
  }

  /** Whether a subject may hold more than one of it. */
  public boolean repeated() {
    return repeated;
  }

  ASN1ObjectIdentifier identifier() {
    return new ASN1ObjectIdentifier(oid);
  }

  static @Nullable SubjectAttribute of(ASN1ObjectIdentifier oid) {
    return BY_OID.get(oid);
  }
}
