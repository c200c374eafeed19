// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.session.EndSessionRequest;
import dev.jtsh.protocol.grpc.session.EndSessionResponse;
import dev.jtsh.protocol.grpc.session.ListSessionsRequest;
import dev.jtsh.protocol.grpc.session.ListSessionsResponse;
import dev.jtsh.protocol.grpc.session.SessionServiceGrpc;
import io.grpc.stub.StreamObserver;

/** The calls about the calling user's own headless sessions. Runs on virtual threads. */
final class SessionCalls extends SessionServiceGrpc.SessionServiceImplBase {
  private final Auth auth;

  SessionCalls(Auth auth) {
    this.auth = auth;
  }

  @Override
  public void listSessions(
      ListSessionsRequest request, StreamObserver<ListSessionsResponse> responses) {
    AuthCalls.answer(
        responses,
        () ->
            ListSessionsResponse.newBuilder().addAllSessions(auth.sessions().list(user())).build());
  }

  @Override
  public void endSession(EndSessionRequest request, StreamObserver<EndSessionResponse> responses) {
    AuthCalls.answer(
        responses,
        () -> {
          auth.sessions().end(user(), request.getId());
          return EndSessionResponse.getDefaultInstance();
        });
  }

  private String user() {
    if (CallGuard.CALLER.get() instanceof Caller.User caller) {
      return auth.certificates().holder(caller).user().name();
    }
    throw new WireException(ErrorKind.ACCESS_DENIED, "access denied: a user certificate is needed");
  }
}
