// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import com.google.protobuf.ByteString;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireError;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.net.RequestId;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.HeadlessCodeRequest;
import dev.jtsh.protocol.web.HeadlessCodeResponse;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.HeadlessNumberResponse;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.Password;
import dev.jtsh.protocol.web.PingResponse;
import dev.jtsh.protocol.web.SignupBeginRequest;
import dev.jtsh.protocol.web.SignupBeginResponse;
import dev.jtsh.protocol.web.SignupFinishRequest;
import dev.jtsh.protocol.web.SignupFinishResponse;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.SsoConsoleRequest;
import dev.jtsh.protocol.web.SsoConsoleResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The web API of a cluster's proxy. Every call has a time limit and every answer a size limit;
 * redirects are not followed and nothing is sent twice. Safe for many threads; calls block.
 */
public final class WebClient implements AutoCloseable {
  private static final Duration CONNECT_TIME = Duration.ofSeconds(10);
  private static final Duration CALL_TIME = Duration.ofSeconds(30);
  private static final Duration NEXT_CANDIDATE_AFTER = Duration.ofMillis(500);
  private static final Duration SKEW_MAX = Duration.ofSeconds(60);
  private static final int BODY_BYTES_MAX = WireJson.MAX_DOCUMENT_BYTES;
  private static final int FIRST_WITH_HEADLESS_PATH = 16;

  private final InstantSource clock;
  private final Network network;
  private final HttpClient http;

  /** A client that trusts {@code trust} for web certificates and connects directly. */
  public WebClient(WebTrust trust, InstantSource clock) {
    this(Network.of(Map.of(), trust), clock);
  }

