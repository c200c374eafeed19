// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What the operator decides about logins.
 *
 * @param clusterName the cluster's name
 * @param rpId the host name that WebAuthn credentials belong to; never an address
 * @param defaultSessionTtl length of a session when nobody asks for another
 * @param mfaVerificationInterval how long new requests are served after an approval; zero for the
 *     whole session; a role may say less
 * @param headlessAllowed whether headless logins are served
 * @param headlessApproval how much an approval must prove
 * @param approvalChecks what an approval needs besides the security key
 * @param headlessLimits bounds of waiting headless requests
 * @param sso logins at providers
 * @param accounts users of the cluster's own
 */
public record AuthSettings(
    String clusterName,
    String rpId,
    Duration defaultSessionTtl,
    Duration mfaVerificationInterval,
    boolean headlessAllowed,
    HeadlessApproval headlessApproval,
    ApprovalChecks approvalChecks,
    HeadlessLimits headlessLimits,
    SsoSettings sso,
    AccountSettings accounts) {
  /** The version announced to clients: the newest forms we speak. */
  public static final String SERVER_VERSION = "17.0.0-jtsh";

  /** The oldest client version announced. */
  public static final String MIN_CLIENT_VERSION = "15.0.0";

  private static final Duration DEFAULT_SESSION = Duration.ofHours(12);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");

  /** How much an approval must prove; never chosen by a peer (security rule 2). */
  public enum HeadlessApproval {
    /** Requests carry facts, approvals name their digest. */
    STRICT,
    /** Plain Teleport requests and approvals pass too and are marked as full logins. */
    COMPATIBLE
  }

  /** Checks names and lengths. */
  public AuthSettings {
    if (!NAME.matcher(clusterName).matches()) {
      throw new IllegalArgumentException(
          "cluster name must be letters, digits, '.', '_' and '-', at most 253");
    }
    if (!NAME.matcher(rpId).matches() || isAddress(rpId)) {
      throw new IllegalArgumentException("rp_id must be a host name, not an address");
    }
    if (defaultSessionTtl.compareTo(Duration.ofMinutes(1)) < 0
        || defaultSessionTtl.compareTo(dev.jtsh.cluster.access.Role.LONGEST_SESSION) > 0) {
      throw new IllegalArgumentException("default_session_ttl must be between 1m and 30h");
    }
  }

  /** Strict approvals, twelve hours, the usual limits. */
  public static AuthSettings defaults(String clusterName, String rpId) {
    return new AuthSettings(
        clusterName,
        rpId,
        DEFAULT_SESSION,
        Duration.ZERO,
        true,
        HeadlessApproval.STRICT,
        ApprovalChecks.NONE,
        HeadlessLimits.DEFAULT,
        SsoSettings.NONE,
        AccountSettings.DEFAULT);
  }

  /** The same with another default length. */
  public AuthSettings withDefaultSessionTtl(Duration ttl) {
    return new AuthSettings(
        clusterName,
        rpId,
        ttl,
        mfaVerificationInterval,
        headlessAllowed,
        headlessApproval,
        approvalChecks,
        headlessLimits,
        sso,
        accounts);
  }

  /** The same with an interval after which new requests need the person again. */
  public AuthSettings withMfaVerificationInterval(Duration interval) {
    return new AuthSettings(
        clusterName,
        rpId,
        defaultSessionTtl,
        interval,
        headlessAllowed,
        headlessApproval,
        approvalChecks,
        headlessLimits,
        sso,
        accounts);
  }

  /** The same with headless logins as given. */
  public AuthSettings withHeadless(
      boolean allowed, HeadlessApproval approval, HeadlessLimits limits) {
    return new AuthSettings(
        clusterName,
        rpId,
        defaultSessionTtl,
        mfaVerificationInterval,
        allowed,
        approval,
        approvalChecks,
        limits,
        sso,
        accounts);
  }

  /** The same with other demands on approvals. */
  public AuthSettings withApprovalChecks(ApprovalChecks checks) {
    return new AuthSettings(
        clusterName,
        rpId,
        defaultSessionTtl,
        mfaVerificationInterval,
        headlessAllowed,
        headlessApproval,
        checks,
        headlessLimits,
        sso,
        accounts);
  }

  /** The same with these providers. */
  public AuthSettings withSso(SsoSettings providers) {
    return new AuthSettings(
        clusterName,
        rpId,
        defaultSessionTtl,
        mfaVerificationInterval,
        headlessAllowed,
        headlessApproval,
        approvalChecks,
        headlessLimits,
        providers,
        accounts);
  }

  /** The same with these rules for users of the cluster's own. */
  public AuthSettings withAccounts(AccountSettings rules) {
    return new AuthSettings(
        clusterName,
        rpId,
        defaultSessionTtl,
        mfaVerificationInterval,
        headlessAllowed,
        headlessApproval,
        approvalChecks,
        headlessLimits,
        sso,
        rules);
  }

  private static boolean isAddress(String host) {
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
