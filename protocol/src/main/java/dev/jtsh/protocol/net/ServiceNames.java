// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.net;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Server names and protocol names by which the one TLS port tells its services apart. Kube is
 * chosen by server name (tested first), everything else by the first known protocol.
 */
public final class ServiceNames {
  /** Suffix of names that only exist inside a cluster. */
  public static final String INTERNAL_DOMAIN = "teleport.cluster.local";

  /** Web API over HTTP/1.1. */
  public static final String HTTP_1_1 = "http/1.1";

  /** HTTP/2. */
  public static final String H2 = "h2";

  /** Tunnel of a kube agent of ours. */
  public static final String AGENT_TUNNEL = "jtsh-agent-tunnel";

  /** Offered by clients to find out whether a load balancer eats protocol names. */
  public static final String REVERSE_TUNNEL = "teleport-reversetunnel";

  /** Transport gRPC of Teleport's proxy. */
  public static final String PROXY_SSH_GRPC = "teleport-proxy-ssh-grpc";

  private static final String AUTH_PREFIX = "teleport-auth@";
  private static final String KUBE_PREFIX = "kube-teleport-proxy-alpn.";
  private static final int MAX_LABEL = 63;
  private static final int MAX_CLUSTER_BYTES = 109;
  private static final Pattern IP_V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final HexFormat HEX = HexFormat.of();

  private ServiceNames() {}

  /** Protocol name of a cluster's auth server. */
  public static String authAlpn(String clusterName) {
    return AUTH_PREFIX + encoded(clusterName) + "." + INTERNAL_DOMAIN;
  }

  /**
   * Protocols to offer for a cluster's auth server, in this order: the first one routes, the second
   * is the one the auth server answers with.
   */
  public static List<String> authAlpnList(String clusterName) {
    return List.of(authAlpn(clusterName), H2);
  }

  /**
   * Server name of a cluster's auth server, both to send and to verify. A cluster name of more than
   * 31 bytes would make a DNS label that the JDK refuses: the plain internal domain is used then,
   * which is in the same certificate.
   */
  public static String authServerName(String clusterName) {
    String label = encoded(clusterName);
    return label.length() > MAX_LABEL ? INTERNAL_DOMAIN : label + "." + INTERNAL_DOMAIN;
  }

  /** Whether this protocol name asks for some cluster's auth server, well formed or not. */
  public static boolean isAuthAlpn(String alpn) {
    return alpn.startsWith(AUTH_PREFIX);
  }

  /** The cluster whose auth server a protocol name asks for; empty if it is not well formed. */
  public static Optional<String> clusterOfAuthAlpn(String alpn) {
    String suffix = "." + INTERNAL_DOMAIN;
    if (!isAuthAlpn(alpn)
        || !alpn.endsWith(suffix)
        || alpn.length() <= AUTH_PREFIX.length() + suffix.length()) {
      return Optional.empty();
    }
    String label = alpn.substring(AUTH_PREFIX.length(), alpn.length() - suffix.length());
    try {
      byte[] name = HEX.parseHex(label);
      // A fresh decoder: malformed bytes are refused, not replaced.
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString());
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /**
   * Server name of the kube service behind a web address.
   *
   * @param webHost host part of the proxy's address, may be empty or an IP address
   */
  public static String kubeServerName(String webHost) {
    return KUBE_PREFIX
        + (webHost.isEmpty() || isIpAddress(webHost)
            ? INTERNAL_DOMAIN
            : webHost.toLowerCase(Locale.ROOT));
  }

  /** Whether a server name asks for the kube service. */
  public static boolean isKubeServerName(String serverName) {
    return serverName.toLowerCase(Locale.ROOT).startsWith(KUBE_PREFIX);
  }

  private static boolean isIpAddress(String host) {
    return host.indexOf(':') >= 0 || IP_V4.matcher(host).matches();
  }

  private static String encoded(String clusterName) {
    byte[] bytes = clusterName.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_CLUSTER_BYTES) {
      // A protocol name has at most 255 bytes.
      throw new IllegalArgumentException(
          "a cluster name has 1 to " + MAX_CLUSTER_BYTES + " bytes, not " + bytes.length);
    }
    return HEX.formatHex(bytes);
  }
}
