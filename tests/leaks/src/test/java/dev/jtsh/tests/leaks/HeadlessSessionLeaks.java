// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.pki.HeadlessId;
import dev.jtsh.pki.SshPublicKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A headless session of an ordinary user, from the link to after its end. */
@ExtendWith(LeakWorld.Visit.class)
final class HeadlessSessionLeaks {
  private static final Pattern CLIENT_KEY = Pattern.compile("client-key-data: \"?([^\"\\s]+)");
  private static final int KUBECTL_AT_ONCE = 4;
  private static final int SCANS_UNDER_LOAD = 2;
  private static final String MEMORY = "memory, through /proc/PID/mem as root";
  private static final String GCORE = "gcore, by root";

  private final LeakWorld world;

  HeadlessSessionLeaks(LeakWorld world) {
    this.world = world;
  }

  /** Keys by the number they are, with a name that says when they were first seen. */
  private static final class Known {
    private final HeldKeys reader;
    private final Map<BigInteger, Secret> keys = new LinkedHashMap<>();
    private final Set<BigInteger> apart = new HashSet<>();

    Known() throws GeneralSecurityException {
      this.reader = new HeldKeys();
    }

    /** Adds what the process holds now; says what that is. */
    List<HeldKeys.Held> learn(long pid, String stage) throws Exception {
      List<HeldKeys.Held> held = reader.of(pid);
      for (HeldKeys.Held one : held) {
        if (apart.contains(one.key().getS())) {
          continue;
        }
        keys.computeIfAbsent(
            one.key().getS(),
            _ -> Secret.key("key %d (%s)".formatted(keys.size() + 1, stage), one.key()));
      }
      return held;
    }

    /** That one is looked for by itself. */
    void remove(ECPrivateKey key) {
      apart.add(key.getS());
      keys.remove(key.getS());
    }

    RunIndex index() {
      return new RunIndex(keys.values());
    }

    int count() {
      return keys.size();
    }
  }

  @Test
  void noKeyIsFoundAtAnyStageOfASession() throws Exception {
    LeakReport report = new LeakReport("jtsh --headless proxy kube, as built, ordinary user");
    Path dumps = world.newDirectory("dumps");
    Known known = new Known();
    try (ObservedSession session = ObservedSession.ask(world, world.program().asBuilt())) {
      long pid = session.pid();
      List<HeldKeys.Held> asked = known.learn(pid, "waiting");
      assertThat(asked).anyMatch(held -> isKeyOf(held, session.id()));
      look(report, "waiting for approval", known.index(), pid);

      session.approve();
      known.learn(pid, "session");
      Secret localClient = localClientKey(session, known);
      assertThat(known.count()).as("request, kube certificate, local server").isGreaterThan(1);
      look(report, "after login", known.index(), pid);
      report.add("after login", GCORE, Dumps.gcore(known.index(), pid, dumps));
      lookForLocalClientKey(report, pid, localClient);

      underLoad(report, session, known);
      report.add("after load", GCORE, Dumps.gcore(known.index(), pid, dumps));

      renewal(report, session, known);

      assertThat(session.exit()).isZero();
      RunIndex all = known.index();
      report.add("after exit", "arguments and environments", Places.everyProcess(all));
      report.add("after exit", "files of the user", files(all));
      assertThat(Places.namesOf(world.ordinaryUser(), world.home()))
          .filteredOn(Files::isRegularFile)
          .as("files in the user's home")
          .allMatch(file -> file.endsWith(".bashrc"));
    } finally {
      report.print();
    }
    assertThat(report.findings()).isEmpty();
  }

  /** A new request, with a new key and the old one for the proof; then new certificates. */
  private void renewal(LeakReport report, ObservedSession session, Known known) throws Exception {
    int before = known.count();
    String id = session.askForRenewal();
    known.learn(session.pid(), "renewal asked for");
    assertThat(known.count())
        .as("the renewal's request has a key of its own")
        .isGreaterThan(before);
    report.add("during renewal", MEMORY, memory(known.index(), session.pid()));
    int asked = known.count();
    session.approveRenewal(id);
    session.kubectl("get", "namespaces").orThrow();
    known.learn(session.pid(), "renewed");
    assertThat(known.count()).as("the renewed session has new keys").isGreaterThan(asked);
    look(report, "after renewal", known.index(), session.pid());
  }

  private void look(LeakReport report, String stage, RunIndex index, long pid) throws IOException {
    report.add(stage, MEMORY, memory(index, pid));
    report.add(stage, "arguments and environments", Places.everyProcess(index));
    report.add(stage, "files of the user", files(index));
  }

  private Look files(RunIndex index) throws IOException {
    return Places.filesOf(index, world.ordinaryUser(), world.home());
  }

  private static Look memory(RunIndex index, long pid) throws IOException {
    ProcessMemory.Scan scan = new ProcessMemory(pid).scan(index);
    List<Finding> all = new ArrayList<>(scan.findings());
    all.addAll(scan.inKubeconfig());
    return new Look(scan.bytesRead(), all);
  }

  private void underLoad(LeakReport report, ObservedSession session, Known known) throws Exception {
    List<CompletableFuture<Void>> running = new ArrayList<>();
    java.util.concurrent.atomic.AtomicBoolean enough =
        new java.util.concurrent.atomic.AtomicBoolean();
    for (int i = 0; i < KUBECTL_AT_ONCE; i++) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              do {
                session.kubectl("get", "namespaces").orThrow();
              } while (!enough.get());
              end.complete(null);
            } catch (RuntimeException | Error e) {
              end.completeExceptionally(e);
            }
          });
      running.add(end);
    }
    try {
      for (int i = 0; i < SCANS_UNDER_LOAD; i++) {
        report.add("under kubectl load", MEMORY, memory(known.index(), session.pid()));
      }
    } finally {
      enough.set(true);
    }
    CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get();
  }

  /** It lies in the kubeconfig by design, so it is looked for apart. */
  private static Secret localClientKey(ObservedSession session, Known known) throws IOException {
    Matcher data = CLIENT_KEY.matcher(Files.readString(session.kubeconfig()));
    assertThat(data.find()).isTrue();
    String pem = new String(Base64.getDecoder().decode(data.group(1)), StandardCharsets.US_ASCII);
    ECPrivateKey key = (ECPrivateKey) HeldKeys.ofPem(pem);
    known.remove(key);
    return Secret.key("local client key", key);
  }

  private void lookForLocalClientKey(LeakReport report, long pid, Secret key) throws IOException {
    RunIndex index = new RunIndex(key);
    ProcessMemory.Scan scan = new ProcessMemory(pid).scan(index);
    assertThat(scan.inKubeconfig()).as("the scan sees it where it is").isNotEmpty();
    report.add(
        "after login",
        "local client key: memory without the kubeconfig",
        new Look(scan.bytesRead(), scan.findings()));
    report.add("after login", "local client key: files of the user", files(index));
    report.add(
        "after login", "local client key: arguments and environments", Places.everyProcess(index));
  }

  /** The request's id is made from its public key: proof that the keys read are the right ones. */
  private static boolean isKeyOf(HeldKeys.Held held, String requestId) {
    ECPrivateKey key = held.key();
    for (ECPoint point : held.publicHalf()) {
      try {
        byte[] line =
            SshPublicKey.authorizedKeysLine(
                KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(point, key.getParams())));
        if (HeadlessId.of(line).toString().equals(requestId)) {
          return true;
        }
      } catch (GeneralSecurityException e) {
        throw new AssertionError("P-256 does not work here", e);
      }
    }
    return false;
  }
}
