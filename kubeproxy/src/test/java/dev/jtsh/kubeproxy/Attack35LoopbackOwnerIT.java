// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jtsh.kubeproxy.DoorReport.Refusal;
import dev.jtsh.nativebindings.CurrentUser;
import dev.jtsh.nativebindings.TcpTable;
import dev.jtsh.tests.fixtures.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** Real processes at the local port: whose socket it is decides before a byte is read. */
@ExtendWith(LeakCheck.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class Attack35LoopbackOwnerIT {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final String NOBODY = "65534";

  private TestPki pki;
  private FakeCluster cluster;

  @BeforeAll
  static void onlyWhereTheKernelAnswers() {
    assumeTrue(TcpTable.open().isPresent(), "this system does not let us ask for sockets");
  }

  @BeforeEach
  void start() throws Exception {
    pki = new TestPki();
    cluster = new FakeCluster(pki, List.of("http/1.1"));
  }

  @AfterEach
  void stop() {
    cluster.close();
    pki.close();
  }

  private ProxyUnderTest proxy(DoorPolicy policy, @Nullable SocketOwners owners)
      throws IOException {
    return new ProxyUnderTest(
        pki,
        cluster.dialer(),
        KubeProxyConfig.onPort(0),
        null,
        InstantSource.system(),
        policy,
        owners);
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Connects, says nothing, and tells whether the other end closed within some seconds. */
  private static String probe(int port, int seconds, String... before) throws Exception {
    List<String> command = new ArrayList<>(List.of(before));
    command.addAll(
        List.of(
            "bash",
            "-c",
            "exec 3<>/dev/tcp/127.0.0.1/$0 || exit 9; read -r -t $1 -n 1 -u 3 x; [ $? -gt 128 ]"
                + " && echo open || echo closed:$x",
            Integer.toString(port),
            Integer.toString(seconds)));
    return run(command.toArray(String[]::new));
  }

  private static String[] asNobody() {
    return new String[] {
      "setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"
    };
  }

  @Test
  void processOfAnotherUserIsClosedBeforeAByte() throws Exception {
    assumeTrue(CurrentUser.uid() == 0, "starts a process of another user");
    try (ProxyUnderTest proxy = proxy(DoorPolicy.ofThisUser(), SocketOwners.ofKernel())) {
      assertThat(proxy.proxy.door().ownersChecked()).isTrue();

      assertThat(probe(proxy.port(), 5, asNobody())).endsWith("closed:"); // TLS waits for 10 s.
      assertThat(proxy.proxy.door().refused()).isEqualTo(Map.of(Refusal.OTHER_USER, 1L));
      assertThat(proxy.proxy.door().connections()).isZero();
    }
  }

  @Test
  void theSameProcessOfTheSessionsUserMayBeginItsHandshake() throws Exception {
    try (ProxyUnderTest proxy = proxy(DoorPolicy.ofThisUser(), SocketOwners.ofKernel())) {
      assertThat(probe(proxy.port(), 1)).isEqualTo("open");
      assertThat(proxy.proxy.door().refused()).isEmpty();
    }
  }

  @Test
  void rootWithTheRightKeyIsServedOnlyWhileTheDoorIsOpen() throws Exception {
    assumeTrue(CurrentUser.uid() == 0, "plays root at another user's port");
    boolean[] open = {false};
    DoorPolicy policy = new DoorPolicy(Integer.parseInt(NOBODY), () -> open[0], 256, 500);
    try (ProxyUnderTest proxy = proxy(policy, SocketOwners.ofKernel())) {
      try (var client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
        assertThatThrownBy(
                () -> client.send(proxy.request("/version").build(), BodyHandlers.ofString()))
            .isInstanceOf(IOException.class);
        assertThat(proxy.proxy.door().refused()).containsOnlyKeys(Refusal.ROOT);
        assertThat(cluster.requests).isEmpty();

        open[0] = true;
        assertThat(
                client
                    .send(proxy.request("/version").build(), BodyHandlers.ofString())
                    .statusCode())
            .isEqualTo(200);
      }
    }
  }

  /** The row of a socket whose process has gone says uid 0: that must not pass for root. */
  @Test
  void connectionWhoseProcessHasGoneIsNobodys() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    SocketOwners kernel = requireNonNull(SocketOwners.ofKernel());
    TcpTable.Row[] seen = new TcpTable.Row[1];
    SocketOwners late =
        new SocketOwners() {
          @Override
          public TcpTable.Row of(InetSocketAddress local, InetSocketAddress peer) {
            if (peer.getPort() != 0) {
              awaitUnchecked(gone);
              seen[0] = kernel.of(local, peer);
              return seen[0];
            }
            return kernel.of(local, peer);
          }

          @Override
          public void close() {
            kernel.close();
          }
        };
    try (ProxyUnderTest proxy = proxy(DoorPolicy.ofThisUser(), late)) {
      run("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + proxy.port());
      gone.countDown();

      awaitRefusal(proxy);
      assertThat(proxy.proxy.door().refused()).isEqualTo(Map.of(Refusal.GONE, 1L));
      assertThat(seen[0])
          .isInstanceOfSatisfying(
              TcpTable.Socket.class, socket -> assertThat(socket.inode()).isZero());
    }
  }

  @Test
  void whereTheKernelDoesNotSayMutualTlsIsTheGate() throws Exception {
    try (ProxyUnderTest proxy = proxy(DoorPolicy.ofThisUser(), null);
        var client = proxy.client(ProxyUnderTest.PROD, Version.HTTP_1_1)) {
      assertThat(proxy.proxy.door().ownersChecked()).isFalse();
      assertThat(
              client.send(proxy.request("/version").build(), BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      assertThat(probe(proxy.port(), 1)).isEqualTo("open"); // GateIT: no certificate, no service.
    }
  }

  @Test
  void connectionsThatProveNothingTakeNoPlaceFromThoseThatDid() throws Exception {
    DoorPolicy policy = DoorPolicy.ofThisUser().withBounds(2, 500);
    try (ProxyUnderTest proxy = proxy(policy, SocketOwners.ofKernel());
        Socket proven = proxy.socket(ProxyUnderTest.PROD)) {
      ((javax.net.ssl.SSLSocket) proven).startHandshake();
      proxy.awaitConnections(1);
      awaitHandshakes(proxy, 0);
      try (Socket first = new Socket(LOOPBACK, proxy.port());
          Socket second = new Socket(LOOPBACK, proxy.port())) {
        awaitHandshakes(proxy, 2);
        try (Socket third = new Socket(LOOPBACK, proxy.port())) {
          awaitRefusal(proxy);
          assertThat(third.isConnected()).isTrue();
        }
        assertThat(proxy.proxy.door().refused()).isEqualTo(Map.of(Refusal.TOO_MANY_HANDSHAKES, 1L));
        assertThat(first.isConnected() && second.isConnected()).isTrue();
      }
      awaitHandshakes(proxy, 0);
      assertThat(proxy.proxy.door().connections()).isEqualTo(1);
    }
  }

  @Test
  void handshakesBeyondThePaceWaitAndAreServed() throws Exception {
    DoorPolicy policy = DoorPolicy.ofThisUser().withBounds(256, 20);
    List<Socket> sockets = new ArrayList<>();
    try (ProxyUnderTest proxy = proxy(policy, SocketOwners.ofKernel())) {
      long start = System.nanoTime();
      for (int i = 0; i < 90; i++) { // 40 at once, then 20 a second; up to 16 are taken together.
        sockets.add(new Socket(LOOPBACK, proxy.port()));
      }
      proxy.awaitConnections(90);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

      assertThat(millis).isGreaterThan(1500);
      assertThat(proxy.proxy.door().refused()).isEmpty();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the client never went");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitRefusal(ProxyUnderTest proxy) throws InterruptedException {
    for (int i = 0; proxy.proxy.door().refused().isEmpty(); i++) {
      assertThat(i).as("polls without a refusal").isLessThan(1000);
      Thread.sleep(10);
    }
  }

  private static void awaitHandshakes(ProxyUnderTest proxy, int count) throws InterruptedException {
    for (int i = 0; proxy.proxy.door().handshakes() != count; i++) {
      assertThat(i).as("polls; " + proxy.proxy.door()).isLessThan(1000);
      Thread.sleep(10);
    }
  }
}
