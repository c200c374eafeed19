// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.grpc.agent.AccessSnapshot;
import dev.jtsh.protocol.grpc.agent.AgentServiceGrpc;
import dev.jtsh.protocol.grpc.agent.AuditLine;
import dev.jtsh.protocol.grpc.agent.EmitAuditRequest;
import dev.jtsh.protocol.grpc.agent.EmitAuditResponse;
import dev.jtsh.protocol.grpc.agent.GoodbyeRequest;
import dev.jtsh.protocol.grpc.agent.GoodbyeResponse;
import dev.jtsh.protocol.grpc.agent.HeartbeatRequest;
import dev.jtsh.protocol.grpc.agent.HeartbeatResponse;
import dev.jtsh.protocol.grpc.agent.RenewRequest;
import dev.jtsh.protocol.grpc.agent.RenewResponse;
import dev.jtsh.protocol.grpc.agent.WatchAccessRequest;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.WireTime;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What kube agents on other hosts ask (rule 9). Who the agent is and which kube clusters it may
 * speak for stands in its certificate; what it says of itself is never believed.
 */
final class AgentCalls extends AgentServiceGrpc.AgentServiceImplBase {
  private static final Logger logger = LoggerFactory.getLogger(AgentCalls.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

  /** A view that is older than a few of these tells an agent that something is wrong. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  private static final int LINES_MAX = 1_000;
  private static final int UID_CHARS_MAX = 64;

  private final Auth auth;

  AgentCalls(Auth auth) {
    this.auth = auth;
  }

  private static Caller.Host host() {
    if (CallGuard.CALLER.get() instanceof Caller.Host host) {
      return host;
    }
    throw new WireException(
        ErrorKind.ACCESS_DENIED, "access denied: an agent certificate is needed");
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> responses) {
    AuthCalls.answer(
        responses,
        () ->
            switch (auth.presence()
                .heartbeat(
                    host().identity(),
                    request.getKubeCluster(),
                    request.getLabelsMap(),
                    request.getHostname())) {
              case KubePresence.Outcome.Counted(Instant expires) ->
                  HeartbeatResponse.newBuilder().setExpires(WireTime.timestamp(expires)).build();
              case KubePresence.Outcome.Refused(String reason) ->
                  throw new WireException(ErrorKind.ACCESS_DENIED, reason);
            });
  }

  @Override
  public void goodbye(GoodbyeRequest request, StreamObserver<GoodbyeResponse> responses) {
    AuthCalls.answer(
        responses,
        () -> {
          auth.presence().goodbye(host().identity(), request.getKubeCluster());
          return GoodbyeResponse.getDefaultInstance();
        });
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<RenewResponse> responses) {
    AuthCalls.answer(
        responses,
        () ->
            RenewResponse.newBuilder()
                .setCertificate(
                    CertificateIssuer.pem(
                        auth.joins()
                            .renew(
                                host().identity(),
                                SubmittedKeys.tlsKey(request.getPublicKey()),
                                host().remote())))
                .build());
  }

  @Override
  public void watchAccess(WatchAccessRequest request, StreamObserver<AccessSnapshot> responses) {
    var stream = (ServerCallStreamObserver<AccessSnapshot>) responses;
    Instant end = host().certificate().getNotAfter().toInstant();
    Runnable send = () -> send(stream, end);
    // On a thread of its own: changes come from whoever made them.
    AutoCloseable changes = auth.cache().onChange(() -> auth.executor().execute(send));
    long period = SIGN_OF_LIFE.toMillis();
    ScheduledFuture<?> alive =
        auth.timer()
            .scheduleAtFixedRate(
                () -> auth.executor().execute(send), 0, period, TimeUnit.MILLISECONDS);
    Runnable stop =
        () -> {
          alive.cancel(false);
          try {
            changes.close();
          } catch (Exception e) {
            logger.warn("could not stop to follow changes", e);
          }
        };
    stream.setOnCancelHandler(stop);
    stream.setOnCloseHandler(stop);
  }

  /** Taken and sent under one lock, so that a later view never goes before an earlier one. */
  private void send(ServerCallStreamObserver<AccessSnapshot> stream, Instant end) {
    synchronized (stream) {
      if (stream.isCancelled() || !stream.isReady()) {
        return; // Too slow a reader gets the next sign of life.
      }
      if (auth.clock().instant().isAfter(end)) {
        stream.onError(
            new WireException(ErrorKind.ACCESS_DENIED, "access denied: the certificate has ended")
                .error()
                .toGrpc());
        return;
      }
      stream.onNext(
          AccessSnapshot.newBuilder()
              .setView(ByteString.copyFrom(WireJson.write(auth.cache().snapshot())))
              .build());
    }
  }

  @Override
  public void emitAudit(EmitAuditRequest request, StreamObserver<EmitAuditResponse> responses) {
    AuthCalls.answer(
        responses,
        () -> {
          if (request.getLinesCount() > LINES_MAX) {
            throw new WireException(ErrorKind.LIMIT_EXCEEDED, "too many audit events at once");
          }
          HostIdentity agent = host().identity();
          for (AuditLine line : request.getLinesList()) {
            relay(agent, line);
          }
          return EmitAuditResponse.getDefaultInstance();
        });
  }

  private void relay(HostIdentity agent, AuditLine line) {
    try {
      Map<String, Object> fields = JSON.readValue(line.getEvent().toByteArray(), FIELDS);
      Optional<AuditEvent.Type> type =
          AuditEvent.Type.ofAgent(String.valueOf(fields.get("event")), fields.get("code"));
      if (type.isEmpty() || line.getUid().length() > UID_CHARS_MAX) {
        throw new WireException(ErrorKind.BAD_PARAMETER, "an agent emits no such audit event");
      }
      AuditEvent.Builder event = AuditEvent.of(type.get());
      fields.forEach(event::with);
      event.with("server_id", agent.hostId()); // Whatever it says: nobody speaks for another.
      boolean taken =
          auth.audit().relay(Instant.parse(line.getTime()), line.getUid(), event.build());
      if (!taken) {
        throw new WireException(ErrorKind.LIMIT_EXCEEDED, "the audit log has no room now");
      }
    } catch (JsonProcessingException | DateTimeParseException e) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "an audit event cannot be read");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
