// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

/**
 * An answer as it will be passed on.
 *
 * @param fields all of the answer's fields but those of the single connection
 * @param contentLength the length the upstream said, or -1
 * @param bodiless whether no body can follow: HEAD, 204, 304
 */
record ResponseHead(int status, Fields fields, long contentLength, boolean bodiless) {}
