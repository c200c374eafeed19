// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.protocol.kube.BadKubeRequestException;
import dev.jtsh.protocol.kube.KubeRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Attack 7: a request is spelled so that jtsh takes it for one thing and the API server for
 * another. Whatever jtsh lets through, kube-apiserver's own code reads as jtsh did: as the client
 * wrote it, and as the agent writes it anew.
 */
class Attack07SpelledRequestIT {
  private static final int REQUESTS = 120_000;
  private static final long SEED = 20_261_121;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static final String[] METHODS = {
    "GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "TRACE"
  };
  private static final String[] ROOTS = {
    "/api/v1",
    "/api/v1",
    "/api/v1",
    "/apis/apps/v1",
    "/apis/rbac.authorization.k8s.io/v1",
    "/api",
    "/apis",
    "/apis/apps",
    "/version",
    "/healthz",
    "/openapi/v3",
    "",
    "/api/v1/watch",
    "/api/v1/proxy",
    "/apis/apps/v1/watch",
    "/API/v1",
    "/apis/apps/v1/extra",
    "//api/v1",
    "/api//v1"
  };
  private static final String[] SEGMENTS = {
    "namespaces",
    "namespaces",
    "namespaces",
    "dev",
    "prod",
    "pods",
    "pods",
    "secrets",
    "nodes",
    "services",
    "p1",
    "exec",
    "attach",
    "portforward",
    "proxy",
    "log",
    "status",
    "finalize",
    "token",
    "binding",
    "ephemeralcontainers",
    "scale",
    "watch",
    "deployments",
    "system:node",
    "a.b",
    "x@y",
    "%70ods",
    "%6Eamespaces",
    "d%65v",
    "exec%20",
    "..",
    ".",
    "%2e%2e",
    "%2E",
    "a%2fb",
    "a%5cb",
    "a%25b",
    "a%00",
    "a;b",
    "a=b",
    "a,b",
    "%C3%A9",
    "%zz",
    "",
    "a+b",
    "a b",
    "~",
    "(x)"
  };
  private static final String[] PAIRS = {
    "watch=1",
    "watch=true",
    "watch=0",
    "watch=false",
    "watch=False",
    "watch=FALSE",
    "watch=",
    "watch",
    "watch=yes",
    "watch=%30",
    "%77atch=1",
    "Watch=1",
    "watch=f",
    "watch=no",
    "fieldSelector=metadata.name%3Dp1",
    "fieldSelector=metadata.name=p1",
    "fieldSelector=metadata.name%3D%3Dp1",
    "fieldSelector=metadata.name!%3Dp1",
    "fieldSelector=metadata.namespace%3Ddev,metadata.name%3Dp1",
    "fieldSelector=",
    "fieldSelector=metadata.name%3D",
    "fieldSelector=metadata.name%3Da%5C%2Cb",
    "fieldSelector=metadata.name%3D..",
    "fieldSelector=spec.nodeName%3Dn",
    "fieldSelector=x",
    "labelSelector=a%3Db",
    "limit=500",
    "limit=x",
    "limit=",
    "timeoutSeconds=5",
    "timeoutSeconds=1e3",
    "follow=true",
    "tty=1",
    "stdin",
    "command=sh",
    "command=-c",
    "container=c",
    "stdout=no",
    "dryRun=All",
    "a=b;watch=1",
    "watch=1;a=b",
    "a=%zz",
    "a=%00",
    "a=%0a",
    "x=%26watch%3D1",
    "x+y=z+w",
    "",
    "pretty"
  };

  /** What both sides say of one request, in one form. */
  private record Reading(
      boolean resource,
      String verb,
      String group,
      String version,
      String namespace,
      String kind,
      String subresource,
      String name,
      String path) {

    static Reading of(KubeRequest request) {
      return new Reading(
          request.isResource(),
          request.verb(),
          request.apiGroup(),
          request.apiVersion(),
          request.namespace(),
          request.resource(),
          request.subresource(),
          request.name(),
          request.path());
    }

    static Reading of(String line) {
      List<String> words = words(line);
      String path = words.get(8);
      boolean slashes = path.length() > 1 && path.endsWith("/");
      return new Reading(
          words.get(0).equals("true"),
          words.get(1),
          words.get(2),
          words.get(3),
          words.get(4),
          words.get(5),
          words.get(6),
          words.get(7),
          slashes ? path.substring(0, path.length() - 1) : path);
    }

    /** Splits what Go wrote with %t and %q. */
    private static List<String> words(String line) {
      List<String> words = new ArrayList<>();
      words.add(line.substring(0, line.indexOf(' ')));
      int at = line.indexOf(' ');
      while (at < line.length()) {
        StringBuilder word = new StringBuilder();
        at += 2; // The space and the quote.
        while (line.charAt(at) != '"') {
          if (line.charAt(at) == '\\') {
            at++;
            assertThat(line.charAt(at)).as(line).isIn('"', '\\');
          }
          word.append(line.charAt(at));
          at++;
        }
        words.add(word.toString());
        at++;
      }
      return words;
    }
  }

