// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.webauthn;

import com.google.protobuf.ByteString;
import dev.jtsh.client.SecurityKey;
import dev.jtsh.tests.fixtures.webauthn.Assertion;
import dev.jtsh.tests.fixtures.webauthn.Registration;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.NoSuchElementException;

/** Signs without a touch, from a file that keeps credentials and counters between processes. */
public final class SoftwareSecurityKey implements SecurityKey {
  private final SoftwareAuthenticator authenticator;
  private final Path file;

  private SoftwareSecurityKey(SoftwareAuthenticator authenticator, Path file) {
    this.authenticator = authenticator;
    this.file = file;
  }

  /** Opens the key in {@code file}; a new one, if there is no such file yet. */
  public static SoftwareSecurityKey open(Path file, SecureRandom random) throws IOException {
    return new SoftwareSecurityKey(
        Files.exists(file)
            ? SoftwareAuthenticator.load(file, random)
            : new SoftwareAuthenticator(random),
        file);
  }

  @Override
  public AssertionResult sign(AssertionRequest request) throws SecurityKeyException {
    try {
      Assertion assertion =
          authenticator.sign(
              request.rpId(),
              request.origin(),
              request.challenge().toByteArray(),
              request.allowCredentials().stream().map(ByteString::toByteArray).toList());
      save();
      return new AssertionResult(
          ByteString.copyFrom(assertion.credentialId()),
          ByteString.copyFrom(assertion.clientDataJson()),
          ByteString.copyFrom(assertion.authenticatorData()),
          ByteString.copyFrom(assertion.signature()),
          ByteString.copyFrom(assertion.userHandle()));
    } catch (NoSuchElementException e) {
      throw new SecurityKeyException("this security key has no credential for the cluster", e);
    }
  }

  @Override
  public RegistrationResult register(RegistrationRequest request) throws SecurityKeyException {
    Registration registration =
        authenticator.register(
            request.rpId(),
            request.origin(),
            request.challenge().toByteArray(),
            request.userHandle().toByteArray());
    save();
    return new RegistrationResult(
        ByteString.copyFrom(registration.credentialId()),
        ByteString.copyFrom(registration.clientDataJson()),
        ByteString.copyFrom(registration.attestationObject()));
  }

  private void save() throws SecurityKeyException {
    try {
      authenticator.save(file);
    } catch (IOException e) {
      throw new SecurityKeyException("cannot write " + file, e);
    }
  }
}
