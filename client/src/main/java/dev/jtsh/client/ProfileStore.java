// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.protobuf.ByteString;
import dev.jtsh.client.LoginCredentials.HostAuthority;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.SshCertificate;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.protocol.text.FileFailure;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.PingResponse;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Logins on disk, in the layout of tsh ({@code ~/.tsh} or {@code TELEPORT_HOME}): what tsh wrote is
 * read in its older and its newer form, what jtsh writes newer tsh can read. Directories are 0700
 * and files 0600; see {@link ProfileDirectory} for what is refused. Private keys go between file
 * and secret memory without a copy on the Java heap.
 *
 * <p>Several processes may use one directory: each file is replaced as a whole, and a key that does
 * not fit its certificate is not used.
 */
public final class ProfileStore {
  private static final String YAML = ".yaml";
  private static final String CURRENT = "current-profile";

  /** Read by the completions of packaging/documents. */
  public static final String KUBE_NAMES = "jtsh-names";

  private static final String KNOWN_HOSTS = "known_hosts";
  private static final String PINNED_PARENT = "jtsh_rp_id";
  private static final SafeText LOG_IN = SafeText.literal("run jtsh login");

  private static final SafeText OTHER_PLACE =
      SafeText.literal(
          "logins are kept there: see to its owner and permissions, or set TELEPORT_HOME to"
              + " another directory");

  private final Path root;

  /** Keeps logins below {@code root}, which need not exist yet. */
  public ProfileStore(Path root) {
    this.root = root;
  }

  /** The store of this user: {@code TELEPORT_HOME}, else {@code ~/.tsh}. */
  public static ProfileStore ofEnvironment(Map<String, String> environment, Path home) {
    String named = environment.getOrDefault("TELEPORT_HOME", "");
    return new ProfileStore(named.isEmpty() ? home.resolve(".tsh") : Path.of(named));
  }

  /** Where it is. */
  public Path root() {
    return root;
  }

  /** The login used last; empty when there is none. */
  public Optional<Profile> current() throws ClientException {
    return reading(directory -> {
      String name = directory.read(CURRENT).map(bytes -> new String(bytes, UTF_8)).orElse("");
      // Empty when its writer was stopped: as good as none.
      return name.isBlank() ? Optional.empty() : profile(directory, name.strip());
    });
  }

  /** The login at one proxy; empty when there is none. */
  public Optional<Profile> forProxy(String proxyHost) throws ClientException {
    return reading(directory -> profile(directory, proxyHost));
  }

  /**
   * See {@link Profile#pinnedParent}; empty too where the profile is damaged, so that a new login
   * can mend it.
   */
  public Optional<String> pinnedParent(String proxyHost) throws ClientException {
    return reading(directory -> {
      Optional<byte[]> text = directory.read(proxyHost + YAML);
      return text.isEmpty() ? Optional.empty() : pinned(usableSettings(text, proxyHost));
    });
  }

  /** All logins, those that cannot be read left out. */
  public List<Profile> all() throws ClientException {
    var hosts = new ArrayList<String>();
    try (@Nullable ProfileDirectory directory = ProfileDirectory.open(root).orElse(null)) {
      if (directory != null) {
        for (String name : directory.names()) {
          if (name.endsWith(YAML) && name.length() > YAML.length()) {
            hosts.add(name.substring(0, name.length() - YAML.length()));
          }
        }
      }
    } catch (IOException e) {
      throw unusable(e);
    }
    hosts.sort(null);
    var profiles = new ArrayList<Profile>();
    for (String host : hosts) {
      try {
        forProxy(host).ifPresent(profiles::add);
      } catch (ClientException e) {
        // A damaged login must not hide the others.
      }
    }
    return profiles;
  }

  /**
   * Loads a login with its key. The caller closes it.
   *
   * @throws ClientException when key or certificate are missing, damaged or not of each other
   */
  public LoginCredentials load(Profile profile) throws ClientException {
    X509Certificate certificate =
        profile
            .certificate()
            .orElseThrow(() ->
                new ClientException.ProfileUnusable(
                    SafeText.literal("Not logged in."), LOG_IN, null));
    HeldKey key = loadKey(profile);
    if (!key.publicKey().equals(certificate.getPublicKey())) {
      key.close();
      throw new ClientException.ProfileUnusable(
          SafeText.literal("the private key in the profile is not that of its certificate"),
          LOG_IN,
          null);
    }
    return new LoginCredentials(key, certificate, ByteString.EMPTY, profile.hostAuthorities());
  }

