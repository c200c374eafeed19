// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.auth.WebSessions;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.ErrorBody;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every call of a page's script passes: where it comes from, who sends it, how it fails. */
final class PageCalls {
  private static final Logger logger = LoggerFactory.getLogger(PageCalls.class);
  private static final String NO_SESSION = "no session: log in";

  private final Auth auth;
  private final Executor executor;

  PageCalls(Auth auth, Executor executor) {
    this.auth = auth;
    this.executor = executor;
  }

  /** What is done for somebody who is logged in. */
  interface Work {
    WebResponse of(WebSessions.Visitor visitor);
  }

  /** What changes something for a visitor: only from the page itself. */
  CompletionStage<WebResponse> changing(WebRequest request, Work work) {
    return fromOwnPage(request, () -> visit(request, work));
  }

  /** What only the page itself may ask for, with or without a session. */
  CompletionStage<WebResponse> fromOwnPage(WebRequest request, Supplier<WebResponse> work) {
    if (!VisitorCheck.isFromOwnPage(request, auth.publicAddress())) {
      return CompletableFuture.completedFuture(failure(403, "not from the page"));
    }
    return answered(request, work);
  }

  /** What only reads, for a visitor. */
  CompletionStage<WebResponse> visited(WebRequest request, Work work) {
    return answered(request, () -> visit(request, work));
  }

  private WebResponse visit(WebRequest request, Work work) {
    return VisitorCheck.visitor(request, auth.webSessions())
        .map(work::of)
        .orElseGet(() -> failure(401, NO_SESSION));
  }

  CompletionStage<WebResponse> answered(WebRequest request, Supplier<WebResponse> work) {
    return CompletableFuture.supplyAsync(work, executor)
        .exceptionally(failure -> {
          Throwable cause =
              failure instanceof CompletionException && failure.getCause() != null
                  ? failure.getCause()
                  : failure;
          if (cause instanceof WireException e) {
            return failure(e.kind().httpStatus(), e.error().message());
          }
          logger.error("web request {} failed", request, cause);
          return failure(500, "internal error");
        });
  }

  static <T> T body(WebRequest request, Class<T> type) {
    Optional<String> form = request.header("Content-Type");
    if (form.isEmpty()
        || !form.get()
            .split(";", 2)[0]
            .strip()
            .toLowerCase(Locale.ROOT)
            .equals("application/json")) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "invalid request");
    }
    return WireJson.read(request.body(), type);
  }

  static WebResponse failure(int status, String message) {
    return WebResponse.json(status, WireJson.write(ErrorBody.of(message)));
  }

  static WebResponse json(Object body, Map<String, List<String>> headers) {
    return new WebResponse(200, "application/json; charset=utf-8", headers, WireJson.write(body));
  }
}
