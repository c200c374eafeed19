// SPDX-License-Identifier: Apache-2.0
/**
 * The cluster's configuration: one YAML file, read strictly. An unknown key or a wrong value is an
 * error that names file, line, column and what is allowed; nothing is guessed. The file holds no
 * secret, only the places of files that do.
 */
@NullMarked
package dev.jtsh.cluster.config;

import org.jspecify.annotations.NullMarked;
