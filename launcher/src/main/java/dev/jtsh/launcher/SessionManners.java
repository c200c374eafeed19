// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.Optional;

/**
 * How a session behaves beside what it reaches.
 *
 * @param atEnd what happens when the approval has ended
 * @param bell whether to ring while something waits that a full-screen program hides
 * @param guard what the local proxy refuses by itself
 * @param pathByPid whether KUBECONFIG names the shell's process, for programs that close descriptor
 *     3
 * @param joinable whether other terminals of the same user may join
 * @param quiet whether jtsh says nothing beside a command's own words
 * @param qr when the link is shown as a picture too
 * @param file how to say where the kubeconfig is, where it is a file and no shell is opened
 */
record SessionManners(
    LiveSession.AtEnd atEnd,
    boolean bell,
    LocalGuard guard,
    boolean pathByPid,
    boolean joinable,
    boolean quiet,
    FirstVoice.Qr qr,
    Optional<KubeconfigFormat> file) {}
