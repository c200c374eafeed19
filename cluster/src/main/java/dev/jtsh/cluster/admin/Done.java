// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

/**
 * It was done.
 *
 * @param done what, for people
 */
public record Done(String done) {}