  /** A client for clusters that are reached over this network. */
  public WebClient(Network network, InstantSource clock) {
    this.clock = clock;
    this.network = network;
    WebProxies proxies = new WebProxies(network);
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIME)
            .proxy(proxies)
            .sslContext(network.trust().sslContext());
    this.http = builder.authenticator(proxies.authenticator()).build();
  }

  /**
   * Goes through the beginning of a first call for nobody: what Java needs for it once is most of
   * its time, and another thread can do that before it is known whom to call. Looks at nothing,
   * calls nobody.
   */
  public static void rehearse() {
    TlsContexts.rehearseJdkClient();
    try {
      WireJson.read("{\"auth\":{}}".getBytes(StandardCharsets.UTF_8), PingResponse.class);
    } catch (WireException e) {
      return; // An answer that says nothing may be refused: by then its reader is made.
    }
  }

  /** How clusters are reached. */
  public Network network() {
    return network;
  }

  /**
   * Finds the proxy among some addresses and asks it for its settings. They are tried at the same
   * time, each a little after the one before; the first that answers as a proxy is taken. If none
   * does, the most telling failure is thrown.
   *
   * @param candidates addresses, most likely first, see {@link ProxyAddress#candidates}
   * @param connector {@code local}, {@code headless} or the name of a connector; empty for the
   *     cluster's default
   */
  public Discovery discover(List<ProxyAddress> candidates, String connector)
      throws ClientException {
    if (candidates.size() == 1) {
      return ping(candidates.getFirst(), connector);
    }
    var failures = new ArrayList<ClientException>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      var answers = new ExecutorCompletionService<Discovery>(threads);
      int started = 0;
      int ended = 0;
      while (ended < candidates.size()) {
        if (started < candidates.size()) {
          ProxyAddress candidate = candidates.get(started++);
          answers.submit(() -> ping(candidate, connector));
        }
        boolean all = started == candidates.size();
        @Nullable Future<Discovery> answer =
            all
                ? answers.take()
                : answers.poll(NEXT_CANDIDATE_AFTER.toMillis(), TimeUnit.MILLISECONDS);
        if (answer != null) {
          ended++;
          try {
            return answer.get();
          } catch (ExecutionException e) {
            failures.add(failureOf(e));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientException.Cancelled(SafeText.literal("looking for the proxy: stopped"), e);
    } finally {
      threads.shutdownNow();
    }
    throw mostTelling(failures);
  }

  private static ClientException failureOf(ExecutionException e) {
    if (e.getCause() instanceof ClientException failure) {
      return failure;
    }
    throw new IllegalStateException("asking a proxy failed", e);
  }

  /** Whoever answered, even badly, says more than a port where nobody listens. */
  private static ClientException mostTelling(List<ClientException> failures) {
    for (ClientException failure : failures) {
      if (!(failure instanceof ClientException.Unreachable)) {
        return failure;
      }
    }
    return failures.getFirst();
  }

  /** Asks the proxy for its settings. */
  public Discovery ping(ProxyAddress proxy, String connector) throws ClientException {
    String path = "/webapi/ping" + (connector.isEmpty() ? "" : "/" + connector);
    SafeText action = SafeText.literal("asking the proxy for its settings");
    HttpResponse<byte[]> response = send(action, proxy, request(proxy, path).GET(), CALL_TIME);
    Optional<ClientException> other = PingAnswers.failure(action, proxy, through(proxy), response);
    if (other.isPresent()) {
      throw inItsRequest(other.get(), response);
    }
    Map<?, ?> tree = Map.of();
    @Nullable PingResponse ping = null;
    if (response.statusCode() == 200) {
      try {
        ping = WireJson.read(response.body(), PingResponse.class);
        tree = WireJson.read(response.body(), Map.class);
      } catch (WireException e) {
        ping = null; // Handled below: whatever answers there, it is no proxy.
      }
    }
    if (ping == null || ping.serverVersion().isEmpty()) {
      throw PingAnswers.ofSomethingElse(proxy);
    }
    network
        .calls()
        .say(
            SafeText.format(
                "{} is of the cluster {}, version {}",
                SafeText.ofHostName(proxy.hostPort()),
                SafeText.of(ping.clusterName()),
                SafeText.of(ping.serverVersion())));
    checkClock(proxy, response);
    return new Discovery(
        proxy, ping, ServerVersion.parse(ping.serverVersion()), isJtsh(ping, tree));
  }

  /**
   * Before anything is asked of a cluster: where its host authority is known beforehand, its auth
   * server has to prove that it is of it (security rule 23).
   *
   * @return whether there was anything to prove
   */
  public boolean requirePinnedHosts(Discovery discovery) throws ClientException {
    HostPins pins = network.pins(discovery.proxy());
    if (pins.isEmpty()) {
      return false;
    }
    discovery.requireTlsRouting();
    new HostProof(network, clock, pins).require(discovery, hostAuthorities(discovery.proxy()));
    return true;
  }

  private List<X509Certificate> hostAuthorities(ProxyAddress proxy) throws ClientException {
    SafeText action = SafeText.literal("asking which host authority the cluster has");
    HttpResponse<byte[]> one =
        send(action, proxy, request(proxy, ExportedAuthorities.PATH).GET(), CALL_TIME);
    try {
      if (one.statusCode() == 400) {
        HttpResponse<byte[]> all =
            send(
                action,
                proxy,
                request(proxy, ExportedAuthorities.PATH_OF_ARCHIVE).GET(),
                CALL_TIME);
        return ExportedAuthorities.ofArchive(exported(action, all));
      }
      return ExportedAuthorities.ofText(exported(action, one));
    } catch (IOException e) {
      throw new ClientException.BadAnswer(
          SafeText.format("{}: the answer is no list of certificates", action), e);
    }
  }

  private static byte[] exported(SafeText action, HttpResponse<byte[]> response)
      throws ClientException {
    if (response.statusCode() == 404) {
      throw new ClientException.NotOffered(
          SafeText.format("{}: the proxy does not say", action),
          SafeText.literal("a pin cannot be checked with this cluster: it is too old"));
    }
    if (response.statusCode() != 200) {
      throw inItsRequest(refused(action, response), response);
    }
    return response.body();
  }

  /**
   * Asks for a headless login and waits for its end: the approver's decision or the time limit.
   * Uses the old path and form where the server has no other.
   *
   * @param key the one key for both certificates
   * @param id made from {@code key}
   * @param facts sent to a jtsh-cluster; others get none
   * @param wait how long this one request may last
   */
  public SshLoginResponse headlessLogin(
      Discovery discovery,
      String user,
      PublicKey key,
      String id,
      Duration ttl,
      HeadlessFactsJson facts,
      Duration wait)
      throws ClientException {
    SafeText action = SafeText.literal("headless login");
    ByteString ssh = ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key));
    HeadlessLoginRequest oneKey = HeadlessLoginRequest.withOneKey(user, id, ssh, ttl, "");
    int major = discovery.version().major();
    if (major == 0 || major >= FIRST_WITH_HEADLESS_PATH) {
      HeadlessLoginRequest body =
          discovery.version().takesTwoKeys()
              ? headlessRequest(discovery, user, key, id, ttl, facts)
              : oneKey;
      HttpResponse<byte[]> response =
          post(action, discovery.proxy(), "/webapi/headless/login", body, wait);
      if (response.statusCode() != 404) {
        return read(action, response, SshLoginResponse.class);
      }
    }
    return read(
        action,
        post(action, discovery.proxy(), "/webapi/ssh/certs", oneKey, wait),
        SshLoginResponse.class);
  }

  /** What {@link #headlessLogin} posts to servers that take two keys. */
  public static HeadlessLoginRequest headlessRequest(
      Discovery discovery,
      String user,
      PublicKey key,
      String id,
      Duration ttl,
      HeadlessFactsJson facts) {
    return HeadlessLoginRequest.withTwoKeys(
        user,
        id,
        ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key)),
        PublicKeyPem.encode(key),
        ttl,
        "",
        discovery.jtshCluster() ? facts : null);
  }

  /**
   * Asks a jtsh-cluster for its part of the number of a request that waits, and opens ours.
   *
   * @throws ClientException.Refused of kind NOT_FOUND while the request has not arrived
   */
  public HeadlessNumberResponse headlessNumber(ProxyAddress proxy, HeadlessNumberRequest request)
      throws ClientException {
    SafeText action = SafeText.literal("asking for the number");
    return read(
        action,
        post(action, proxy, "/webapi/jtsh/headless/number", request, CALL_TIME),
        HeadlessNumberResponse.class);
  }

  /** Tries a code that was typed on the terminal of a request whose approval gave one. */
  public HeadlessCodeResponse headlessCode(ProxyAddress proxy, HeadlessCodeRequest request)
      throws ClientException {
    SafeText action = SafeText.literal("sending the code");
    return read(
        action,
        post(action, proxy, "/webapi/jtsh/headless/code", request, CALL_TIME),
        HeadlessCodeResponse.class);
  }

  /**
   * First half of a login with password and WebAuthn: the challenge.
   *
   * @param password UTF-8, wiped by the caller
   */
  public MfaLoginBeginResponse beginLogin(ProxyAddress proxy, String user, SecretBuffer password)
      throws ClientException {
    SafeText action = SafeText.literal("logging in");
    return read(
        action,
        post(
            action,
            proxy,
            "/webapi/mfa/login/begin",
            new MfaLoginBeginRequest(user, PasswordBody.PLACEHOLDER, false),
            password),
        MfaLoginBeginResponse.class);
  }

  /** First half of a login with a passkey, which says itself whose it is: the challenge. */
  public MfaLoginBeginResponse beginPasskeyLogin(ProxyAddress proxy) throws ClientException {
    SafeText action = SafeText.literal("logging in");
    return read(
        action,
        post(
            action,
            proxy,
            "/webapi/mfa/login/begin",
            new MfaLoginBeginRequest("", Password.empty(), true),
            CALL_TIME),
        MfaLoginBeginResponse.class);
  }

  /**
   * Second half of a login with a passkey.
   *
   * @param ttl wanted length; zero for the cluster's default
   */
  public SshLoginResponse finishPasskeyLogin(
      Discovery discovery, WebauthnAssertionJson assertion, PublicKey key, Duration ttl)
      throws ClientException {
    SafeText action = SafeText.literal("logging in");
    return read(
        action,
        post(
            action,
            discovery.proxy(),
            "/webapi/mfa/login/finish",
            finish(discovery, "", Password.empty(), assertion, "", key, ttl),
            CALL_TIME),
        SshLoginResponse.class);
  }

  /**
   * Second half of a login: the signed challenge, or a code, for certificates.
   *
   * @param assertion null when there is a code
   * @param code one-time code, or empty
   * @param password UTF-8, wiped by the caller
   * @param ttl wanted length; zero for the cluster's default
   */
  public SshLoginResponse finishLogin(
      Discovery discovery,
      String user,
      SecretBuffer password,
      @Nullable WebauthnAssertionJson assertion,
      String code,
      PublicKey key,
      Duration ttl)
      throws ClientException {
    SafeText action = SafeText.literal("logging in");
    var body = finish(discovery, user, PasswordBody.PLACEHOLDER, assertion, code, key, ttl);
    return read(
        action,
        post(action, discovery.proxy(), "/webapi/mfa/login/finish", body, password),
        SshLoginResponse.class);
  }

  private static MfaLoginFinishRequest finish(
      Discovery discovery,
      String user,
      Password password,
      @Nullable WebauthnAssertionJson assertion,
      String code,
      PublicKey key,
      Duration ttl) {
    LoginKeys keys = LoginKeys.of(discovery.version(), key);
    return new MfaLoginFinishRequest(
        user, password, assertion, code, keys.only(), keys.ssh(), keys.tls(), ttl, "", "", "");
  }

  /**
   * Begins a login in a browser.
   *
   * @param type {@code oidc}, {@code saml} or {@code github}
   * @param redirectUrl where we listen, with the key of the answer
   * @return where the browser goes
   */
  String beginBrowserLogin(
      Discovery discovery,
      String type,
      String connector,
      String redirectUrl,
      PublicKey key,
      Duration ttl)
      throws ClientException {
    SafeText action = SafeText.literal("logging in");
    LoginKeys keys = LoginKeys.of(discovery.version(), key);
    var body =
        new SsoConsoleRequest(
            redirectUrl, keys.only(), keys.ssh(), keys.tls(), ttl, connector, "", "", "");
    String path = "/webapi/" + type + "/login/console";
    return read(
            action,
            post(action, discovery.proxy(), path, body, CALL_TIME),
            SsoConsoleResponse.class)
        .redirectUrl();
  }

  /** Redeems an invite, first half: what credential to make. Only a jtsh-cluster has this. */
  public SignupBeginResponse beginSignup(ProxyAddress proxy, String token) throws ClientException {
    SafeText action = SafeText.literal("signing up");
    return read(
        action,
        post(action, proxy, "/webapi/jtsh/signup/begin", SignupBeginRequest.of(token), CALL_TIME),
        SignupBeginResponse.class);
  }

  /**
   * Redeems an invite, second half: password and new credential.
   *
   * @param password UTF-8, wiped by the caller
   * @param deviceName what the user calls the key
   */
  public SignupFinishResponse finishSignup(
      ProxyAddress proxy,
      String token,
      SecretBuffer password,
      String deviceName,
      WebauthnAttestationJson attestation)
      throws ClientException {
    var request = new SignupFinishRequest(token, PasswordBody.PLACEHOLDER, deviceName, attestation);
    SafeText action = SafeText.literal("signing up");
    return read(
        action,
        post(action, proxy, "/webapi/jtsh/signup/finish", request, password),
        SignupFinishResponse.class);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private HttpResponse<byte[]> post(
      SafeText action, ProxyAddress proxy, String path, Object body, Duration limit)
      throws ClientException {
    return post(
        action, proxy, path, HttpRequest.BodyPublishers.ofByteArray(WireJson.write(body)), limit);
  }

  /** With a password where the request has its placeholder. */
  private HttpResponse<byte[]> post(
      SafeText action, ProxyAddress proxy, String path, Object request, SecretBuffer password)
      throws ClientException {
    try (PasswordBody body = PasswordBody.of(request, password)) {
      return post(action, proxy, path, body.publisher(), CALL_TIME);
    }
  }

  private HttpResponse<byte[]> post(
      SafeText action,
      ProxyAddress proxy,
      String path,
      HttpRequest.BodyPublisher body,
      Duration limit)
      throws ClientException {
    return send(
        action,
        proxy,
        request(proxy, path).header("Content-Type", "application/json").POST(body),
        limit);
  }

  private static HttpRequest.Builder request(ProxyAddress proxy, String path) {
    return HttpRequest.newBuilder(proxy.resolve(path))
        .header("Accept", "application/json")
        .header("User-Agent", "jtsh");
  }

  private HttpResponse<byte[]> send(
      SafeText action, ProxyAddress proxy, HttpRequest.Builder request, Duration limit)
      throws ClientException {
    HttpRequest plain = request.build();
    SafeText what =
        SafeText.format("{} {}", SafeText.of(plain.method()), SafeText.of(plain.uri().getPath()));
    CallLog.Call call = network.calls().begin(action, what, proxy);
    try {
      HttpResponse<byte[]> response =
          send(action, proxy, request.header(RequestId.HEADER, call.id().value()).build(), limit);
      SafeText status = SafeText.of(Integer.toString(response.statusCode()));
      call.answered(SafeText.format("HTTP {}", status));
      return response;
    } catch (ClientException e) {
      throw call.failed(e);
    }
  }

  private HttpResponse<byte[]> send(
      SafeText action, ProxyAddress proxy, HttpRequest request, Duration limit)
      throws ClientException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), BODY_BYTES_MAX));
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new ClientException.Cancelled(SafeText.format("{}: stopped", action), e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new ClientException.TimedOut(
          SafeText.format(
              "{}: {} did not answer in time", action, SafeText.ofHostName(proxy.hostPort())),
          e);
    } catch (ExecutionException e) {
      IOException failure =
          e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
      throw WebFailures.of(action, proxy, through(proxy), failure, clock.instant());
    }
  }

  private Optional<HttpProxy> through(ProxyAddress proxy) {
    return network.httpProxy(proxy.host(), proxy.port());
  }

  private static <T> T read(SafeText action, HttpResponse<byte[]> response, Class<T> type)
      throws ClientException {
    try {
      return content(action, response, type);
    } catch (ClientException e) {
      throw inItsRequest(e, response);
    }
  }

  /** The answer has come, so what fails now is no news for the log of calls. */
  private static ClientException inItsRequest(
      ClientException failure, HttpResponse<byte[]> response) {
    @Nullable String header =
        response.request().headers().firstValue(RequestId.HEADER).orElse(null);
    return RequestId.sent(header).map(failure::inRequest).orElse(failure);
  }

  private static <T> T content(SafeText action, HttpResponse<byte[]> response, Class<T> type)
      throws ClientException {
    int status = response.statusCode();
    if (PingAnswers.isGateway(status)) {
      throw PingAnswers.gateway(action, status);
    }
    if (status != 200) {
      throw refused(action, response);
    }
    try {
      return WireJson.read(response.body(), type);
    } catch (WireException e) {
      throw new ClientException.BadAnswer(
          SafeText.format("{}: the cluster's answer cannot be read", action), e);
    }
  }

  static ClientException refused(SafeText action, HttpResponse<byte[]> response) {
    if (response.statusCode() < 400) {
      return new ClientException.NotAProxy(
          SafeText.format(
              "{}: unexpected HTTP status {}",
              action,
              SafeText.of(Integer.toString(response.statusCode()))),
          SafeText.literal("check host and port of the proxy (--proxy)"),
          null);
    }
    WireError error = WireError.ofHttp(response.statusCode(), response.body());
    SafeText reason = SafeText.of(error.message());
    SafeText hint =
        error.kind() == ErrorKind.LIMIT_EXCEEDED
            ? SafeText.literal("wait a little, then try again")
            : SafeText.empty();
    return new ClientException.Refused(
        error.kind(), SafeText.format("{}: {}", action, reason), reason, hint);
  }

  /** A jtsh-cluster says so in a key of its own, its edition or its version. */
  private static boolean isJtsh(PingResponse ping, Map<?, ?> tree) {
    return tree.containsKey("jtsh")
        || ping.edition().equals("jtsh")
        || ping.serverVersion().toLowerCase(Locale.ROOT).contains("jtsh");
  }

  private void checkClock(ProxyAddress proxy, HttpResponse<byte[]> response)
      throws ClientException {
    @Nullable String date = response.headers().firstValue("date").orElse(null);
    if (date == null) {
      return;
    }
    try {
      Instant there = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
      Duration skew = Duration.between(there, clock.instant());
      if (skew.abs().compareTo(SKEW_MAX) > 0) {
        throw skewed(proxy, skew);
      }
    } catch (DateTimeParseException e) {
      return; // An odd header proves nothing about our clock.
    }
  }

  private static ClientException skewed(ProxyAddress proxy, Duration skew) {
    SafeText seconds = SafeText.of(Long.toString(skew.abs().toSeconds()));
    SafeText address = SafeText.ofHostName(proxy.hostPort());
    return new ClientException.ClockSkew(
        skew.isNegative()
            ? SafeText.format("this machine's clock is {} s behind that of {}", seconds, address)
            : SafeText.format("this machine's clock is {} s ahead of that of {}", seconds, address),
        SafeText.literal("set the clock; certificates that live a minute need the right time"),
        null);
  }
}
