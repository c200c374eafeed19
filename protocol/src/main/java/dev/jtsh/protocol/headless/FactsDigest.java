// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.headless;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.jtsh.protocol.web.WireTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/**
 * SHA-256 over all of {@link ApprovalFacts}. Each field goes in with its length before it, lists
 * with their count, so no two different sets of facts have the same input. The approver's side
 * computes it from what it shows, the auth server from what it keeps; an approval holds only if
 * both are equal (security rule 3).
 */
public final class FactsDigest {
  /** Length of a digest in bytes. */
  public static final int LENGTH = 32;

  private static final String DOMAIN = "jtsh headless facts 1";

  private final MessageDigest digest;

  private FactsDigest(MessageDigest digest) {
    this.digest = digest;
  }

  /** The digest of these facts. */
  public static ByteString of(ApprovalFacts facts) {
    var input = new FactsDigest(sha256());
    input.text(DOMAIN);
    input.text(facts.id());
    input.text(facts.user());
    input.text(facts.clientAddress());
    input.bytes(facts.sshPublicKey().toByteArray());
    input.bytes(facts.tlsPublicKey().toByteArray());
    input.text(facts.host());
    input.text(facts.osUser());
    input.number(facts.kubeClusters().size());
    facts.kubeClusters().forEach(input::text);
    input.text(facts.namespace());
    input.exactly(WireTime.duration(facts.duration()));
    input.exactly(WireTime.timestamp(facts.requestedAt()));
    input.number(facts.firstSeen() ? 1 : 0);
    Instant continues = facts.continuesApprovedAt();
    input.number(continues == null ? 0 : 1);
    if (continues != null) {
      input.exactly(WireTime.timestamp(continues));
    }
    input.number(facts.liveSessions());
    return ByteString.copyFrom(input.digest.digest());
  }

  /** Compares two digests in time that does not depend on where they differ. */
  public static boolean same(ByteString one, ByteString other) {
    return one.size() == LENGTH && MessageDigest.isEqual(one.toByteArray(), other.toByteArray());
  }

  private void text(String value) {
    bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  private void bytes(byte[] value) {
    number(value.length);
    digest.update(value);
  }

  private void exactly(com.google.protobuf.Duration value) {
    number(value.getSeconds());
    number(value.getNanos());
  }

  private void exactly(Timestamp value) {
    number(value.getSeconds());
    number(value.getNanos());
  }

  private void number(long value) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
