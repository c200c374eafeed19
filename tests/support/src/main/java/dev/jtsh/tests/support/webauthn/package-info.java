// SPDX-License-Identifier: Apache-2.0
/** The software authenticator as the client's security key: for the demo user and the stories. */
@NullMarked
package dev.jtsh.tests.support.webauthn;

import org.jspecify.annotations.NullMarked;
