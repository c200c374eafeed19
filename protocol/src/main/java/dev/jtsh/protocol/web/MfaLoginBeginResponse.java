// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import org.jspecify.annotations.Nullable;

/**
 * The challenge of an MFA login or of {@code POST /webapi/mfa/authenticatechallenge}.
 *
 * @param webauthnChallenge what a security key must sign; null if the user has none
 * @param totpChallenge whether a one-time code would do
 */
public record MfaLoginBeginResponse(
    @Nullable WebauthnChallengeJson webauthnChallenge, boolean totpChallenge) {}
