// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import java.time.Duration;

/**
 * Where the local proxy listens and its bounds. Start from {@link #onPort} and change what differs.
 *
 * @param port 0 = any free port
 * @param eventLoops threads for all connections
 * @param maxConnections open connections from clients; more are closed at once
 * @param maxStreams concurrent HTTP/2 requests for each client connection
 * @param maxHeaderBytes size of one header block
 * @param maxWaiting requests that wait for an identity or for room upstream, all together
 * @param maxUpstreamConnections HTTP/1.1 connections to the cluster for each kube cluster and loop
 * @param streamWindowBytes what one HTTP/2 stream may send before its bytes were taken
 * @param handshakeTimeout for TLS, on both sides
 * @param identityTimeout how long a request waits for an identity
 * @param staleWriteAfter a request that changes something and has waited longer than this is not
 *     executed any more (security rule 31)
 * @param idleTimeout after which a connection without a request is closed, on both sides
 * @param quietAfter how long a shared connection to the cluster may bring nothing before it is
 *     asked for a sign of life; without one for as long again, it counts as dead
 */
public record KubeProxyConfig(
    int port,
    int eventLoops,
    int maxConnections,
    int maxStreams,
    int maxHeaderBytes,
    int maxWaiting,
    int maxUpstreamConnections,
    int streamWindowBytes,
    Duration handshakeTimeout,
    Duration identityTimeout,
    Duration staleWriteAfter,
    Duration idleTimeout,
    Duration quietAfter) {

  /** Checks the bounds. */
  public KubeProxyConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("no TCP port: " + port);
    }
    if (eventLoops < 1 || maxConnections < 1 || maxStreams < 1 || maxUpstreamConnections < 1) {
      throw new IllegalArgumentException("a bound below one lets nothing through");
    }
    if (maxHeaderBytes < 4096 || streamWindowBytes < 65_535) {
      throw new IllegalArgumentException("too small for Kubernetes requests");
    }
  }

  /** Sound values for one person's machine. */
  public static KubeProxyConfig onPort(int port) {
    return new KubeProxyConfig(
        port,
        Math.min(2, Runtime.getRuntime().availableProcessors()),
        1024,
        250,
        64 * 1024,
        256,
        256,
        512 * 1024,
        Duration.ofSeconds(10),
        Duration.ofSeconds(185),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5),
        Duration.ofSeconds(15));
  }

  /** The same with another number of threads. */
  public KubeProxyConfig withEventLoops(int threads) {
    return new KubeProxyConfig(
        port,
        threads,
        maxConnections,
        maxStreams,
        maxHeaderBytes,
        maxWaiting,
        maxUpstreamConnections,
        streamWindowBytes,
        handshakeTimeout,
        identityTimeout,
        staleWriteAfter,
        idleTimeout,
        quietAfter);
  }

  /** The same with another number of client connections. */
  public KubeProxyConfig withMaxConnections(int connections) {
    return new KubeProxyConfig(
        port,
        eventLoops,
        connections,
        maxStreams,
        maxHeaderBytes,
        maxWaiting,
        maxUpstreamConnections,
        streamWindowBytes,
        handshakeTimeout,
        identityTimeout,
        staleWriteAfter,
        idleTimeout,
        quietAfter);
  }

  /** The same with other waiting times. */
  public KubeProxyConfig withTimeouts(
      Duration handshake, Duration identity, Duration staleWrite, Duration idle) {
    return new KubeProxyConfig(
        port,
        eventLoops,
        maxConnections,
        maxStreams,
        maxHeaderBytes,
        maxWaiting,
        maxUpstreamConnections,
        streamWindowBytes,
        handshake,
        identity,
        staleWrite,
        idle,
        quietAfter);
  }

  /** The same with another time before a quiet connection is asked whether it lives. */
  public KubeProxyConfig withQuietAfter(Duration quiet) {
    return new KubeProxyConfig(
        port,
        eventLoops,
        maxConnections,
        maxStreams,
        maxHeaderBytes,
        maxWaiting,
        maxUpstreamConnections,
        streamWindowBytes,
        handshakeTimeout,
        identityTimeout,
        staleWriteAfter,
        idleTimeout,
        quiet);
  }
}