  /** A request that jtsh lets through. */
  private record Passed(String method, String raw, KubeRequest read) {}

  @Test
  void apiServerReadsWhateverPassesAsWeRead() throws IOException {
    List<Passed> passed = new ArrayList<>();
    Random random = new Random(SEED);
    for (int i = 0; i < REQUESTS; i++) {
      String method = any(random, METHODS);
      String raw = target(random);
      try {
        passed.add(new Passed(method, raw, KubeRequest.parse(method, raw)));
      } catch (BadKubeRequestException e) {
        // Refused with 400: the API server never sees it.
      }
    }
    List<String> asked = new ArrayList<>();
    for (Passed request : passed) {
      asked.add(request.method() + " " + request.raw());
      asked.add(request.method() + " " + request.read().target());
    }
    List<String> answers = answers(asked);
    assertThat(answers).hasSameSizeAs(asked);
    for (int i = 0; i < passed.size(); i++) {
      Passed request = passed.get(i);
      Reading ours = Reading.of(request.read());
      assertThat(answers.get(2 * i)).as("as written: %s", request).isNotEqualTo("error");
      assertThat(Reading.of(answers.get(2 * i))).as("as written: %s", request).isEqualTo(ours);
      assertThat(Reading.of(answers.get(2 * i + 1))).as("as sent: %s", request).isEqualTo(ours);
      assertThat(Reading.of(KubeRequest.parse(request.method(), request.read().target())))
          .as("read again: %s", request)
          .isEqualTo(ours);
    }
    notVacuous(passed);
  }

  /** Enough of all kinds must have passed, or the comparison says nothing. */
  private static void notVacuous(List<Passed> passed) {
    assertThat(passed).hasSizeGreaterThan(REQUESTS / 12);
    Set<String> verbs =
        passed.stream().map(p -> p.read().verb()).collect(Collectors.toCollection(TreeSet::new));
    assertThat(verbs)
        .contains(
            "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");
    assertThat(passed)
        .anyMatch(p -> p.read().verb().equals("list") && p.read().name().equals("p1"))
        .anyMatch(p -> p.read().subresource().equals("exec"))
        .anyMatch(p -> p.read().namespace().equals("dev") && p.raw().contains("%65"));
  }

  private static String target(Random random) {
    StringBuilder target = new StringBuilder(any(random, ROOTS));
    if (random.nextInt(3) > 0) { // Often one that is well formed but for a thing or two.
      target.append("/namespaces/").append(random.nextBoolean() ? "dev" : "d%65v");
    }
    int segments = random.nextInt(5);
    for (int i = 0; i < segments; i++) {
      target.append('/').append(any(random, SEGMENTS));
    }
    if (random.nextInt(12) == 0) {
      target.append('/');
    }
    if (target.isEmpty()) {
      target.append('/');
    }
    int pairs = random.nextInt(4);
    for (int i = 0; i < pairs; i++) {
      target.append(i == 0 ? '?' : '&').append(any(random, PAIRS));
    }
    if (random.nextInt(40) == 0) {
      target.setCharAt(random.nextInt(target.length()), (char) (33 + random.nextInt(94)));
    }
    return target.toString();
  }

  private static String any(Random random, String[] of) {
    return of[random.nextInt(of.length)];
  }

  private static List<String> answers(List<String> asked) throws IOException {
    try (RunningProgram reader = KubernetesPrograms.build().requestInfo()) {
      try (OutputStream stdin = reader.stdin()) {
        stdin.write((String.join("\n", asked) + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return reader.awaitEnd(LIMIT).orThrow().stdout().lines().toList();
    }
  }
}
