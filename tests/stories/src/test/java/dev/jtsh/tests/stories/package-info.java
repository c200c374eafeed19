// SPDX-License-Identifier: Apache-2.0
/** What a person does with jtsh, end to end: the built programs, a terminal, a real Kubernetes. */
@NullMarked
package dev.jtsh.tests.stories;

import org.jspecify.annotations.NullMarked;
