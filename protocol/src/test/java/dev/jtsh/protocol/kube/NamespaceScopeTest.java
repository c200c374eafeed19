// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceScopeTest {
  private static final NamespaceScope SCOPE = NamespaceScope.parse("dev,dev-2");

  private static boolean isInside(String method, String target) {
    return SCOPE.refusal(KubeRequest.parse(method, target)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /api/v1/namespaces/dev/pods",
    "GET,    /api/v1/namespaces/dev/pods?watch=1",
    "DELETE, /api/v1/namespaces/dev-2/secrets/s",
    "POST,   /api/v1/namespaces/dev/pods/p/exec?command=sh",
    "PATCH,  /apis/apps/v1/namespaces/dev/deployments/d",
    "GET,    /api/v1/watch/namespaces/dev/pods",
    "GET,    /api/v1/namespaces/dev",
    "POST,   /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "POST,   /apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    "POST,   /apis/authentication.k8s.io/v1/selfsubjectreviews",
    "GET,    /api",
    "GET,    /api/v1",
    "GET,    /apis/apps/v1",
    "GET,    /openapi/v3",
    "GET,    /openapi/v3/apis/apps/v1",
    "GET,    /version",
    "GET,    /readyz",
    "GET,    /"
  })
  void whatBelongsToTheNamespacesAndWhatEveryClientReadsIsInside(String method, String target) {
    assertThat(isInside(method, target)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /api/v1/namespaces/prod/pods",
    "GET,    /api/v1/namespaces/de/pods",
    "GET,    /api/v1/namespaces/dev-20/pods",
    "POST,   /api/v1/namespaces/prod/pods/p/exec",
    "GET,    /api/v1/pods",
    "GET,    /api/v1/pods?fieldSelector=metadata.namespace%3Ddev",
    "POST,   /api/v1/pods",
    "GET,    /api/v1/watch/pods",
    "GET,    /api/v1/watch/namespaces/prod/pods",
    "GET,    /api/v1/namespaces",
    "GET,    /api/v1/namespaces?fieldSelector=metadata.name%3Ddev",
    "GET,    /api/v1/namespaces/prod",
    "DELETE, /api/v1/namespaces/dev",
    "PATCH,  /api/v1/namespaces/dev",
    "PUT,    /api/v1/namespaces/dev/finalize",
    "POST,   /api/v1/namespaces",
    "GET,    /api/v1/nodes",
    "GET,    /api/v1/nodes/n/proxy/exec/dev/p/c",
    "GET,    /api/v1/persistentvolumes/dev",
    "POST,   /apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "POST,   /apis/authorization.k8s.io/v1/subjectaccessreviews",
    "POST,   /apis/authentication.k8s.io/v1/tokenreviews",
    "GET,    /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "GET,    /apis/example.com/v1/namespaces",
    "GET,    /apis/example.com/v1/namespaces/prod",
    "GET,    /metrics",
    "GET,    /logs/kubelet.log",
    "GET,    /debug/pprof",
    "POST,   /version",
    "POST,   /api/v1"
  })
  void everythingElseIsOutside(String method, String target) {
    assertThat(isInside(method, target)).isFalse();
    assertThat(NamespaceScope.UNLIMITED.refusal(KubeRequest.parse(method, target))).isEmpty();
  }

  @Test
  void refusalSaysWhatTheSessionIsLimitedToAndWhatWasAsked() {
    assertThat(SCOPE.refusal(KubeRequest.parse("GET", "/api/v1/namespaces/prod/pods/p/log")))
        .hasToString(
            "Optional[this session is limited to namespaces \"dev\", \"dev-2\"; pods/log in"
                + " namespace \"prod\" is outside of it]");
    assertThat(new NamespaceScope(List.of("a")).refusal(KubeRequest.parse("GET", "/api/v1/nodes")))
        .hasToString(
            "Optional[this session is limited to namespace \"a\"; nodes at the cluster scope is"
                + " outside of it]");
  }

  @ParameterizedTest
  @ValueSource(strings = {",", "a,", "A", "a b", "*", "a/b", "-a", "a.b", "a\n", "é"})
  void namesThatNoNamespaceHasAreRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> NamespaceScope.parse(text));
  }

  @Test
  void formIsCanonicalAndBounded() {
    assertThat(NamespaceScope.parse("b,a,b")).hasToString("b,a");
    assertThat(NamespaceScope.parse("").isLimited()).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NamespaceScope(Collections.nCopies(17, "a")));
  }
}
