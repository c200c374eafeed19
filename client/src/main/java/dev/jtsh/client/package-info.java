// SPDX-License-Identifier: Apache-2.0
/** Talks to a cluster: discovery, dialling, login, certificates, the profile on disk. */
@NullMarked
package dev.jtsh.client;

import org.jspecify.annotations.NullMarked;
