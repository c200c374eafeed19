// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import java.nio.file.Path;

/**
 * The operator's own certificate for the web port; read again when the files change.
 *
 * @param certificate PEM, the leaf first, then its intermediates
 * @param key PEM, not encrypted
 */
public record CertificateFiles(Path certificate, Path key) {}
