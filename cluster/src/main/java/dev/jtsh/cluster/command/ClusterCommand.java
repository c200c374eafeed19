// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.command;

import picocli.CommandLine.Command;

/** {@code jtsh-cluster}. */
@Command(
    name = "jtsh-cluster",
    description = "Auth, proxy and Kubernetes agent of a jtsh cluster.",
    synopsisSubcommandLabel = "COMMAND")
final class ClusterCommand extends CommandGroup {}
