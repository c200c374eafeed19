// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.ProxyAddress;
import dev.jtsh.client.WebClient;
import dev.jtsh.client.WebTrust;
import dev.jtsh.headless.HeadlessRequest;
import dev.jtsh.headless.HeadlessSession;
import dev.jtsh.headless.HeadlessTiming;
import dev.jtsh.pki.Pem;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.tests.fixtures.TestPki;
import dev.jtsh.tests.kubernetes.RunningProgram;
import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.OwnDirectory;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.ShownRequest;
import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A cluster, people with passkeys, a machine without a browser, and one with. */
final class BrowserWorld implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(60);
  static final String PASSWORD = "a password for browsers only";
  static final String KUBE = "staging";
  private static final String PASSWORDLESS = "auth: {passwordless: true}\n";

  private final Path root = Path.of(System.getProperty("jtsh.root", ".")).toAbsolutePath();
  private final OwnDirectory place;
  private final Path directory;
  private final RunningCluster cluster;
  private final AtomicInteger people = new AtomicInteger();

  private final @Nullable OpenIdProvider provider;

  private BrowserWorld(OwnDirectory place, boolean withProvider, String settings)
      throws IOException {
    this.place = place;
    directory = place.path();
    Files.createDirectory(home());
    provider =
        withProvider
            ? OpenIdProvider.start(Files.createDirectory(directory.resolve("provider")))
            : null;
    List<String> options = new ArrayList<>();
    String configuration = provider == null ? settings : provider.configuration() + settings;
    if (!configuration.isEmpty()) {
      Path file = directory.resolve("cluster.yaml");
      Files.writeString(file, configuration);
      options.add("--config=" + file);
    }
    cluster =
        RunningCluster.start(
            root,
            Files.createDirectory(directory.resolve("cluster")),
            "browser",
            Map.of(KUBE, nobodyThere(), "production", nobodyThere()),
            options);
    BrowserTrust trust = BrowserTrust.below(home());
    trust.add("jtsh", cluster.webCa());
    if (provider != null) {
      trust.add("provider", provider.authority());
      provider.serve(origin());
      addRole("sso-access");
    }
  }

  /** A world of its own whose people may log in at a provider. */
  static BrowserWorld withProvider() throws IOException {
    return new BrowserWorld(OwnDirectory.create("jtsh-provider-"), true, "");
  }

  /** A world of its own whose cluster has these settings. */
  static BrowserWorld with(String settings) throws IOException {
    return new BrowserWorld(OwnDirectory.create("jtsh-browser-"), false, settings);
  }

  /** A kubeconfig of an API server that does not run: no request gets that far. */
  private Path nobodyThere() throws IOException {
    try (TestPki pki = new TestPki()) {
      String authority =
          Base64.getEncoder()
              .encodeToString(
                  Pem.encode(pki.root().certificate())
                      .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      return Files.writeString(
          Files.createTempFile(directory, "nobody", ".kubeconfig"),
          """
          apiVersion: v1
          kind: Config
          current-context: x
          contexts: [{name: x, context: {cluster: x, user: x}}]
          clusters:
          - name: x
            cluster: {server: "https://127.0.0.1:1", certificate-authority-data: "%s"}
          users: [{name: x, user: {token: none}}]
          """
              .formatted(authority));
    }
  }

  /**
   * Somebody with a passkey.
   *
   * @param name the Teleport user
   * @param laptop where the user is logged in
   */
  record Person(String name, Laptop laptop, Path softwareKey) {
    Passkey passkey() throws IOException {
      return Passkey.of(softwareKey);
    }
  }

  /** A new user of the cluster. */
  Person person() throws IOException {
    String name = "person" + people.incrementAndGet();
    addRole("access-" + name);
    String invite = cluster.addUser(name, "access-" + name);
    Path place = Files.createDirectory(directory.resolve("laptop-" + name));
    Laptop made = new Laptop(place, cluster.proxy(), name, cluster.webCa());
    made.signUp(invite, PASSWORD).orThrow();
    return new Person(name, made, place.resolve("software-key"));
  }

  /**
   * Somebody who has not signed up yet.
   *
   * @param link as the program prints it
   */
  record Invited(String name, String link) {}

  /** Invites a new user. */
  Invited invite() throws IOException {
    String name = "person" + people.incrementAndGet();
    addRole("access-" + name);
    return new Invited(
        name,
        cluster.command("users", "add", name, "--roles=access-" + name).orThrow().stdout().strip());
  }

  /** Where this user would sign up with the program. */
  Laptop laptop(Invited user) throws IOException {
    Path place = Files.createDirectory(directory.resolve("laptop-" + user.name()));
    return new Laptop(place, cluster.proxy(), user.name(), cluster.webCa());
  }

  private void addRole(String name) throws IOException {
    cluster.addRole(name, "kubernetes_labels: {\"*\": \"*\"}, kubernetes_groups: [g]", "");
  }

  OpenIdProvider provider() {
    return java.util.Objects.requireNonNull(provider);
  }

  /** {@code localhost:PORT}. */
  String proxy() {
    return cluster.proxy();
  }

  /** A new home directory. */
  Path laptopHome() throws IOException {
    return Files.createTempDirectory(directory, "laptop-home");
  }

  /** The true program on a laptop with this home, its logins in {@code tsh} below it. */
  RunningProgram jtsh(Path home, String... arguments) {
    List<String> command = new ArrayList<>(List.of(root.resolve("jtsh").toString()));
    command.addAll(List.of(arguments));
    command.add("--ca-file=" + cluster.webCa());
    return RunningProgram.start(
        command,
        Map.of(
            "HOME",
            home.toString(),
            "TELEPORT_HOME",
            home.resolve("tsh").toString(),
            "PATH",
            "/usr/local/bin:/usr/bin:/bin",
            "LC_ALL",
            "C.UTF-8"));
  }

  /** A session that was asked for on a terminal. */
  record Asking(PseudoTerminal terminal, ShownRequest request, String link)
      implements AutoCloseable {
    @Override
    public void close() {
      terminal.close();
    }
  }

  /** Asks for a session of this user. */
  Asking ask(Person person) {
    return ask(person.name());
  }

  /** The same for a user who is only a name. */
  Asking ask(String user) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", home().toString());
    environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("SHELL", "/bin/bash");
    environment.put("PS1", "browser> ");
    List<String> command =
        new ArrayList<>(
            List.of(root.resolve("jtsh").toString(), "--headless", "proxy", "kube", KUBE));
    command.addAll(
        List.of("--proxy=" + cluster.proxy(), "--user=" + user, "--ca-file=" + cluster.webCa()));
    PseudoTerminal terminal = PseudoTerminal.start(command, environment, home(), TerminalSize.WIDE);
    boolean asked = false;
    try {
      ShownRequest request = ShownRequest.on(terminal, SOON);
      asked = true;
      return new Asking(terminal, request, link(request.id()));
    } finally {
      if (!asked) {
        terminal.close();
      }
    }
  }

  /** A request of the product's own requesting side that claims any host name. */
  record Claiming(WebClient web, HeadlessSession session, Thread waiting) implements AutoCloseable {
    String id() {
      return session.announcement().id();
    }

    @Override
    public void close() {
      waiting.interrupt();
      try {
        if (!waiting.join(SOON)) {
          throw new AssertionError("the request's wait does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      session.close();
      web.close();
    }
  }

  Claiming claim(Person person, String host) throws IOException, ClientException {
    Map<String, String> own = Map.of("SSL_CERT_FILE", cluster.webCa().toString());
    WebClient web = new WebClient(WebTrust.load(own, Optional.empty()), InstantSource.system());
    HeadlessSession session =
        HeadlessSession.request(
            web,
            web.discover(ProxyAddress.candidates(cluster.proxy()), "headless"),
            new HeadlessRequest(
                person.name(),
                List.of(new KubeClusterName(KUBE)),
                Map.of(),
                "",
                false,
                "",
                Duration.ofHours(1),
                host,
                "somebody"),
            HeadlessTiming.STANDARD,
            InstantSource.system(),
            new SecureRandom());
    Thread waiting = Thread.ofVirtual().start(() -> session.await((cause, pause) -> {}));
    return new Claiming(web, session, waiting);
  }

  String link(String id) {
    return origin() + "/web/headless/" + id;
  }

  String origin() {
    return "https://" + cluster.proxy();
  }

  RunningCluster cluster() {
    return cluster;
  }

  Browser browser(Browser.Window window, boolean dark) throws IOException {
    return Browser.start(home(), Files.createTempDirectory(directory, "profile"), window, dark);
  }

  /** Where pictures are kept for people to look at. */
  static Path picture(String name) {
    return Path.of("target", "pictures", name + ".png").toAbsolutePath();
  }

  private Path home() {
    return directory.resolve("home");
  }

  @Override
  public void close() {
    cluster.close();
    if (provider != null) {
      provider.close();
    }
    place.close();
  }

  /** Gives tests the world; it starts with the first and is closed after the last. */
  static final class Visit implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == BrowserWorld.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(BrowserWorld.class))
          .getOrComputeIfAbsent(BrowserWorld.class, key -> build(), BrowserWorld.class);
    }

    private static BrowserWorld build() {
      try {
        return new BrowserWorld(OwnDirectory.create("jtsh-browser-"), false, PASSWORDLESS);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot build the world of the browser", e);
      }
    }
  }
}
