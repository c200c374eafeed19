// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.trust.GetCertAuthoritiesRequest;
import dev.jtsh.protocol.grpc.trust.GetCertAuthoritiesResponse;
import dev.jtsh.protocol.grpc.trust.TrustServiceGrpc;
import dev.jtsh.protocol.grpc.types.CaKeySet;
import dev.jtsh.protocol.grpc.types.CertAuthoritySpecV2;
import dev.jtsh.protocol.grpc.types.CertAuthorityV2;
import dev.jtsh.protocol.grpc.types.Metadata;
import dev.jtsh.protocol.grpc.types.SshKeyPair;
import dev.jtsh.protocol.grpc.types.TlsKeyPair;
import io.grpc.stub.StreamObserver;

/** The public halves of the authorities (teleport-wire §5.4); private halves are never given. */
final class TrustCalls extends TrustServiceGrpc.TrustServiceImplBase {
  private final Auth auth;

  TrustCalls(Auth auth) {
    this.auth = auth;
  }

  @Override
  public void getCertAuthorities(
      GetCertAuthoritiesRequest request, StreamObserver<GetCertAuthoritiesResponse> responses) {
    AuthCalls.answer(
        responses,
        () -> {
          if (request.getIncludeKey()) {
            throw new WireException(
                ErrorKind.ACCESS_DENIED, "access denied: private keys are not given to anybody");
          }
          Authorities authorities = auth.authorities();
          return GetCertAuthoritiesResponse.newBuilder()
              .addCertAuthoritiesV2(
                  switch (request.getType()) {
                    case "host" -> of("host", authorities.host(), authorities.hostSsh());
                    case "user" -> of("user", authorities.user(), authorities.userSsh());
                    default ->
                        throw new WireException(
                            ErrorKind.BAD_PARAMETER, "authority type must be host or user");
                  })
              .build();
        });
  }

  private CertAuthorityV2 of(String type, CertificateAuthority tls, CertificateAuthority ssh) {
    String clusterName = auth.settings().clusterName();
    return CertAuthorityV2.newBuilder()
        .setKind("cert_authority")
        .setSubKind(type)
        .setVersion("v2")
        .setMetadata(Metadata.newBuilder().setName(clusterName).setNamespace("default"))
        .setSpec(
            CertAuthoritySpecV2.newBuilder()
                .setType(type)
                .setClusterName(clusterName)
                .setActiveKeys(
                    CaKeySet.newBuilder()
                        .addSsh(
                            SshKeyPair.newBuilder()
                                .setPublicKey(ByteString.copyFrom(ssh.sshPublicKey())))
                        .addTls(
                            TlsKeyPair.newBuilder()
                                .setCert(CertificateIssuer.pem(tls.certificate())))))
        .build();
  }
}
