// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.protocol.kube.KubeStatus;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, between a client's stream and the cluster's. It waits for the
 * identity and for an upstream stream, passes both bodies on as fast as the slower side takes them,
 * and decides what happens when one side breaks off. Lives on one event loop; nothing here is
 * shared.
 */
final class Exchange {
  /** Times a request may be sent again after it certainly, or harmlessly, was not answered. */
  private static final int MAX_RETRIES = 2;

  private static final long ROOM_TIMEOUT_SECONDS = 30;

  private final ProxyLoop loop;
  private final String kubeCluster;
  private final RequestHead request;
  private final FrontStream front;
  private final long startedNanos = System.nanoTime();

  /** Pieces of the body that came along with the head, before there was an upstream. */
  private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(2);

  private @Nullable UpstreamStream upstream;
  private @Nullable ScheduledFuture<?> waitLimit;

  /** Whether it counts among the requests that wait. */
  private boolean holdsPlace;

  /** Bytes of the body that wait here. */
  private int held;

  private boolean requestEnded;
  private boolean bodySent;
  private boolean continueSent;
  private boolean responseStarted;
  private boolean done;
  private int retries;

  Exchange(ProxyLoop loop, String kubeCluster, RequestHead request, FrontStream front) {
    this.loop = loop;
    this.kubeCluster = kubeCluster;
    this.request = request;
    this.front = front;
    this.requestEnded = !request.hasBody();
  }

  RequestHead request() {
    return request;
  }

  String kubeCluster() {
    return kubeCluster;
  }

  boolean isDone() {
    return done;
  }

  /** Whether the client's body should be read on. */
  boolean wantsBody() {
    return !done && upstream != null && upstream.isWritable();
  }

  /** Whether the cluster's answer should be read on. */
  boolean wantsResponse() {
    return !done && front.isWritable();
  }

  /** Whether pieces of the answer that fill a TLS record are best. */
  boolean takesRecords() {
    return front.takesRecords();
  }

  /** Asks the session what it says to this request, then goes on. */
  void start() {
    if (request.path().startsWith(RequestDesk.OWN_PATHS)) {
      answerHere();
      return;
    }
    Optional<KubeStatus> refusal =
        loop.desk().refuse(kubeCluster, request.method().name(), request.path());
    if (refusal.isPresent()) {
      fail(refusal.get());
      return;
    }
    Optional<CompletionStage<Optional<KubeStatus>>> question =
        loop.desk().confirm(kubeCluster, request.method().name(), request.path());
    if (question.isPresent()) {
      awaitConfirmation(question.get());
    } else {
      askIdentity();
    }
  }

  /** A person decides; the client may go away meanwhile. */
  private void awaitConfirmation(CompletionStage<Optional<KubeStatus>> decision) {
    if (!waitInTime()) {
      return;
    }
    decision.whenComplete((refusal, failure) ->
        loop.eventLoop()
            .execute(() -> {
              stopWaiting();
              if (done) {
                return;
              }
              if (failure != null) {
                fail(Failures.ofIdentity(kubeCluster, failure));
              } else if (refusal.isPresent()) {
                fail(refusal.get());
              } else {
                askIdentity();
              }
            }));
  }

