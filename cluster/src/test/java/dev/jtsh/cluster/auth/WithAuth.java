// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests with an auth service of their own: made before each one, closed after it. */
abstract class WithAuth {
  @TempDir Path directory;
  private @Nullable AuthFixture opened;

  @BeforeEach
  void openAuth() throws Exception {
    opened = new AuthFixture(directory);
  }

  @AfterEach
  void closeAuth() {
    fixture().close();
  }

  AuthFixture fixture() {
    return Objects.requireNonNull(opened);
  }

  /** Closes the service and starts one over what it left behind. */
  void reopen() throws Exception {
    fixture().close();
    openAuth();
  }

  /** The same with other settings. */
  void reopen(AuthSettings settings) throws Exception {
    fixture().close();
    opened = new AuthFixture(directory, settings);
  }
}
