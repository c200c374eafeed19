// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import com.google.protobuf.ByteString;
import dev.jtsh.client.ClientException;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.WebClient;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.headless.MatchNumber;
import dev.jtsh.protocol.web.HeadlessCodeRequest;
import dev.jtsh.protocol.web.HeadlessCodeResponse;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.HeadlessNumberResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the number of one request together with the cluster, while the request waits ({@link
 * MatchNumber}). Our part is committed to in the request and opened only after the cluster's part
 * is here, once: a cluster that names another part later gets no other number out of us.
 */
final class NumberExchange {
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int TRIES_MAX = 200;
  private static final Duration END_MAX = Duration.ofSeconds(10);

  private final WebClient web;
  private final ProxyAddress proxy;
  private final ByteString opening;
  private volatile @Nullable HeadlessNumberResponse first;

  NumberExchange(WebClient web, ProxyAddress proxy, RandomGenerator random) {
    this.web = web;
    this.proxy = proxy;
    byte[] part = new byte[MatchNumber.PART_BYTES];
    random.nextBytes(part);
    this.opening = ByteString.copyFrom(part);
  }

  ByteString commitment() {
    return MatchNumber.commitment(opening);
  }

  /** One run beside one connection of the request; ended and joined by {@link #close}. */
  final class Run implements AutoCloseable {
    private final Thread thread;

    private Run(HeadlessLoginRequest posted, HeadlessSession.WaitListener listener) {
      this.thread = Thread.ofVirtual().name("number").start(() -> exchange(posted, listener));
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        if (!thread.join(END_MAX)) {
          throw new IllegalStateException("the exchange of the number does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Exchanges as soon as the cluster has the request, which is on its way. */
  Run start(HeadlessLoginRequest posted, HeadlessSession.WaitListener listener) {
    return new Run(posted, listener);
  }

  private void exchange(HeadlessLoginRequest posted, HeadlessSession.WaitListener listener) {
    try {
      HeadlessNumberResponse theirs = ask(posted, ByteString.EMPTY);
      if (theirs == null || theirs.needless()) {
        return;
      }
      HeadlessNumberResponse known = first;
      if (known != null && !known.equals(theirs)) {
        listener.numberChanged();
        return;
      }
      first = theirs; // From here on our part may be known: it serves for no other of theirs.
      HeadlessNumberResponse settled = ask(posted, opening);
      if (settled == null || !settled.equals(theirs)) {
        listener.numberChanged();
      } else if (known == null) {
        listener.number(MatchNumber.of(posted, opening, theirs.nonce(), theirs.hostAuthority()));
        if (theirs.code()) {
          listener.codeWanted(code -> type(posted, code));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Closed: the request has its answer.
    }
  }

  private CodeEntry.Answer type(HeadlessLoginRequest posted, String code) throws ClientException {
    HeadlessCodeResponse answer =
        web.headlessCode(
            proxy, new HeadlessCodeRequest(posted.user(), posted.headlessId(), opening, code));
    return switch (answer.result()) {
      case HeadlessCodeResponse.RIGHT -> new CodeEntry.Answer.Right();
      case HeadlessCodeResponse.WRONG -> new CodeEntry.Answer.Wrong(answer.triesLeft());
      default -> new CodeEntry.Answer.TooEarly();
    };
  }

  /** Null when the cluster says nothing of use. */
  private @Nullable HeadlessNumberResponse ask(HeadlessLoginRequest posted, ByteString part)
      throws InterruptedException {
    for (int i = 0; i < TRIES_MAX; i++) {
      try {
        return web.headlessNumber(
            proxy, new HeadlessNumberRequest(posted.user(), posted.headlessId(), part));
      } catch (ClientException e) {
        if (e instanceof ClientException.Refused refused && refused.kind() != ErrorKind.NOT_FOUND) {
          return null;
        }
        Thread.sleep(PAUSE);
      }
    }
    return null;
  }

  /** Whether a login names the host authority that the number was made with (security rule 23). */
  boolean fits(LoginCredentials credentials) {
    HeadlessNumberResponse known = first;
    return known == null
        || credentials.hostAuthorities().stream()
            .flatMap(authority -> authority.certificates().stream())
            .anyMatch(certificate -> sha256(certificate).equals(known.hostAuthority()));
  }

  private static ByteString sha256(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(
          MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding and a digest", e);
    }
  }
}
