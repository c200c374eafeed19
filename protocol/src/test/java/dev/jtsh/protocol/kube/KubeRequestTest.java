// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KubeRequestTest {
  @ParameterizedTest
  @CsvSource({
    "GET,    /api/v1/pods,                                     list,  '', '', pods, '', ''",
    "GET,    /api/v1/pods?watch=yes,                           watch, '', '', pods, '', ''",
    "GET,    /api/v1/pods?watch,                               watch, '', '', pods, '', ''",
    "GET,    /api/v1/pods?watch=False,                         list,  '', '', pods, '', ''",
    "GET,    /api/v1/pods?watch=0,                             list,  '', '', pods, '', ''",
    "GET,    /api/v1/watch/namespaces/n/pods,                  watch, '', n, pods, '', ''",
    "GET,    /api/v1/watch/pods,                               watch, '', '', pods, '', ''",
    "GET,    /api/v1/namespaces/n/pods/p,                      get,   '', n, pods, '', p",
    "HEAD,   /api/v1/namespaces/n/pods/p,                      get,   '', n, pods, '', p",
    "GET,    /api/v1/namespaces/n/pods/p/log?follow=true,      get,   '', n, pods, log, p",
    "POST,   /api/v1/namespaces/n/pods/p/exec?command=a&command=b, create, '', n, pods, exec, p",
    "POST,   /apis/apps/v1/namespaces/n/deployments,           create, apps, n, deployments, '', ''",
    "PUT,    /apis/apps/v1/namespaces/n/deployments/d/scale,   update, apps, n, deployments, scale, d",
    "PATCH,  /apis/apps/v1/namespaces/n/deployments/d,         patch, apps, n, deployments, '', d",
    "DELETE, /api/v1/namespaces/n/pods/p,                      delete, '', n, pods, '', p",
    "DELETE, /api/v1/namespaces/n/pods,                        deletecollection, '', n, pods, '', ''",
    "GET,    /api/v1/namespaces,                               list,  '', '', namespaces, '', ''",
    "GET,    /api/v1/namespaces/n,                             get,   '', n, namespaces, '', n",
    "PUT,    /api/v1/namespaces/n/finalize,                    update, '', n, namespaces, finalize, n",
    "GET,    /api/v1/nodes/x/proxy/exec/a/,                    get,   '', '', nodes, proxy, x",
    "GET,    /apis/rbac.authorization.k8s.io/v1/clusterroles/system:node, get, rbac.authorization.k8s.io, '', clusterroles, '', system:node",
    "GET,    /api/v1/pods?fieldSelector=metadata.name%3Dx,     list,  '', '', pods, '', x",
  })
  void isReadLikeTheApiServerReadsIt(
      String method,
      String target,
      String verb,
      String group,
      String namespace,
      String resource,
      String subresource,
      String name) {
    KubeRequest request = KubeRequest.parse(method, target);

    assertThat(request.verb()).isEqualTo(verb);
    assertThat(request.apiGroup()).isEqualTo(group);
    assertThat(request.namespace()).isEqualTo(namespace);
    assertThat(request.resource()).isEqualTo(resource);
    assertThat(request.subresource()).isEqualTo(subresource);
    assertThat(request.name()).isEqualTo(name);
    assertThat(request.isResource()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/version", "/api", "/api/v1", "/apis/apps", "/apis/apps/v1", "/openapi/v3"})
  void otherPathsAreNoResource(String path) {
    KubeRequest request = KubeRequest.parse("GET", path);

    assertThat(request.isResource()).isFalse();
    assertThat(request.verb()).isEqualTo("get");
    assertThat(request.path()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api/v1/pods",
        "http://x/api/v1/pods",
        "//api/v1/pods",
        "/api//v1/pods",
        "/api/v1/pods/",
        "/api/v1/./pods",
        "/api/v1/namespaces/n/pods/../secrets/s",
        "/api/v1/namespaces/n/pods/%2e%2e/secrets",
        "/api/v1/namespaces/n/pods/%2E/x",
        "/api/v1/namespaces/n%2fx/pods",
        "/api/v1/namespaces/n%5Cx/pods",
        "/api/v1/namespaces/n\\x/pods",
        "/api/v1/pods/%00",
        "/api/v1/pods/%0a",
        "/api/v1/pods/%7f",
        "/api/v1/pods/%252e",
        "/api/v1/pods/%",
        "/api/v1/pods/%4",
        "/api/v1/pods/%zz",
        "/api/v1/pods/%ff",
        "/api/v1/pods/a b",
        "/api/v1/pods/a\nb",
        "/api/v1/pods/é",
        "/api/v1/pods#x",
        "/api/v1/proxy/nodes/x",
        "/api/v1/watch",
        "/api/v1/pods?watch=0&watch=1",
        "/api/v1/pods?%77atch=0&watch=1",
        "/api/v1/pods?a=%0",
        "/api/v1/pods?a=%00",
        "/api/v1/nodes/n/proxy/../../secrets"
      })
  void ambiguousSpellingsAreRefused(String target) {
    assertThatThrownBy(() -> KubeRequest.parse("GET", target))
        .isInstanceOf(BadKubeRequestException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONNECT", "TRACE", "get", "", "GET "})
  void otherMethodsAreRefused(String method) {
    assertThatThrownBy(() -> KubeRequest.parse(method, "/api/v1/pods"))
        .isInstanceOf(BadKubeRequestException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /api/v1/namespaces/n/pods/p/exec,          true",
    "POST,   /api/v1/namespaces/n/pods/p/exec,          true",
    "POST,   /api/v1/namespaces/n/pods/p/attach,        true",
    "POST,   /api/v1/namespaces/n/pods/p/portforward,   true",
    "GET,    /api/v1/namespaces/n/services/s/proxy/ws,  true",
    "GET,    /api/v1/nodes/n/proxy/exec,                true",
    "PUT,    /api/v1/namespaces/n/pods/p/exec,          false",
    "GET,    /api/v1/namespaces/n/pods/p,               false",
    "GET,    /api/v1/namespaces/n/pods/p/log,           false",
    "GET,    /api/v1/namespaces/n/pods?watch=true,      false",
    "GET,    /apis/x.y/v1/namespaces/n/pods/p/exec,     false",
    "GET,    /api/v1/namespaces/n/services/s/exec,      false",
    "GET,    /version,                                  false"
  })
  void onlyStreamingSubresourcesMayUpgrade(String method, String target, boolean may) {
    assertThat(UpgradeTargets.mayUpgrade(KubeRequest.parse(method, target))).isEqualTo(may);
  }

  @Test
  void execByGetCountsAsAWrite() {
    assertThat(KubeRequest.parse("GET", "/api/v1/namespaces/n/pods/p/exec").isWrite()).isTrue();
    assertThat(KubeRequest.parse("GET", "/api/v1/namespaces/n/pods/p/log").isWrite()).isFalse();
    assertThat(KubeRequest.parse("POST", "/api/v1/namespaces/n/pods").isWrite()).isTrue();
  }
}
