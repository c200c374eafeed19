// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.protocol.web.HeadlessCodeRequest;
import dev.jtsh.protocol.web.HeadlessCodeResponse;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Takes the codes that are typed on remote terminals. Only whoever made the request can try one: a
 * try opens the requester's part of the number. A few wrong ones deny; every try is in the audit
 * log. Whatever does not wait for a code gets the same answer, so nothing is told to strangers.
 * Blocks shortly.
 */
public final class ReverseCodes {
  private static final int SWAP_TRIES_MAX = 20;
  private static final HeadlessCodeResponse WAITING =
      new HeadlessCodeResponse(HeadlessCodeResponse.WAITING, 0);

  private final HeadlessStore store;
  private final AuditLog audit;

  ReverseCodes(HeadlessStore store, AuditLog audit) {
    this.store = store;
    this.audit = audit;
  }

  /** One try. */
  public HeadlessCodeResponse take(HeadlessCodeRequest request, InetSocketAddress remote) {
    if (!UserRecord.isName(request.user()) || !HeadlessStore.isId(request.headlessId())) {
      return WAITING;
    }
    String key = HeadlessStore.key(request.user(), request.headlessId());
    for (int i = 0; i < SWAP_TRIES_MAX; i++) {
      Optional<Stored<HeadlessRecord>> stored = store.get(key);
      ReverseCode code = stored.map(found -> found.value().code()).orElse(null);
      if (code == null
          || !stored.get().value().awaitsCode()
          || !stored.get().value().number().isOpenedBy(request.opening())) {
        return WAITING;
      }
      boolean right = code.is(request.code());
      ReverseCode next = right ? code.found() : code.missed();
      if (store.codeTried(stored.get(), next)) {
        HeadlessRecord record = stored.get().value();
        return right ? right(record, remote) : wrong(record, next, remote);
      }
    }
    throw new IllegalStateException("a headless request changed too often to take a code");
  }

  private HeadlessCodeResponse right(HeadlessRecord record, InetSocketAddress remote) {
    store.rememberSource(record.facts().user(), SourceNetwork.of(record.facts()));
    emit(AuditEvent.Type.HEADLESS_CODE_TYPED, record, remote, true, "");
    return new HeadlessCodeResponse(HeadlessCodeResponse.RIGHT, 0);
  }

  private HeadlessCodeResponse wrong(
      HeadlessRecord record, ReverseCode code, InetSocketAddress remote) {
    boolean over = code.triesLeft() == 0;
    emit(
        AuditEvent.Type.HEADLESS_WRONG_CODE,
        record,
        remote,
        false,
        over
            ? "the code was not that of the approval; the request is denied"
            : "the code was not that of the approval");
    return new HeadlessCodeResponse(HeadlessCodeResponse.WRONG, code.triesLeft());
  }

  private void emit(
      AuditEvent.Type type,
      HeadlessRecord record,
      InetSocketAddress remote,
      boolean success,
      String error) {
    audit.emit(
        AuditEvent.of(type)
            .with("user", record.facts().user())
            .with("method", "headless")
            .with("success", success)
            .with("error", error)
            .with("addr.remote", Addresses.ipAndPort(remote))
            .with("headless_id", record.facts().id())
            .with("kubernetes_clusters", record.facts().kubeClusters())
            .build());
  }
}
