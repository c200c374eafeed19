// SPDX-License-Identifier: Apache-2.0
/**
 * The kube agent: takes the user's identity from the user's own certificate (security rule 8),
 * decides which Kubernetes user and groups that is, and asks the API server with its own credential
 * and exactly that impersonation (rule 4). The credential can impersonate everybody, so every doubt
 * here is a refusal.
 */
@NullMarked
package dev.jtsh.cluster.kube;

import org.jspecify.annotations.NullMarked;
