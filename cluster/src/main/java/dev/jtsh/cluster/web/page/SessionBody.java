// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.jtsh.cluster.auth.WebSessions;
import dev.jtsh.cluster.proxy.WebResponse;
import dev.jtsh.protocol.json.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the page's script hears of its session; the other secret is in the cookie.
 *
 * @param type {@code Bearer}
 * @param token for the header
 * @param user who is logged in
 * @param expiresIn seconds
 * @param sessionExpires the end
 * @param inactiveMillis the end of a session that nobody uses, in milliseconds
 * @param firstKey whether the user has no security key: {@code at_once}, {@code waits} or {@code
 *     refused}, else {@code no}
 * @param code what the approval gave to be typed on the remote terminal; empty for none
 */
record SessionBody(
    String type,
    String token,
    String user,
    long expiresIn,
    @JsonProperty("sessionExpires") Instant sessionExpires,
    @JsonProperty("sessionInactiveTimeout") long inactiveMillis,
    @JsonProperty("jtsh_first_key") String firstKey,
    @JsonProperty("jtsh_code") @JsonInclude(JsonInclude.Include.NON_EMPTY) String code) {

  /** The answer that opens a session, or goes on with one, in this browser. */
  static WebResponse answer(WebSessions.Opened session, Instant now, List<String> moreCookies) {
    return answer(session, now, moreCookies, "");
  }

  /** The same after an approval that gave a code. */
  static WebResponse answer(
      WebSessions.Opened session, Instant now, List<String> moreCookies, String code) {
    var body =
        new SessionBody(
            "Bearer",
            session.bearer(),
            session.user(),
            Duration.between(now, session.expires()).toSeconds(),
            session.expires(),
            WebSessions.IDLE_MAX.toMillis(),
            session.firstKey(),
            code);
    var cookies = new java.util.ArrayList<>(moreCookies);
    cookies.add(VisitorCheck.cookieOf(session));
    return new WebResponse(
        200,
        "application/json; charset=utf-8",
        Map.of("Set-Cookie", cookies),
        WireJson.write(body));
  }
}
