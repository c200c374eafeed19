// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.fixtures.BufferLeaks;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class in which a buffer was dropped without being released. */
final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  @Override
  public void beforeAll(@Nullable ExtensionContext context) {
    BufferLeaks.forget();
  }

  @Override
  public void afterAll(@Nullable ExtensionContext context) {
    assertThat(BufferLeaks.found()).isEmpty();
  }
}
