// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of a headless session.
 *
 * @param program jtsh
 * @param kubeClusters as the person names them
 * @param proxy where the person says the cluster is
 * @param user the Teleport user
 * @param caFile whom to trust for the proxy
 * @param more further arguments
 */
record SessionCommand(
    Path program,
    List<String> kubeClusters,
    String proxy,
    String user,
    Path caFile,
    List<String> more) {
  SessionCommand {
    kubeClusters = List.copyOf(kubeClusters);
    more = List.copyOf(more);
  }

  /** Run by another program. */
  SessionCommand by(Path other) {
    return new SessionCommand(other, kubeClusters, proxy, user, caFile, more);
  }

  /** With these kube clusters; none means that none is named. */
  SessionCommand to(String... others) {
    return new SessionCommand(program, List.of(others), proxy, user, caFile, more);
  }

  /** By way of another address. */
  SessionCommand via(String address) {
    return new SessionCommand(program, kubeClusters, address, user, caFile, more);
  }

  /** With other certificates to trust for the proxy. */
  SessionCommand trusting(Path file) {
    return new SessionCommand(program, kubeClusters, proxy, user, file, more);
  }

  /** For another user. */
  SessionCommand as(String other) {
    return new SessionCommand(program, kubeClusters, proxy, other, caFile, more);
  }

  /** With these arguments at its end. */
  SessionCommand with(String... arguments) {
    return with(List.of(arguments));
  }

  /** With these arguments at its end. */
  SessionCommand with(List<String> arguments) {
    return new SessionCommand(program, kubeClusters, proxy, user, caFile, arguments);
  }

  /** As a list, the program first. */
  List<String> words() {
    List<String> words = new ArrayList<>(List.of(program.toString(), "--headless"));
    words.addAll(List.of("proxy", "kube"));
    words.addAll(kubeClusters);
    words.addAll(List.of("--proxy=" + proxy, "--user=" + user, "--ca-file=" + caFile));
    words.addAll(more);
    return words;
  }
}
