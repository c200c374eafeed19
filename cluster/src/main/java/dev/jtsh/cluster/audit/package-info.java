// SPDX-License-Identifier: Apache-2.0
/**
 * Audit events: JSON objects with Teleport's event names and codes, one a line. They tell what
 * happened; they are not evident to somebody who may write the file or the database.
 */
@NullMarked
package dev.jtsh.cluster.audit;

import org.jspecify.annotations.NullMarked;
