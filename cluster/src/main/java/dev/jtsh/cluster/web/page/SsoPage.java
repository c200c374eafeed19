// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.auth.SsoAnswer;
import dev.jtsh.cluster.auth.SsoEnd;
import dev.jtsh.cluster.auth.WebSessions;
import dev.jtsh.cluster.proxy.WebApplication;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.SsoConsoleResponse;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Logins at a provider, for the page, and where providers send browsers back to. A login of the
 * page belongs to one browser: a cookie made for it comes with its begin, its answer and the
 * fetching of the session, so nobody can have another person's browser finish a login of his own.
 */
public final class SsoPage implements WebApplication {
  private static final String COOKIE = "__Host-sso";
  private static final Pattern UUID = Pattern.compile("[0-9a-f-]{36}");
  private static final Pattern MESSAGE = Pattern.compile("/web/msg/[a-z_/]{1,40}");

  private final Auth auth;
  private final WebApplication next;
  private final PageCalls calls;
  private final PageFiles files = new PageFiles();

  /**
   * These paths before the rest of the web port.
   *
   * @param next answers what is not for this
   * @param executor runs what blocks; one virtual thread for each task
   */
  public SsoPage(Auth auth, WebApplication next, Executor executor) {
    this.auth = auth;
    this.next = next;
    this.calls = new PageCalls(auth, executor);
  }

  private record KeyBody(@Nullable WebauthnAttestationJson attestation) {}

  private record BeginBody(String connector, String headlessId) {}

  private record Connector(String name, String display) {}

  @Override
  public CompletionStage<WebResponse> handle(WebRequest request) {
    String path = request.path();
    String bare = path.startsWith("/v1/webapi/") ? path.substring("/v1".length()) : path;
    return switch (request.method() + " " + bare) {
      case "GET /webapi/oidc/callback" -> calls.answered(request, () -> callback(request));
      case "GET /webapi/jtsh/sso/connectors" ->
          CompletableFuture.completedFuture(PageCalls.json(connectors(), Map.of()));
      case "POST /webapi/jtsh/sso/begin" -> calls.fromOwnPage(request, () -> begin(request));
      case "POST /webapi/jtsh/sso/finish" -> calls.fromOwnPage(request, () -> finish(request));
      case "POST /webapi/jtsh/keys/begin" ->
          calls.changing(
              request,
              visitor ->
                  PageCalls.json(
                      auth.securityKeys()
                          .create(visitor.user(), visitor.session(), Optional.empty()),
                      Map.of()));
      case "POST /webapi/jtsh/keys/finish" ->
          calls.changing(request, visitor -> register(visitor, request));
      default ->
          request.method().equals("GET") && MESSAGE.matcher(bare).matches()
              ? files
                  .message(bare.substring("/web/msg/".length()))
                  .<CompletionStage<WebResponse>>map(CompletableFuture::completedFuture)
                  .orElseGet(() -> next.handle(request))
              : next.handle(request);
    };
  }

  private List<Connector> connectors() {
    return auth.sso().connectors().stream()
        .map(connector -> new Connector(connector.name(), connector.display()))
        .toList();
  }

  private WebResponse begin(WebRequest request) {
    BeginBody body = PageCalls.body(request, BeginBody.class);
    if (body.connector() == null
        || body.headlessId() == null
        || !UUID.matcher(body.headlessId()).matches()) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "invalid request");
    }
    String browser = auth.webSessions().newSecret();
    URI place = auth.sso().begin(body.connector(), browser, body.headlessId(), request.remote());
    // Lax: it must come along when the provider sends the browser back.
    return PageCalls.json(
        new SsoConsoleResponse(place.toString()),
        Map.of(
            "Set-Cookie",
            List.of(COOKIE + "=" + browser + "; Path=/; Secure; HttpOnly; SameSite=Lax")));
  }

  /** The first key of a provider's user; after it the session has new secrets (rule 22). */
  private WebResponse register(WebSessions.Visitor visitor, WebRequest request) {
    WebauthnAttestationJson attestation = PageCalls.body(request, KeyBody.class).attestation();
    if (attestation == null) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "invalid request");
    }
    auth.securityKeys()
        .add(visitor.user(), visitor.session(), "first key", attestation, request.remote());
    return SessionBody.answer(auth.webSessions().renew(visitor), auth.clock().instant(), List.of());
  }

  private WebResponse callback(WebRequest request) {
    Optional<SsoAnswer> answer = SsoAnswer.ofQuery(request.query());
    if (answer.isEmpty()) {
      return files.message("error/login/callback").orElseThrow();
    }
    SsoEnd end =
        auth.sso().finish(answer.get(), VisitorCheck.cookie(request, COOKIE), request.remote());
    return switch (end) {
      case SsoEnd.ToProgram(URI address) -> WebResponse.redirect(address.toString());
      case SsoEnd.ToPage(String id) -> WebResponse.redirect("/web/headless/" + id + "#sso");
      case SsoEnd.PageFailed(String id, var reason) ->
          WebResponse.redirect(
              "/web/headless/" + id + "#sso-" + reason.name().toLowerCase(Locale.ROOT));
      case SsoEnd.Unknown() -> files.message("error/login/callback").orElseThrow();
    };
  }

  private WebResponse finish(WebRequest request) {
    var session =
        VisitorCheck.cookie(request, COOKIE)
            .flatMap(browser -> auth.webSessions().logInArrived(browser))
            .orElseThrow(
                () -> new WireException(ErrorKind.ACCESS_DENIED, "no login waits in this browser"));
    return SessionBody.answer(
        session,
        auth.clock().instant(),
        List.of(COOKIE + "=; Path=/; Secure; HttpOnly; Max-Age=0"));
  }
}