  /**
   * Writes a login and makes it the current one.
   *
   * @param discovery of the cluster
   * @param pinnedParent see {@link Profile#pinnedParent}
   */
  public void save(LoginCredentials login, Discovery discovery, Optional<String> pinnedParent)
      throws ClientException {
    ProxyAddress proxy = discovery.proxy();
    String user = login.identity().username();
    try (ProfileDirectory top = ProfileDirectory.openOrCreate(root);
        ProfileDirectory keys = top.childOrCreate("keys");
        ProfileDirectory ours = keys.childOrCreate(proxy.host())) {
      try (SecretBuffer pem = login.key().privateKeyPem()) {
        ours.write(user + ".key", pem.segment().asByteBuffer());
        ours.write(user, pem.segment().asByteBuffer());
      }
      ours.write(user + ".crt", Pem.encode(login.certificate()).getBytes(US_ASCII));
      ours.write(user + ".pub", SshPublicKey.authorizedKeysLine(login.key().publicKey()));
      // The older form's certificate would no longer fit the key beside it.
      ours.deleteRecursively(user + "-x509.pem");
      try (ProfileDirectory ssh = ours.childOrCreate(user + "-ssh")) {
        ssh.write(login.cluster() + "-cert.pub", login.sshCertificate().toByteArray());
      }
      writeAuthorities(top, ours, proxy, login.hostAuthorities());
      writeSettings(top, login, discovery, pinnedParent);
      top.write(CURRENT, (proxy.host() + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Removes everything of one login: keys, certificates, settings, known hosts; and the current
   * profile, if it was this.
   *
   * @return whether there was anything
   */
  public boolean remove(Profile profile) throws ClientException {
    String host = profile.proxy().host();
    String user = profile.user();
    boolean removed = false;
    try (@Nullable ProfileDirectory top = ProfileDirectory.open(root).orElse(null)) {
      if (top == null) {
        return false;
      }
      try (@Nullable ProfileDirectory keys = top.child("keys").orElse(null)) {
        if (keys != null) {
          try (@Nullable ProfileDirectory ours = keys.child(host).orElse(null)) {
            if (ours != null) {
              for (String name : ours.names()) {
                boolean shared = name.equals("cas") || name.equals("certs.pem");
                if (shared || isOf(user, name)) {
                  removed |= ours.deleteRecursively(name);
                }
              }
            }
          }
          removeIfEmpty(keys, host);
        }
      }
      removeIfEmpty(top, "keys");
      removed |= top.deleteRecursively(host + YAML);
      removeKnownHosts(top, profile);
      Optional<byte[]> current = top.read(CURRENT);
      if (current.isPresent() && new String(current.get(), UTF_8).strip().equals(host)) {
        removed |= top.deleteRecursively(CURRENT);
      }
      return removed;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Keeps the names of the Kubernetes clusters a login may use, for completion in shells. They go
   * with the login.
   *
   * @param names one a line
   */
  public void rememberKubeClusters(Profile profile, List<String> names) throws ClientException {
    try (ProfileDirectory top = ProfileDirectory.openOrCreate(root);
        ProfileDirectory keys = top.childOrCreate("keys");
        ProfileDirectory ours = keys.childOrCreate(profile.proxy().host());
        ProfileDirectory kube = ours.childOrCreate(profile.user() + "-kube")) {
      kube.write(KUBE_NAMES, (String.join("\n", names) + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Whether a file in a proxy's key directory is of this user. */
  private static boolean isOf(String user, String name) {
    return name.equals(user)
        || List.of(".key", ".crt", ".pub", ".ppk", "-x509.pem").stream()
            .anyMatch(suffix -> name.equals(user + suffix))
        || List.of("-ssh", "-kube", "-app", "-db").stream()
            .anyMatch(suffix -> name.equals(user + suffix))
        || name.equals("kube_credentials.lock");
  }

  private static void removeIfEmpty(ProfileDirectory parent, String name) throws IOException {
    boolean empty;
    try (@Nullable ProfileDirectory child = parent.child(name).orElse(null)) {
      empty = child != null && child.names().isEmpty();
    }
    if (empty) {
      parent.deleteRecursively(name);
    }
  }

  private HeldKey loadKey(Profile profile) throws ClientException {
    String user = profile.user();
    try (ProfileDirectory top = require(ProfileDirectory.open(root));
        ProfileDirectory keys = require(top.child("keys"));
        ProfileDirectory ours = require(keys.child(profile.proxy().host()))) {
      // A read lock of tsh may have made an empty key file: that is no key.
      String name =
          isThere(ours, user + ".key") && isThere(ours, user + ".crt") ? user + ".key" : user;
      return HeldKey.loadPem(ours.path().resolve(name));
    } catch (IOException e) {
      throw unusable(e);
    } catch (PkiException e) {
      throw new ClientException.ProfileUnusable(
          SafeText.literal("the private key in the profile cannot be read"), LOG_IN, e);
    }
  }

  private static boolean isThere(ProfileDirectory directory, String name) throws IOException {
    var channel = directory.openForReading(name);
    if (channel.isEmpty()) {
      return false;
    }
    try (var open = channel.get()) {
      return open.size() > 0;
    }
  }

  private static ProfileDirectory require(Optional<ProfileDirectory> directory) throws IOException {
    return directory.orElseThrow(() -> new IOException("the profile has no keys"));
  }

  private interface Reading<T> {
    Optional<T> read(ProfileDirectory directory) throws IOException;
  }

  private <T> Optional<T> reading(Reading<T> reading) throws ClientException {
    try (@Nullable ProfileDirectory directory = ProfileDirectory.open(root).orElse(null)) {
      return directory == null ? Optional.empty() : reading.read(directory);
    } catch (IOException e) {
      throw unusable(e);
    } catch (PkiException e) {
      throw new ClientException.ProfileUnusable(
          SafeText.format("the profile in {} is damaged", SafeText.of(root.toString())), LOG_IN, e);
    }
  }

  private Optional<Profile> profile(ProfileDirectory top, String host) throws IOException {
    Optional<byte[]> text = top.read(host + YAML);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode settings = settings(text.get(), host);
    String user = settings.path("user").asText();
    String cluster = settings.path("cluster").asText();
    if (user.isEmpty() || cluster.isEmpty()) {
      throw new DamagedProfileException(host + YAML + " is damaged", null);
    }
    ProxyAddress proxy;
    try {
      proxy = ProxyAddress.parse(settings.path("web_proxy_addr").asText());
    } catch (IllegalArgumentException e) {
      throw new DamagedProfileException("the profile of " + host + " names no usable proxy", e);
    }
    Optional<X509Certificate> certificate = Optional.empty();
    Optional<SshCertificate> ssh = Optional.empty();
    List<HostAuthority> authorities = List.of();
    try (@Nullable ProfileDirectory keys = top.child("keys").orElse(null);
        @Nullable ProfileDirectory ours = keys == null ? null : keys.child(host).orElse(null)) {
      if (ours != null) {
        certificate = certificate(ours, user);
        try (@Nullable ProfileDirectory certs = ours.child(user + "-ssh").orElse(null)) {
          if (certs != null) {
            ssh = certs.read(cluster + "-cert.pub").map(SshCertificate::parse);
          }
        }
        authorities = authorities(ours);
      }
    }
    return Optional.of(
        new Profile(
            proxy,
            user,
            cluster,
            settings.path("kube_proxy_addr").asText(),
            settings.path("tls_routing_enabled").asBoolean(),
            pinned(settings),
            certificate,
            ssh,
            authorities));
  }

  private static Optional<String> pinned(ObjectNode settings) {
    return Optional.of(settings.path(PINNED_PARENT).asText()).filter(name -> !name.isEmpty());
  }

  private static Optional<X509Certificate> certificate(ProfileDirectory keys, String user)
      throws IOException {
    if (isThere(keys, user + ".key") && isThere(keys, user + ".crt")) {
      return keys.read(user + ".crt").map(Pem::certificate);
    }
    return keys.read(user + "-x509.pem").map(Pem::certificate);
  }

  private static List<HostAuthority> authorities(ProfileDirectory keys) throws IOException {
    try (@Nullable ProfileDirectory cas = keys.child("cas").orElse(null)) {
      var authorities = new ArrayList<HostAuthority>();
      if (cas != null) {
        List<String> names = cas.names();
        names.sort(null);
        for (String name : names) {
          Optional<byte[]> pem = name.endsWith(".pem") ? cas.read(name) : Optional.empty();
          if (pem.isPresent()) {
            String cluster = name.substring(0, name.length() - ".pem".length());
            authorities.add(new HostAuthority(cluster, Pem.certificates(pem.get()), List.of()));
          }
        }
      }
      return authorities;
    }
  }

  /** Without those that nobody can read. */
  private static ObjectNode usableSettings(Optional<byte[]> text, String host) throws IOException {
    try {
      return text.isPresent() ? settings(text.get(), host) : Yaml.MAPPER.createObjectNode();
    } catch (DamagedProfileException e) {
      return Yaml.MAPPER.createObjectNode();
    }
  }

  private static ObjectNode settings(byte[] text, String host) throws IOException {
    try {
      JsonNode node = Yaml.MAPPER.readTree(text);
      if (node instanceof ObjectNode settings) {
        return settings;
      }
    } catch (JsonProcessingException e) {
      throw new DamagedProfileException(host + YAML + " is damaged", e);
    }
    throw new DamagedProfileException(host + YAML + " is damaged", null);
  }

  private void writeSettings(
      ProfileDirectory top,
      LoginCredentials login,
      Discovery discovery,
      Optional<String> pinnedParent)
      throws IOException {
    ProxyAddress proxy = discovery.proxy();
    Optional<byte[]> before = top.read(proxy.host() + YAML);
    // Keys that other versions know are kept.
    ObjectNode settings = usableSettings(before, proxy.host());
    settings.put("web_proxy_addr", proxy.hostPort());
    settings.put("ssh_proxy_addr", proxy.hostPort());
    settings.put(
        "kube_proxy_addr", discovery.ping().proxy().kube().enabled() ? proxy.hostPort() : "");
    settings.put("user", login.identity().username());
    settings.put("cluster", login.cluster());
    settings.put("dir", "");
    settings.put("tls_routing_enabled", discovery.ping().proxy().tlsRoutingEnabled());
    settings.put(
        "auth_connector",
        BrowserLogin.connector(discovery).map(PingResponse.Connector::name).orElse("local"));
    settings.put("mfa_mode", "auto");
    if (pinnedParent.isPresent()) {
      settings.put(PINNED_PARENT, pinnedParent.get());
    }
    top.write(proxy.host() + YAML, Yaml.MAPPER.writeValueAsBytes(settings));
  }

  private static void writeAuthorities(
      ProfileDirectory top,
      ProfileDirectory ours,
      ProxyAddress proxy,
      List<HostAuthority> authorities)
      throws IOException {
    var all = new StringBuilder();
    try (ProfileDirectory cas = ours.childOrCreate("cas")) {
      for (HostAuthority authority : authorities) {
        String pem = Pem.encode(authority.certificates());
        cas.write(authority.cluster() + ".pem", pem.getBytes(US_ASCII));
        all.append(pem);
      }
    }
    ours.write("certs.pem", all.toString().getBytes(US_ASCII));
    var lines = new ArrayList<String>();
    for (String line : knownHosts(top)) {
      if (authorities.stream().noneMatch(a -> line.startsWith(marker(proxy, a.cluster())))) {
        lines.add(line);
      }
    }
    for (HostAuthority authority : authorities) {
      for (ByteString key : authority.sshKeys()) {
        String shown = key.toStringUtf8().strip();
        if (!shown.isEmpty() && shown.indexOf('\n') < 0) {
          lines.add(marker(proxy, authority.cluster()) + shown + " type=host");
        }
      }
    }
    writeKnownHosts(top, lines);
  }

  private static void removeKnownHosts(ProfileDirectory top, Profile profile) throws IOException {
    List<String> before = knownHosts(top);
    var lines = new ArrayList<String>();
    for (String line : before) {
      if (!line.startsWith("@cert-authority " + profile.proxy().host() + ",")) {
        lines.add(line);
      }
    }
    if (lines.size() != before.size()) {
      writeKnownHosts(top, lines);
    }
  }

  private static List<String> knownHosts(ProfileDirectory top) throws IOException {
    Optional<byte[]> text = top.read(KNOWN_HOSTS);
    return text.isEmpty()
        ? List.of()
        : new String(text.get(), UTF_8).lines().filter(line -> !line.isBlank()).toList();
  }

  private static void writeKnownHosts(ProfileDirectory top, List<String> lines) throws IOException {
    if (lines.isEmpty()) {
      top.deleteRecursively(KNOWN_HOSTS);
    } else {
      top.write(KNOWN_HOSTS, (String.join("\n", lines) + "\n").getBytes(UTF_8));
    }
  }

  private static String marker(ProxyAddress proxy, String cluster) {
    return "@cert-authority %s,%s,*.%s ".formatted(proxy.host(), cluster, cluster);
  }

  private ClientException unusable(IOException cause) {
    return new ClientException.ProfileUnusable(
        SafeText.format(
            "profile in {}: {}", SafeText.of(root.toString()), SafeText.of(FileFailure.of(cause))),
        switch (cause) {
          case UnsafeProfileException e -> SafeText.empty();
          case DamagedProfileException e -> LOG_IN;
          case FileSystemException e -> OTHER_PLACE;
          default -> LOG_IN;
        },
        cause);
  }

  /** Made when the first login is read or written: where there is none, it costs nothing. */
  private static final class Yaml {
    static final YAMLMapper MAPPER =
        new YAMLMapper(
            YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .build());
  }
}
