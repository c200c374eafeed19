// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

/**
 * What proxy and agent say to each other beside the request. An upgrade is a CONNECT stream whose
 * {@link #METHOD} and {@link #PATH} are those of the caller's request; the agent's 200 with {@link
 * #UPGRADED} stands for the API server's own 101 and for nothing else.
 */
public final class TunnelHeaders {
  /** The user's certificate, DER in base64: the only source of the user's identity (rule 8). */
  public static final String USER_CERTIFICATE = "jtsh-user-certificate";

  /** The user's address as the proxy saw it, {@code ip:port}. */
  public static final String CALLER_ADDRESS = "jtsh-caller-address";

  /** The kube cluster the request is for. */
  public static final String KUBE_CLUSTER = "jtsh-kube-cluster";

  /** One {@code Impersonate-*} header of the caller, as {@code rest-of-name=value}. */
  public static final String WISH = "jtsh-impersonation-wish";

  /** On CONNECT: the protocol asked for. */
  public static final String UPGRADE = "jtsh-upgrade";

  /** On CONNECT: the method of the caller's request. */
  public static final String METHOD = "jtsh-method";

  /** On CONNECT: path and query of the caller's request. */
  public static final String PATH = "jtsh-path";

  /** On the answer to CONNECT: the protocol the API server switched to. */
  public static final String UPGRADED = "jtsh-upgraded";

  private TunnelHeaders() {}
}