  /** Takes one of the places for requests that wait; false if there is none and it failed. */
  private boolean waitInTime() {
    if (!loop.tryWait()) {
      fail(Failures.tooManyWaiting());
      return false;
    }
    holdsPlace = true;
    waitLimit =
        loop.eventLoop()
            .schedule(
                () -> fail(Failures.identityTimeout(kubeCluster)),
                loop.config().identityTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    return true;
  }

  private void answerHere() {
    if (request.hasBody() || request.upgrade() != null) {
      fail(Failures.malformed());
      return;
    }
    loop.desk()
        .own(request.method().name(), request.path())
        .whenComplete((json, failure) ->
            loop.eventLoop()
                .execute(() -> {
                  if (failure != null) {
                    fail(Failures.ofIdentity(kubeCluster, failure));
                  } else {
                    answer(200, new Fields(), json);
                  }
                }));
  }

  /** Asks for an identity, then for a stream. */
  private void askIdentity() {
    CompletionStage<TlsIdentity> identity;
    try {
      identity = loop.identities().identityFor(kubeCluster);
    } catch (RuntimeException e) {
      fail(Failures.ofIdentity(kubeCluster, e));
      return;
    }
    if (identity instanceof java.util.concurrent.CompletableFuture<TlsIdentity> future
        && future.isDone()
        && !future.isCompletedExceptionally()) {
      acquireInTime(future.join());
      return;
    }
    if (!waitInTime()) {
      return;
    }
    identity.whenComplete((answer, failure) ->
        loop.eventLoop()
            .execute(() -> {
              stopWaiting();
              if (failure != null) {
                fail(Failures.ofIdentity(kubeCluster, failure));
              } else {
                acquireInTime(answer);
              }
            }));
  }

  private void acquireInTime(TlsIdentity identity) {
    long waitedNanos = System.nanoTime() - startedNanos;
    if (!request.isSafe() && waitedNanos > loop.config().staleWriteAfter().toNanos()) {
      fail(Failures.staleWrite());
    } else {
      acquire(identity);
    }
  }

  private void acquire(TlsIdentity identity) {
    if (done) {
      return;
    }
    try {
      loop.upstreams(kubeCluster).acquire(this, identity);
    } catch (RuntimeException e) {
      fail(Failures.ofIdentity(kubeCluster, e)); // Its key may have been closed meanwhile.
    }
  }

  /** Waits in the pool; not for ever. */
  void waitForRoom() {
    waitLimit =
        loop.eventLoop()
            .schedule(() -> fail(Failures.noRoom()), ROOM_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** The bytes that came early no longer count: they go on, or are thrown away. */
  private void letGo() {
    loop.letGo(held);
    held = 0;
  }

  private void stopWaiting() {
    if (holdsPlace) {
      holdsPlace = false;
      loop.stopWaiting();
    }
    cancelWaitLimit();
  }

  private void cancelWaitLimit() {
    if (waitLimit != null) {
      waitLimit.cancel(false);
      waitLimit = null;
    }
  }

  /** There is a stream, and the head of the request was written to it. */
  void opened(UpstreamStream stream) {
    cancelWaitLimit();
    upstream = stream;
    letGo();
    for (ByteBuf piece = early.poll(); piece != null; piece = early.poll()) {
      bodySent = true;
      stream.data(piece, requestEnded && early.isEmpty());
    }
    if (!requestEnded) {
      if (request.expectsContinue() && !continueSent) {
        continueSent = true;
        front.sendContinue();
      }
      front.demand();
    }
  }

  /** The client sent a piece of its body; takes over the buffer. */
  void requestData(ByteBuf data, boolean end) {
    if (done || requestEnded) {
      data.release();
      return;
    }
    requestEnded = end;
    if (upstream == null) {
      if (!loop.tryHold(data.readableBytes())) {
        data.release();
        fail(Failures.tooManyWaiting());
        return;
      }
      held += data.readableBytes();
      early.add(data);
    } else {
      bodySent = true;
      upstream.data(data, end);
    }
  }

  /** The client takes more of the answer again. */
  void frontWritable() {
    if (!done && upstream != null && front.isWritable()) {
      upstream.demand();
    }
  }

  /** The cluster takes more of the body again. */
  void upstreamWritable() {
    if (wantsBody() && !requestEnded) {
      front.demand();
    }
  }

  /** The client has gone: stop everything. */
  void frontClosed() {
    if (!done) {
      finish();
      if (upstream != null) {
        upstream.cancel();
      }
    }
  }

  /** The cluster has begun to answer. */
  void responseHead(ResponseHead head, boolean end) {
    if (done) {
      return;
    }
    responseStarted = true;
    loop.desk().served(kubeCluster);
    loop.desk()
        .warning(kubeCluster)
        .ifPresent(text -> head.fields().add(Names.WARNING, KubeStatus.warning(text)));
    if (end) {
      finish();
    }
    front.respond(head, end);
  }

  /** A piece of the answer; takes over the buffer. */
  void responseData(ByteBuf data, boolean end) {
    if (done) {
      data.release();
      return;
    }
    if (end) {
      finish();
    }
    front.data(data, end);
  }

  /** The answer ends with trailers. */
  void responseTrailers(Fields trailers) {
    if (!done) {
      finish();
      front.trailers(trailers);
    }
  }

  /** The cluster switched protocols as asked. */
  boolean switched(ResponseHead head, Http1Upstream connection) {
    if (done) {
      return false;
    }
    responseStarted = true;
    finish();
    return front.switchTo(head, connection);
  }

  /**
   * The upstream stream broke, or there was none.
   *
   * @param unsent whether the cluster certainly did not act on the request
   * @param reused whether the connection had served before: then it may have been closed just as
   *     the request was sent, which is no fault of either side
   */
  void upstreamFailed(Throwable cause, boolean unsent, boolean reused) {
    if (done) {
      return;
    }
    upstream = null;
    boolean mayRepeat = (unsent && !bodySent) || (reused && request.isRepeatable());
    if (!responseStarted && mayRepeat && retries < MAX_RETRIES) {
      retries++;
      askIdentity();
      return;
    }
    fail(Failures.ofUpstream(loop.dialer().target(), kubeCluster, cause));
  }

  /** There is no connection to the cluster. */
  void unreachable(Throwable cause) {
    fail(Failures.ofUpstream(loop.dialer().target(), kubeCluster, cause));
  }

  /** Answers with a Status, or breaks off the answer that has begun. */
  void fail(KubeStatus status) {
    if (done) {
      return;
    }
    finish();
    if (responseStarted) {
      front.abort();
      return;
    }
    loop.desk().failed(kubeCluster, status.message());
    Fields fields = new Fields();
    // kubectl drops the message of a Status on discovery; a warning it always shows.
    fields.add(Names.WARNING, status.warning());
    respond(status.code(), fields, status.toJson());
  }

  private void answer(int status, Fields fields, byte[] json) {
    if (!done) {
      finish();
      respond(status, fields, json);
    }
  }

  private void respond(int status, Fields fields, byte[] body) {
    fields.add(Names.CONTENT_TYPE, KubeStatus.CONTENT_TYPE);
    boolean bodiless = request.method().equals(HttpMethod.HEAD);
    front.respond(new ResponseHead(status, fields, body.length, bodiless), bodiless);
    if (!bodiless) {
      front.data(loop.buffer(body), true);
    }
  }

  private void finish() {
    done = true;
    stopWaiting();
    letGo();
    for (ByteBuf piece = early.poll(); piece != null; piece = early.poll()) {
      piece.release();
    }
  }
}
