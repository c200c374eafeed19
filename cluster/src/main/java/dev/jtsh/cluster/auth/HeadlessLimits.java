// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.time.Duration;

/**
 * Bounds of the headless requests that wait at one time (security rule 24).
 *
 * @param lifetime from the first POST to the end of the request
 * @param lookTimeMax how long a look at a request waits for it to appear
 * @param detachedTimeMax how long a request that nobody has looked at outlives its connection
 * @param total all requests of this process
 * @param reserved of these, kept for addresses that completed an approval before
 * @param perUser waiting for one user
 * @param perAddress from one IPv4 address or IPv6 /64
 * @param perNetwork from one IPv4 /24 or IPv6 /48
 */
public record HeadlessLimits(
    Duration lifetime,
    Duration lookTimeMax,
    Duration detachedTimeMax,
    int total,
    int reserved,
    int perUser,
    int perAddress,
    int perNetwork) {
  /** Three minutes, five seconds, and 1,024 waiters of which a quarter is reserved. */
  public static final HeadlessLimits DEFAULT =
      new HeadlessLimits(
          Duration.ofSeconds(180),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          1024,
          256,
          5,
          16,
          128);

  /** The same with another life of requests. */
  public HeadlessLimits withLifetime(Duration time) {
    return new HeadlessLimits(
        time, lookTimeMax, detachedTimeMax, total, reserved, perUser, perAddress, perNetwork);
  }
}
