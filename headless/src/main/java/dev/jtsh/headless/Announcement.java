// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.ProxyAddress;
import java.util.regex.Pattern;

/**
 * How the user approves a request; shown before the cluster is asked.
 *
 * @param id of the request, a UUID
 * @param link to open in a browser
 * @param approveCommand one line for a terminal where the user is logged in
 */
public record Announcement(String id, String link, String approveCommand) {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._@+-]+");

  static Announcement of(ProxyAddress proxy, String user, String id) {
    String shown = PLAIN.matcher(user).matches() ? user : "'" + user.replace("'", "'\\''") + "'";
    return new Announcement(
        id,
        "https://" + proxy.hostPort() + "/web/headless/" + id,
        "jtsh headless approve --user=%s --proxy=%s %s".formatted(shown, proxy.hostPort(), id));
  }
}
