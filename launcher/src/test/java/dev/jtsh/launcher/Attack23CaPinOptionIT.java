// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.Fingerprint;
import dev.jtsh.pki.Pem;
import dev.jtsh.tests.fixtures.cluster.FakeAuth;
import dev.jtsh.tests.fixtures.cluster.FakeCluster;
import dev.jtsh.tests.fixtures.cluster.WebReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 23, by the whole program: a pin is taken wherever it is said, and before any POST. */
@Timeout(120)
class Attack23CaPinOptionIT {
  private static final String SESSION = "--headless proxy kube kube1";
  private static final String OTHER = "sha256:" + "0".repeat(64);

  @TempDir Path home;
  private FakeCluster cluster;
  private String pin;

  @BeforeEach
  void start() throws IOException {
    cluster = FakeCluster.start("root", new FakeAuth());
    for (String connector : List.of("", "/headless", "/local")) {
      cluster
          .web()
          .on("/webapi/ping" + connector, call -> WebReply.json(cluster.ping("17.0.0+jtsh")));
    }
    CertificateAuthority hosts = cluster.hostAuthority();
    pin = Fingerprint.caPin(hosts.certificate().getPublicKey());
    cluster
        .web()
        .on(
            "/webapi/auth/export?type=tls-host",
            call -> WebReply.text(200, Pem.encode(hosts.certificate())));
    cluster
        .web()
        .on(
            "/webapi/headless/login",
            call -> WebReply.error(403, "headless authentication failed"));
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {SESSION, "login", "signup"})
  void whereverAPinIsSaidAnotherClusterIsRefusedBeforeAnyPost(String command) throws Exception {
    List<RunOfMain> runs =
        List.of(
            run(Map.of(), "--ca-pin=" + OTHER + " " + command),
            run(Map.of(), command + " --ca-pin=" + OTHER),
            run(Map.of("JTSH_CA_PIN", OTHER), command),
            run(Map.of("XDG_CONFIG_HOME", configuration("ca_pin: " + OTHER)), command));

    assertThat(runs)
        .allSatisfy(run -> {
          assertThat(run.status).as(run.err).isEqualTo(ExitCode.UNTRUSTED.status());
          assertThat(run.err)
              .contains("ERROR: ", pin, "nothing was asked", "jtsh-cluster status", "tctl status")
              .doesNotContain("/web/headless/", "password");
        });
    assertThat(cluster.web().calls())
        .allSatisfy(call -> assertThat(call.method()).isEqualTo("GET"));
  }

  @Test
  void withTheRightPinTheRequestGoesOut() throws Exception {
    for (String arguments :
        List.of(
            "--ca-pin=" + pin + " " + SESSION,
            SESSION + " --ca-pin=" + OTHER + " --ca-pin=" + pin.toUpperCase(java.util.Locale.ROOT),
            SESSION)) {
      RunOfMain run = run(Map.of("JTSH_CA_PIN", OTHER + " " + pin), arguments);

      assertThat(run.status).as(run.err).isEqualTo(ExitCode.DENIED.status());
    }
    assertThat(cluster.web().calls("/webapi/headless/login")).hasSize(3);
  }

  @Test
  void whatIsNoPinIsAMistakeAndNothingIsAsked() throws Exception {
    RunOfMain run = run(Map.of(), SESSION + " --ca-pin=sha256:abc");

    assertThat(run.status).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.err).contains("sha256:abc", "64 hex digits");
    assertThat(cluster.web().calls()).isEmpty();
  }

  @Test
  void doctorSaysWhetherThePinIsHeld() throws Exception {
    assertThat(run(Map.of(), "doctor --ca-pin=" + pin).out).contains("the pin of --ca-pin is held");
    assertThat(run(Map.of(), "doctor --ca-pin=" + OTHER).out)
        .contains("which --ca-pin does not name");
    assertThat(run(Map.of(), "doctor").out).contains("no pin is set");
  }

  private String configuration(String text) throws IOException {
    Path directory = home.resolve("configuration");
    Files.createDirectories(directory.resolve("jtsh"));
    Files.writeString(directory.resolve("jtsh/config.yaml"), text);
    return directory.toString();
  }

  private RunOfMain run(Map<String, String> environment, String arguments) throws IOException {
    Path trusted = home.resolve("ca.pem");
    Files.writeString(trusted, Pem.encode(cluster.webAuthority().certificate()));
    Map<String, String> variables = new TreeMap<>(environment);
    variables.put("SSL_CERT_FILE", trusted.toString());
    variables.put("TELEPORT_PROXY", cluster.hostPort());
    variables.put("TELEPORT_USER", "alice");
    List<String> words = new ArrayList<>(List.of(arguments.split(" ")));
    return RunOfMain.of(home, Instant.now(), variables, words.toArray(String[]::new));
  }
}
