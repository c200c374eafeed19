// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.grpc.types.HeadlessFacts;
import dev.jtsh.protocol.grpc.types.HeadlessNumberMatch;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.WireTime;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A headless request as the page shows it. Text that others wrote has been through {@link
 * SafeText}: the script only places it.
 *
 * @param id of the request
 * @param user who is asked
 * @param state {@code pending}, {@code approved} or {@code denied}
 * @param address where it came from, as the server saw it
 * @param now the server's time
 * @param expires when the request ends
 * @param fingerprint of the key that would get the certificates, as {@code ssh-keygen -l} has it
 * @param facts what is asked for; null for a plain Teleport request, whose approval is a full login
 */
record PageRequest(
    String id,
    String user,
    String state,
    String address,
    Instant now,
    @Nullable Instant expires,
    String fingerprint,
    @Nullable Facts facts) {

  /**
   * What is asked for.
   *
   * @param host claimed host name
   * @param osUser claimed user there
   * @param kubeClusters what the approval opens
   * @param namespaces to which the session is limited; empty for no limit
   * @param seconds how long
   * @param requestedAt when it came in
   * @param firstSeen whether the user never approved a request from this address
   * @param continuesApprovedAt when the session was approved that this goes on with; null for new
   * @param liveSessions how many sessions the user has
   * @param digest what the approval names
   * @param number {@code none}, {@code pick} or {@code type}
   * @param choices what to pick from
   * @param code {@code none}, {@code wanted} when the approval gives a code that is to be typed on
   *     the remote terminal, {@code typed} when it was; never the code itself
   */
  record Facts(
      String host,
      String osUser,
      List<String> kubeClusters,
      List<String> namespaces,
      long seconds,
      Instant requestedAt,
      boolean firstSeen,
      @Nullable Instant continuesApprovedAt,
      int liveSessions,
      ByteString digest,
      String number,
      List<Integer> choices,
      String code) {}

  static PageRequest of(HeadlessAuthentication request, Instant now) {
    var metadata = request.getHeader().getMetadata();
    return new PageRequest(
        metadata.getName(),
        safe(request.getUser()),
        switch (request.getState()) {
          case HEADLESS_AUTHENTICATION_STATE_PENDING -> "pending";
          case HEADLESS_AUTHENTICATION_STATE_APPROVED -> "approved";
          default -> "denied";
        },
        safe(request.getClientIpAddress()),
        now,
        metadata.hasExpires() ? WireTime.instant(metadata.getExpires()) : null,
        fingerprint(request.getSshPublicKey()),
        request.hasJtshFacts() ? facts(request.getJtshFacts()) : null);
  }

  private static Facts facts(HeadlessFacts facts) {
    return new Facts(
        SafeText.ofHostName(facts.getHost()).toString(),
        safe(facts.getOsUser()),
        facts.getKubeClustersList().stream().map(PageRequest::safe).toList(),
        facts.getNamespace().isEmpty()
            ? List.of()
            : List.of(facts.getNamespace().split(",", -1)).stream().map(PageRequest::safe).toList(),
        facts.getDuration().getSeconds(),
        WireTime.instant(facts.getRequestedAt()),
        facts.getFirstSeen(),
        facts.hasContinuesApprovedAt() ? WireTime.instant(facts.getContinuesApprovedAt()) : null,
        facts.getLiveSessions(),
        facts.getDigest(),
        word(facts.getNumberMatch()),
        facts.getNumberChoicesList(),
        facts.getCodeTyped() ? "typed" : facts.getGivesCode() ? "wanted" : "none");
  }

  private static String word(HeadlessNumberMatch match) {
    String name = match.name();
    return name.substring(name.lastIndexOf('_') + 1).toLowerCase(Locale.ROOT);
  }

  private static String safe(String foreign) {
    return SafeText.of(foreign).toString();
  }

  private static String fingerprint(ByteString authorizedKey) {
    String[] words = authorizedKey.toString(StandardCharsets.UTF_8).strip().split(" ", 3);
    if (words.length < 2) {
      return "";
    }
    try {
      byte[] blob = Base64.getDecoder().decode(words[1]);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob);
      return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    } catch (IllegalArgumentException e) {
      return "";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
