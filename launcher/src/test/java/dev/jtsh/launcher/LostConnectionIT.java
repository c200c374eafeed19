// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Teleport cluster drops a request with its connection: jtsh asks anew, and says so. */
class LostConnectionIT {
  private static final String PATH = "/webapi/headless/login";

  @TempDir Path home;
  private FakeCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", new FakeAuth());
    cluster.web().on("/webapi/ping/headless", call -> WebReply.json(cluster.ping("17.0.0")));
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
  }

  @Test
  void afterThreeLinksItGivesUp() throws IOException {
    cluster.web().on(PATH, call -> WebReply.CUT);

    RunOfMain run = ask();

    assertThat(run.status).isEqualTo(ExitCode.CONNECTION_LOST.status());
    assertThat(ids()).hasSize(3).doesNotHaveDuplicates();
    assertThat(ids()).allSatisfy(id -> assertThat(run.err).contains("/web/headless/" + id));
    assertThat(run.err.lines().filter(line -> line.contains("the link above is dead"))).hasSize(3);
    assertThat(run.err.lines().filter(line -> line.startsWith("ERROR: "))).hasSize(1);
  }

  @Test
  void theSecondLinkIsAsGoodAsTheFirst() throws IOException {
    var count = new AtomicInteger();
    cluster
        .web()
        .on(
            PATH,
            call ->
                count.incrementAndGet() == 1
                    ? WebReply.CUT
                    : WebReply.error(403, "headless authentication failed"));

    RunOfMain run = ask();

    assertThat(run.status).as("the decision on the second").isEqualTo(ExitCode.DENIED.status());
    assertThat(ids()).hasSize(2).doesNotHaveDuplicates();
  }

  private List<String> ids() {
    return cluster.web().calls(PATH).stream()
        .map(call -> call.as(HeadlessLoginRequest.class).headlessId())
        .toList();
  }

  private RunOfMain ask() throws IOException {
    Path trusted = home.resolve("ca.pem");
    Files.writeString(trusted, Pem.encode(cluster.webAuthority().certificate()));
    return RunOfMain.of(
        home,
        Instant.now(),
        Map.of("SSL_CERT_FILE", trusted.toString()),
        "--headless",
        "proxy",
        "kube",
        "kube1",
        "--proxy=" + cluster.hostPort(),
        "--user=alice");
  }
}
