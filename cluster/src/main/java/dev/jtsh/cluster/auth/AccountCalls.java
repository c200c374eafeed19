// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.account.AccountServiceGrpc;
import dev.jtsh.protocol.grpc.account.RenewRecoveryCodesRequest;
import dev.jtsh.protocol.grpc.account.RenewRecoveryCodesResponse;
import io.grpc.stub.StreamObserver;

/** The calls about the calling user's own account. Runs on virtual threads. */
final class AccountCalls extends AccountServiceGrpc.AccountServiceImplBase {
  private final Auth auth;

  AccountCalls(Auth auth) {
    this.auth = auth;
  }

  @Override
  public void renewRecoveryCodes(
      RenewRecoveryCodesRequest request, StreamObserver<RenewRecoveryCodesResponse> responses) {
    AuthCalls.answer(
        responses,
        () -> {
          if (!(CallGuard.CALLER.get() instanceof Caller.User caller)) {
            throw new WireException(
                ErrorKind.ACCESS_DENIED, "access denied: a user certificate is needed");
          }
          String user = auth.certificates().holder(caller).user().name();
          return RenewRecoveryCodesResponse.newBuilder()
              .addAllCodes(
                  auth.ownRecoveryCodes()
                      .renew(
                          user,
                          caller.session(),
                          GrpcWebauthn.answer(request.getExistingMfaResponse()),
                          caller.remote()))
              .build();
        });
  }
}
