// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.web.HeadlessUpdate;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Approvals of people in front of a browser: the same rules as over gRPC. Blocks. */
public final class WebApprovals {
  private final HeadlessApprovals approvals;

  WebApprovals(HeadlessApprovals approvals) {
    this.approvals = approvals;
  }

  /**
   * The visitor's request of this id, waiting a few seconds for it to appear.
   *
   * @throws WireException of kind NOT_FOUND when it does not; also for another user's
   */
  public HeadlessAuthentication look(WebSessions.Visitor visitor, String id) {
    return approvals.get(visitor.user(), checked(id)).toProto(approvals.isNumberRequired());
  }

  /**
   * What the visitor's key shall sign. A wrong number denies the request.
   *
   * @param factsDigest of what was shown
   * @param number what the visitor read on the remote terminal; 0 for none
   * @throws WireException of kind ACCESS_DENIED for a wrong or missing number
   */
  public WebauthnChallengeJson challenge(
      WebSessions.Visitor visitor,
      InetSocketAddress remote,
      String id,
      ByteString factsDigest,
      int number) {
    return approvals.challenge(
        visitor.user(),
        visitor.session(),
        remote,
        new HeadlessApprovals.Asked(checked(id), factsDigest, number));
  }

  /**
   * Takes a decision.
   *
   * @return the code that the visitor types on the remote terminal; empty when none is asked for
   * @throws WireException as over gRPC
   */
  public String decide(
      WebSessions.Visitor visitor, InetSocketAddress remote, String id, HeadlessUpdate update) {
    boolean approve =
        switch (update.action()) {
          case HeadlessUpdate.ACCEPT -> true;
          case HeadlessUpdate.DENIED -> false;
          default -> throw new WireException(ErrorKind.BAD_PARAMETER, "unknown action");
        };
    return approvals.decide(
        visitor.user(),
        visitor.session(),
        remote,
        new HeadlessApprovals.Decision(
            checked(id),
            approve,
            update.factsDigest(),
            update.number(),
            update.report(),
            update.showsCode(),
            approve ? update.assertion() : Optional.empty()));
  }

  private static String checked(String id) {
    if (!HeadlessStore.isId(id)) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "malformed headless authentication id");
    }
    return id;
  }
}
