// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web;

import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.auth.AuthSettings;
import dev.jtsh.cluster.oidc.OidcConnector;
import dev.jtsh.cluster.proxy.WebApplication;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.AgentJoinRequest;
import dev.jtsh.protocol.web.HeadlessCodeRequest;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.HeadlessNumberRequest;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.Password;
import dev.jtsh.protocol.web.PingResponse;
import dev.jtsh.protocol.web.RecoveryRequest;
import dev.jtsh.protocol.web.SignupBeginRequest;
import dev.jtsh.protocol.web.SignupFinishRequest;
import dev.jtsh.protocol.web.SsoConsoleRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths of teleport-wire §1 to §3, each also under {@code /v1}, and our own sign-up. A password
 * goes from the body into the secret arena; the body is wiped as soon as it was read.
 */
public final class WebApi implements WebApplication {
  private static final Logger logger = LoggerFactory.getLogger(WebApi.class);
  private static final String HEADLESS_FAILED = "headless authentication failed";
  private static final Pattern CONNECTOR_PING =
      Pattern.compile("/webapi/ping/([A-Za-z0-9_-]{1,64})");
  private static final Pattern HEADLESS_LINK = Pattern.compile("/headless/([0-9a-f-]{36})");
  private static final String LOCAL = "local";
  private static final String HEADLESS = "headless";
  private static final String PASSWORDLESS = "passwordless";

  /** Passwords in the arena at one time. */
  private static final int PASSWORDS_MAX = 512;

  private final Auth auth;
  private final Executor executor;
  private final Semaphore passwords = new Semaphore(PASSWORDS_MAX);

  /**
   * An API over this auth.
   *
   * @param executor runs what blocks; one virtual thread for each task
   */
  public WebApi(Auth auth, Executor executor) {
    this.auth = auth;
    this.executor = executor;
  }

  @Override
  public CompletionStage<WebResponse> handle(WebRequest request) {
    String path = request.path();
    String bare = path.startsWith("/v1/webapi/") ? path.substring("/v1".length()) : path;
    return switch (request.method()) {
      case "GET", "HEAD" -> CompletableFuture.completedFuture(get(bare, request.query()));
      case "POST" -> post(bare, request);
      default -> CompletableFuture.completedFuture(notFound());
    };
  }

  private WebResponse get(String path, String query) {
    if (path.equals("/webapi/ping")) {
      return json(200, ping(auth.settings().sso().defaultConnector()));
    }
    if (path.equals("/webapi/find")) {
      return json(200, ping(LOCAL).withoutLogin());
    }
    if (path.equals("/webapi/auth/export")) {
      return exported(query);
    }
    Matcher connector = CONNECTOR_PING.matcher(path);
    if (connector.matches()) {
      return pingConnector(connector.group(1));
    }
    Matcher link = HEADLESS_LINK.matcher(path);
    if (link.matches()) {
      return WebResponse.redirect("/web/headless/" + link.group(1));
    }
    return notFound();
  }

  /**
   * The certificate of the hosts' authority, which no one needs to hide: clients compare its pin.
   */
  private WebResponse exported(String query) {
    return List.of(query.split("&", -1)).contains("type=tls-host")
        ? WebResponse.text(200, Pem.encode(auth.hostAuthority()))
        : error(new WireException(ErrorKind.BAD_PARAMETER, "only type=tls-host is exported"));
  }

  private WebResponse pingConnector(String connector) {
    return switch (connector) {
      case LOCAL, HEADLESS, PASSWORDLESS -> json(200, ping(connector));
      default ->
          auth.sso().connector(connector).isPresent()
              ? json(200, ping(connector))
              : error(
                  new WireException(
                      ErrorKind.BAD_PARAMETER,
                      "invalid connector name: %s; valid options: %s"
                          .formatted(
                              connector,
                              String.join(
                                  ", ",
                                  auth.sso().connectors().stream()
                                      .map(OidcConnector::name)
                                      .toList()))));
    };
  }

  private PingResponse ping(String connector) {
    AuthSettings settings = auth.settings();
    PingResponse.Auth keys =
        PingResponse.Auth.localWebauthn(
            connector, settings.rpId(), settings.headlessAllowed(), settings.defaultSessionTtl());
    PingResponse.Auth local = settings.accounts().totp() ? keys.withOneTimeCodes() : keys;
    return PingResponse.of(
        auth.sso()
            .connector(connector)
            .map(c -> local.withOidc(new PingResponse.Connector(c.name(), c.display())))
            .orElse(local),
        PingResponse.Proxy.onOnePort(auth.publicAddress(), auth.publicAddress()),
        AuthSettings.SERVER_VERSION,
        AuthSettings.MIN_CLIENT_VERSION,
        settings.clusterName());
  }

