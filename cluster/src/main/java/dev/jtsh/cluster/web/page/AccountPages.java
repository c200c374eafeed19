// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import dev.jtsh.cluster.auth.Auth;
import dev.jtsh.cluster.proxy.WebApplication;
import dev.jtsh.cluster.proxy.WebRequest;
import dev.jtsh.cluster.proxy.WebResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * The pages for people who cannot log in yet, or no more: sign-up at {@code /web/invite/<token>},
 * recovery at {@code /web/recover}. Opening the first redeems nothing and tells nothing: it is the
 * same bytes for every link, so neither a mail filter that follows links nor somebody who guesses
 * them gets anything. What the scripts ask for is the web API's; from a browser only these pages
 * may ask for it. Nobody is logged in by them, so there is no session to plant.
 */
public final class AccountPages implements WebApplication {
  private static final String RECOVERY = "/web/recover";
  private static final Pattern INVITE = Pattern.compile("/web/invite/[^/]{1,128}");
  private static final Pattern CALLS = Pattern.compile("/webapi/jtsh/(signup|recovery)/[a-z]+");

  private final Auth auth;
  private final WebApplication next;
  private final PageFiles files = new PageFiles();

  /**
   * The pages before the rest of the web port.
   *
   * @param next answers what is not for these, and what their scripts ask for
   */
  public AccountPages(Auth auth, WebApplication next) {
    this.auth = auth;
    this.next = next;
  }

  @Override
  public CompletionStage<WebResponse> handle(WebRequest request) {
    String path = request.path();
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    if (reads && INVITE.matcher(path).matches()) {
      return CompletableFuture.completedFuture(files.invite());
    }
    if (reads && path.equals(RECOVERY)) {
      return CompletableFuture.completedFuture(files.recovery());
    }
    String bare = path.startsWith("/v1/webapi/") ? path.substring("/v1".length()) : path;
    // A program that is no browser names no origin.
    if (CALLS.matcher(bare).matches()
        && request.headers().containsKey("Origin")
        && !VisitorCheck.isFromOwnPage(request, auth.publicAddress())) {
      return CompletableFuture.completedFuture(PageCalls.failure(403, "not from the page"));
    }
    return next.handle(request);
  }
}
