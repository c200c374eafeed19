// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalGuardTest {
  private static final LocalGuard READ_ONLY = new LocalGuard(true, Set.of(), "", false);
  private static final LocalGuard ONE_NAMESPACE = new LocalGuard(false, Set.of(), "web", false);

  @ParameterizedTest
  @CsvSource({
    "GET,/api/v1/namespaces/web/pods",
    "GET,/api/v1/pods?watch=true",
    "GET,/version",
    "GET,/apis",
    "POST,/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
  })
  void readOnlyPassesWhatReads(String method, String path) {
    assertThat(READ_ONLY.refuse(method, path)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "POST,/api/v1/namespaces/web/pods",
    "DELETE,/api/v1/namespaces/web/pods/a",
    "PATCH,/apis/apps/v1/namespaces/web/deployments/a",
    "GET,/api/v1/namespaces/web/pods/a/exec?command=sh&stdin=true",
    "GET,/api/v1/namespaces/web/pods/a/portforward",
    "GET,/api/v1/nodes/n/proxy/exec/x",
    "POST,/api/v1/namespaces/web/serviceaccounts/a/token",
    "GET,/api/v1/namespaces//pods",
    "GET,/api/v1/%2e%2e/pods",
  })
  void readOnlyRefusesWhatChangesOrOpensOrCanBeReadInTwoWays(String method, String path) {
    assertThat(READ_ONLY.refuse(method, path))
        .hasValueSatisfying(status -> assertThat(status.code()).isEqualTo(403));
  }

  @Test
  void aDeniedVerbIsRefusedAsVerbAndAsSubresource() {
    LocalGuard guard = new LocalGuard(false, Set.of("delete", "exec"), "", false);

    assertThat(guard.refuse("DELETE", "/api/v1/namespaces/web/pods/a")).isPresent();
    assertThat(guard.refuse("POST", "/api/v1/namespaces/web/pods/a/exec?command=sh")).isPresent();
    assertThat(guard.refuse("POST", "/api/v1/namespaces/web/pods")).isEmpty();
  }

  @Test
  void oneNamespaceMeansThatAndNoClusterWideResource() {
    assertThat(ONE_NAMESPACE.refuse("GET", "/api/v1/namespaces/web/pods")).isEmpty();
    assertThat(ONE_NAMESPACE.refuse("GET", "/api")).isEmpty();
    assertThat(ONE_NAMESPACE.refuse("GET", "/api/v1/namespaces/prod/pods")).isPresent();
    assertThat(ONE_NAMESPACE.refuse("GET", "/api/v1/pods")).isPresent();
    assertThat(ONE_NAMESPACE.refuse("GET", "/api/v1/nodes")).isPresent();
  }

  @Test
  void withoutAWordItPassesEverything() {
    assertThat(LocalGuard.open().refuse("DELETE", "/api/v1/namespaces/web")).isEmpty();
  }

  @Test
  void beforeADeletionTheQuestionNamesWhatAndWhere() {
    LocalGuard guard = new LocalGuard(false, Set.of(), "", true);
    assertThat(guard.question("c1", "DELETE", "/api/v1/namespaces/web/pods/a?x=y"))
        .hasValueSatisfying(
            asked -> assertThat(asked).hasToString("delete pods a of namespace web in c1?"));
    assertThat(guard.question("c1", "DELETE", "/apis/apps/v1/namespaces/web/deployments"))
        .hasValueSatisfying(
            asked -> assertThat(asked.toString()).startsWith("delete ALL deployments"));
    assertThat(guard.question("c1", "DELETE", "/healthz")).isPresent();
    assertThat(guard.question("c1", "GET", "/api/v1/namespaces/web/pods/a")).isEmpty();
    assertThat(LocalGuard.open().question("c1", "DELETE", "/api/v1/nodes/a")).isEmpty();
    assertThat(guard.refuse("DELETE", "/api/v1/namespaces/web/../web/pods/a")).isPresent();
  }

  @Test
  void anEvictionDeletesAPodAndIsAskedAboutToo() {
    LocalGuard guard = new LocalGuard(false, Set.of(), "", true);
    String pod = "/api/v1/namespaces/web/pods/a";
    assertThat(guard.question("c1", "POST", pod + "/eviction"))
        .hasValueSatisfying(
            asked -> assertThat(asked).hasToString("evict pods a of namespace web in c1?"));
    assertThat(guard.question("c1", "POST", pod + "/exec?command=sh")).isEmpty();
    assertThat(guard.question("c1", "POST", "/api/v1/namespaces/web/pods")).isEmpty();
    assertThat(LocalGuard.open().question("c1", "POST", pod + "/eviction")).isEmpty();
  }
}
