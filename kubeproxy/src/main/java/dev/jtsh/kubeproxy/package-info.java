// SPDX-License-Identifier: Apache-2.0
/**
 * The local kube proxy and the kubeconfig it serves.
 *
 * <p>kubectl speaks TLS to a port on 127.0.0.1 with a client certificate that was made for this
 * start and names one kube cluster. Each request is parsed strictly, its header block is built anew
 * from a list of what may pass, and it goes to the cluster over a pooled connection that presents
 * the identity for that kube cluster. Bodies stream both ways and are never gathered; a connection
 * is handed to another protocol only after the cluster's own 101.
 *
 * <p>It trusts: the cluster's proxy, once its certificate is verified; whoever holds the client key
 * of this start. It does not protect from processes of the same user, who can read that key, nor
 * from root. What a user may do in Kubernetes is decided by the cluster, not here.
 */
@NullMarked
package dev.jtsh.kubeproxy;

import org.jspecify.annotations.NullMarked;
