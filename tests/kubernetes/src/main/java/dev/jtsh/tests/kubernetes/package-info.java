// SPDX-License-Identifier: Apache-2.0

/**
 * A real Kubernetes for tests: kube-apiserver, etcd and kubectl built from source, and a kubelet
 * endpoint of our own that runs pods as local processes.
 *
 * <p>The API server, its authentication, its RBAC and its streaming endpoints are the true ones.
 * There is no controller manager: no deployments, no namespace deletion, no service account tokens.
 * Pods are processes of the user who runs the tests, not isolated from anything but each other's
 * {@code /tmp}.
 */
@NullMarked
package dev.jtsh.tests.kubernetes;

import org.jspecify.annotations.NullMarked;
