// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.auth.WebSessions;
import dev.jtsh.cluster.proxy.WebApplication;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.ErrorBody;
import dev.jtsh.protocol.web.HeadlessResource;
import dev.jtsh.protocol.web.HeadlessUpdate;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The approval page at {@code /web/headless/<id>} and the calls of its script, in Teleport's forms
 * where it has them (teleport-wire §2.8 and §3.6). Everything else goes on to the web API.
 */
public final class ApprovalPage implements WebApplication {
  private static final String UUID = "([0-9a-f-]{36})";
  private static final Pattern PAGE = Pattern.compile("/web/headless/" + UUID);
  private static final Pattern FILE = Pattern.compile("/web/page/([a-z.]{1,32})");
  private static final Pattern REQUEST = Pattern.compile("/webapi/headless/" + UUID);
  private static final Pattern VIEW = Pattern.compile("/webapi/jtsh/headless/" + UUID);
  private static final Pattern SESSION = Pattern.compile("/webapi/jtsh/sessions/" + UUID);

  private final Auth auth;
  private final WebApplication next;
  private final PageCalls calls;
  private final PageFiles files = new PageFiles();

  /**
   * The page before the rest of the web port.
   *
   * @param next answers what is not the page's
   * @param executor runs what blocks; one virtual thread for each task
   */
  public ApprovalPage(Auth auth, WebApplication next, Executor executor) {
    this.auth = auth;
    this.next = next;
    this.calls = new PageCalls(auth, executor);
  }

  private record FinishBody(
      String user,
      @JsonProperty("webauthnAssertionResponse") @Nullable WebauthnAssertionJson answer) {}

  private record ChallengeBody(
      @JsonProperty("jtsh_headless_id") @Nullable String headlessId,
      @JsonProperty("jtsh_facts_digest") @Nullable ByteString factsDigest,
      @JsonProperty("jtsh_number") int number) {}

  @Override
  public CompletionStage<WebResponse> handle(WebRequest request) {
    String path = request.path();
    String bare = path.startsWith("/v1/webapi/") ? path.substring("/v1".length()) : path;
    return switch (request.method()) {
      case "GET", "HEAD" -> get(bare, request);
      case "POST" ->
          switch (bare) {
            case "/webapi/mfa/login/finishsession" -> logIn(request);
            case "/webapi/mfa/authenticatechallenge" ->
                calls.changing(request, visitor -> challenge(visitor, request));
            case "/webapi/sessions/web/renew" -> calls.changing(request, this::renewed);
            default -> next.handle(request);
          };
      case "PUT" -> {
        Matcher decided = REQUEST.matcher(bare);
        yield decided.matches()
            ? calls.changing(request, visitor -> decide(visitor, decided.group(1), request))
            : next.handle(request);
      }
      case "DELETE" -> {
        Matcher ended = SESSION.matcher(bare);
        yield bare.equals("/webapi/sessions/web")
            ? calls.changing(request, this::loggedOut)
            : ended.matches()
                ? calls.changing(request, visitor -> ended(visitor, ended.group(1)))
                : next.handle(request);
      }
      default -> next.handle(request);
    };
  }

  private CompletionStage<WebResponse> get(String path, WebRequest request) {
    if (PAGE.matcher(path).matches()) {
      return CompletableFuture.completedFuture(files.page());
    }
    Matcher file = FILE.matcher(path);
    if (file.matches()) {
      return files
          .file(file.group(1))
          .<CompletionStage<WebResponse>>map(CompletableFuture::completedFuture)
          .orElseGet(() -> next.handle(request));
    }
    Matcher view = VIEW.matcher(path);
    if (view.matches()) {
      return calls.visited(request, visitor -> view(visitor, view.group(1)));
    }
    if (path.equals("/webapi/jtsh/sessions")) {
      return calls.visited(request, this::sessions);
    }
    Matcher resource = REQUEST.matcher(path);
    if (resource.matches()) {
      return calls.visited(request, visitor -> resource(visitor, resource.group(1)));
    }
    return next.handle(request);
  }

  private WebResponse view(WebSessions.Visitor visitor, String id) {
    return PageCalls.json(
        PageRequest.of(auth.webApprovals().look(visitor, id), auth.clock().instant()), Map.of());
  }

  private WebResponse resource(WebSessions.Visitor visitor, String id) {
    try {
      return PageCalls.json(HeadlessResource.of(auth.webApprovals().look(visitor, id)), Map.of());
    } catch (WireException e) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "requested invalid headless session");
    }
  }

  private WebResponse sessions(WebSessions.Visitor visitor) {
    return PageCalls.json(
        auth.sessions().list(visitor.user()).stream().map(PageSession::of).toList(), Map.of());
  }

  private WebResponse ended(WebSessions.Visitor visitor, String id) {
    auth.sessions().end(visitor.user(), id);
    return sessions(visitor);
  }

  private CompletionStage<WebResponse> logIn(WebRequest request) {
    return calls.fromOwnPage(
        request,
        () -> {
          FinishBody body = PageCalls.body(request, FinishBody.class);
          WebauthnAssertionJson answer = body.answer();
          if (answer == null) {
            throw new WireException(ErrorKind.BAD_PARAMETER, "a signed challenge is missing");
          }
          String user = body.user() == null ? "" : body.user();
          return opened(auth.webSessions().logIn(user, answer, request.remote()));
        });
  }

  private WebResponse challenge(WebSessions.Visitor visitor, WebRequest request) {
    ChallengeBody body = PageCalls.body(request, ChallengeBody.class);
    ByteString digest = body.factsDigest();
    return PageCalls.json(
        new MfaLoginBeginResponse(
            auth.webApprovals()
                .challenge(
                    visitor,
                    request.remote(),
                    body.headlessId() == null ? "" : body.headlessId(),
                    digest == null ? ByteString.EMPTY : digest,
                    body.number()),
            false),
        Map.of());
  }

  /** After an approval the session goes on under new secrets (security rule 22). */
  private WebResponse decide(WebSessions.Visitor visitor, String id, WebRequest request) {
    HeadlessUpdate update = PageCalls.body(request, HeadlessUpdate.class);
    String code = auth.webApprovals().decide(visitor, request.remote(), id, update);
    return SessionBody.answer(
        auth.webSessions().renew(visitor), auth.clock().instant(), List.of(), code);
  }

  private WebResponse renewed(WebSessions.Visitor visitor) {
    return opened(auth.webSessions().renew(visitor));
  }

  private WebResponse loggedOut(WebSessions.Visitor visitor) {
    auth.webSessions().logOut(visitor);
    return PageCalls.json(
        ErrorBody.of("ok"), Map.of("Set-Cookie", List.of(VisitorCheck.noCookie())));
  }

  private WebResponse opened(WebSessions.Opened session) {
    return SessionBody.answer(session, auth.clock().instant(), List.of());
  }
}
