// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import java.time.Instant;
import java.util.List;

/**
 * How a running cluster is.
 *
 * @param clusterName its name
 * @param version of the program
 * @param listen where it listens
 * @param publicAddress where users reach it
 * @param since when it was started
 * @param webCertificate where the web certificate comes from and how to trust it
 * @param caPin hash of the host authority's key: what {@code jtsh --ca-pin} takes
 * @param users how many users
 * @param roles how many roles
 * @param kubeClusters kube clusters with a live agent
 * @param notes what the operator should know, such as that keys lie beside the data
 */
public record StatusReport(
    String clusterName,
    String version,
    String listen,
    String publicAddress,
    Instant since,
    String webCertificate,
    String caPin,
    int users,
    int roles,
    List<String> kubeClusters,
    List<String> notes) {}
