// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A user as stored.
 *
 * @param name login name
 * @param roles names of roles
 * @param userHandle random bytes that WebAuthn knows the user by
 * @param passwordHash empty until the invite was redeemed, and after it for who has a key alone
 * @param devices security keys, at least one after the invite was redeemed
 * @param createdAt when the user was added
 * @param recoveryCodes hashes of the codes for a lost password or key, empty text for a used one
 * @param sso who the user is at a provider; null for a user of this cluster's own
 * @param totp the app for one-time codes; null for none
 */
public record UserRecord(
    String name,
    List<String> roles,
    ByteString userHandle,
    String passwordHash,
    List<MfaDevice> devices,
    Instant createdAt,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> recoveryCodes,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SsoIdentity sso,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable TotpDevice totp) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}");

  /** Copies. */
  public UserRecord {
    roles = List.copyOf(roles);
    devices = List.copyOf(devices);
    recoveryCodes = recoveryCodes == null ? List.of() : List.copyOf(recoveryCodes);
  }

  /** Whether a user may have this name: it becomes part of storage keys and of certificates. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Whether a provider says who this is; such a user has no password and no other way in. */
  @JsonIgnore
  public boolean isSso() {
    return sso != null;
  }

  /** Whether the user has redeemed the invite and can log in. */
  @JsonIgnore
  public boolean isEnrolled() {
    return !devices.isEmpty();
  }

  Optional<MfaDevice> device(ByteString credentialId) {
    return devices.stream().filter(d -> d.credentialId().equals(credentialId)).findFirst();
  }

  UserRecord withDevices(List<MfaDevice> newDevices) {
    return new UserRecord(
        name, roles, userHandle, passwordHash, newDevices, createdAt, recoveryCodes, sso, totp);
  }

  UserRecord withRoles(List<String> newRoles) {
    return new UserRecord(
        name, newRoles, userHandle, passwordHash, devices, createdAt, recoveryCodes, sso, totp);
  }

  UserRecord withPassword(String newHash) {
    return new UserRecord(
        name, roles, userHandle, newHash, devices, createdAt, recoveryCodes, sso, totp);
  }

  UserRecord withRecoveryCodes(List<String> hashes) {
    return new UserRecord(
        name, roles, userHandle, passwordHash, devices, createdAt, hashes, sso, totp);
  }

  UserRecord withTotp(@Nullable TotpDevice device) {
    return new UserRecord(
        name, roles, userHandle, passwordHash, devices, createdAt, recoveryCodes, sso, device);
  }
}
