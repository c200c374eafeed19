// SPDX-License-Identifier: Apache-2.0
/**
 * Where the cluster keeps its state: one small interface and its drivers, all under one contract
 * test. Values are kept as they are given; encryption at rest is not done here yet, so whoever can
 * read the database file reads them. The file and its siblings are for their owner only (0600).
 */
@NullMarked
package dev.jtsh.cluster.storage;

import org.jspecify.annotations.NullMarked;