  private CompletionStage<WebResponse> post(String path, WebRequest request) {
    return switch (path) {
      case "/webapi/mfa/login/begin" ->
          withPassword(
              request,
              MfaLoginBeginRequest.class,
              body ->
                  wiping(
                      body.pass(), () -> json(200, auth.logins().begin(body, request.remote()))));
      case "/webapi/mfa/login/finish" ->
          withPassword(
              request,
              MfaLoginFinishRequest.class,
              body ->
                  wiping(
                      body.password(),
                      () -> json(200, auth.logins().finish(body, request.remote()))));
      case "/webapi/oidc/login/console" ->
          answered(
              request,
              SsoConsoleRequest.class,
              body -> json(200, auth.sso().begin(body, request.remote())));
      case "/webapi/jtsh/signup/begin" ->
          answered(
              request,
              SignupBeginRequest.class,
              body -> json(200, auth.signups().begin(body, request.remote())));
      case "/webapi/jtsh/signup/finish" ->
          withPassword(
              request,
              SignupFinishRequest.class,
              body ->
                  wiping(
                      body.password(),
                      () -> json(200, auth.signups().finish(body, request.remote()))));
      case "/webapi/jtsh/recovery/begin" ->
          recovery(request, body -> auth.recoveries().begin(body, request.remote()));
      case "/webapi/jtsh/recovery/finish" ->
          recovery(request, body -> auth.recoveries().finish(body, request.remote()));
      case "/webapi/jtsh/headless/number" ->
          answered(
              request, HeadlessNumberRequest.class, body -> json(200, auth.headlessNumber(body)));
      case "/webapi/jtsh/headless/code" ->
          answered(
              request,
              HeadlessCodeRequest.class,
              body -> json(200, auth.reverseCodes().take(body, request.remote())));
      case "/webapi/jtsh/agent/join" ->
          answered(
              request,
              AgentJoinRequest.class,
              body -> json(200, auth.joins().join(body, request.remote())));
      case "/webapi/headless/login", "/webapi/login/headless", "/webapi/ssh/certs" ->
          headless(path, request);
      default -> CompletableFuture.completedFuture(notFound());
    };
  }

  private CompletionStage<WebResponse> recovery(
      WebRequest request, Function<RecoveryRequest, Object> work) {
    return withPassword(
        request,
        RecoveryRequest.class,
        body -> wiping(body.password(), () -> json(200, work.apply(body))));
  }

  /** Blocks a virtual thread for the short parts only; the wait itself is a future. */
  private CompletionStage<WebResponse> headless(String path, WebRequest request) {
    if (!isJson(request)) {
      return CompletableFuture.completedFuture(error(invalidRequest()));
    }
    return CompletableFuture.supplyAsync(
            () -> {
              HeadlessLoginRequest body = read(request, HeadlessLoginRequest.class);
              if (body.headlessId().isEmpty()) {
                throw path.endsWith("/ssh/certs")
                    ? new WireException(
                        ErrorKind.ACCESS_DENIED, "unsupported second factor type: \"webauthn\"")
                    : new WireException(ErrorKind.BAD_PARAMETER, "missing headless_id");
              }
              return auth.headless().submit(body, request.remote(), request.closed());
            },
            executor)
        .thenCompose(Function.identity())
        .handle((login, failure) -> failure == null ? json(200, login) : headlessFailure(failure));
  }

  private static WebResponse headlessFailure(Throwable failure) {
    if (cause(failure) instanceof WireException e) {
      return error(e);
    }
    logger.error("headless login failed", failure);
    return error(new WireException(ErrorKind.ACCESS_DENIED, HEADLESS_FAILED));
  }

  private <T> CompletionStage<WebResponse> answered(
      WebRequest request, Class<T> type, Function<T, WebResponse> work) {
    return answered(request, () -> work.apply(read(request, type)));
  }

  private <T> CompletionStage<WebResponse> withPassword(
      WebRequest request, Class<T> type, Function<T, WebResponse> work) {
    return answered(
        request,
        () -> {
          // The arena is bounded, and others need it too.
          if (!passwords.tryAcquire()) {
            throw new WireException(ErrorKind.LIMIT_EXCEEDED, "too many logins at once, try again");
          }
          try {
            return work.apply(readWithPassword(request, type));
          } finally {
            passwords.release();
          }
        });
  }

  private CompletionStage<WebResponse> answered(WebRequest request, Supplier<WebResponse> work) {
    if (!isJson(request)) {
      return CompletableFuture.completedFuture(error(invalidRequest()));
    }
    return CompletableFuture.supplyAsync(work, executor)
        .exceptionally(failure -> {
          if (cause(failure) instanceof WireException e) {
            return error(e);
          }
          logger.error("web request {} failed", request, failure);
          return error(new WireException(ErrorKind.INTERNAL, "internal error"));
        });
  }

  private static WebResponse wiping(Password password, Supplier<WebResponse> work) {
    try {
      return work.get();
    } finally {
      password.close();
    }
  }

  private static <T> T read(WebRequest request, Class<T> type) {
    try (request) {
      return WireJson.read(request.body(), type);
    }
  }

  private static <T> T readWithPassword(WebRequest request, Class<T> type) {
    try (request) {
      return WireJson.read(request.memory(), type, WebApi::inArena);
    }
  }

  private static Password inArena(int bytes) {
    SecretBuffer buffer = SecretArena.process().allocate(bytes);
    return Password.in(buffer.segment(), buffer::close);
  }

  private static boolean isJson(WebRequest request) {
    Optional<String> type = request.header("Content-Type");
    return type.isPresent()
        && type.get().split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  private static Throwable cause(Throwable failure) {
    Throwable at = failure;
    while ((at instanceof CompletionException || at instanceof ExecutionException)
        && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static WebResponse json(int status, Object body) {
    return WebResponse.json(status, WireJson.write(body));
  }

  private static WebResponse error(WireException e) {
    return WebResponse.json(e.kind().httpStatus(), e.error().toHttpBody());
  }

  private static WireException invalidRequest() {
    return new WireException(ErrorKind.BAD_PARAMETER, "invalid request");
  }

  private static WebResponse notFound() {
    return WebResponse.text(404, "404 page not found");
  }
}
