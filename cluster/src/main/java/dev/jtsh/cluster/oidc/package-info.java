// SPDX-License-Identifier: Apache-2.0
/**
 * Logins at somebody else's door: OpenID Connect, authorization code with PKCE, as a confidential
 * client. Believes a provider only over verified TLS, only under the issuer that the operator
 * wrote, and only what is signed by a key that the provider publishes now. What the provider says
 * about a person is believed: whoever controls it, or its group claims, controls the roles that are
 * mapped to them.
 */
@NullMarked
package dev.jtsh.cluster.oidc;

import org.jspecify.annotations.NullMarked;
