// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.sun.security.auth.module.UnixSystem;
import dev.jtsh.client.LoginCredentials.HostAuthority;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.SshUserCertificateRequest;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.protocol.web.PingResponse;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileStoreTest {
  private static final ProxyAddress PROXY = ProxyAddress.parse("proxy.example.com:3080");
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  @TempDir private Path directory;
  private Path root = Path.of("unset");
  private ProfileStore store = new ProfileStore(root);

  @BeforeEach
  void newStore() {
    root = directory.resolve("home");
    store = new ProfileStore(root);
  }

  @Test
  void readsWhatTsh15Recorded() throws Exception {
    copyRecorded();

    Profile profile = store.current().orElseThrow();

    assertThat(profile.proxy().hostPort()).isEqualTo("localhost:3080");
    assertThat(profile.user()).isEqualTo("alice");
    assertThat(profile.cluster()).isEqualTo("tptest");
    assertThat(profile.tlsRouting()).isTrue();
    UserIdentity identity = profile.identity().orElseThrow();
    assertThat(identity.username()).isEqualTo("alice");
    assertThat(identity.roles()).contains("access", "editor");
    assertThat(identity.kubernetesGroups()).containsExactly("system:masters");
    assertThat(profile.sshCertificate().orElseThrow().extensions())
        .containsKeys("login-ip", "permit-port-forwarding", "teleport-roles");
    assertThat(profile.trustAnchors("tptest").certificates()).hasSize(1);
    assertThat(profile.trustAnchors("other").certificates()).isEmpty();
    assertThat(profile.isValid(profile.validUntil().minusSeconds(1))).isTrue();
    assertThat(profile.isValid(profile.validUntil())).isFalse();
  }

  @Test
  void recordedProfileHasNoKeyAndSaysSo() throws Exception {
    copyRecorded();
    Profile profile = store.current().orElseThrow();

    assertThatThrownBy(() -> store.load(profile))
        .isInstanceOf(ClientException.ProfileUnusable.class);
  }

  @Test
  void noDirectoryMeansNotLoggedIn() throws Exception {
    assertThat(store.current()).isEmpty();
    assertThat(store.all()).isEmpty();
    assertThat(root).doesNotExist();
  }

  @Test
  void savedLoginIsReadBackAndItsKeySigns() throws Exception {
    try (LoginCredentials login = login("bob", "root")) {
      store.save(login, discovery(), Optional.of("example.com"));

      Profile profile = store.current().orElseThrow();
      try (LoginCredentials loaded = store.load(profile)) {
        assertThat(loaded.key().publicKey()).isEqualTo(login.key().publicKey());
        assertThat(loaded.certificate()).isEqualTo(login.certificate());
        assertThat(loaded.trustAnchors()).isEqualTo(login.trustAnchors());
        assertThat(loaded.key().sign("SHA256withECDSA", new byte[] {1})).isNotEmpty();
      }
      assertThat(profile.pinnedParent()).contains("example.com");
      assertThat(profile.sshCertificate().orElseThrow().keyId()).isEqualTo("bob");
      assertThat(Files.readString(root.resolve("known_hosts")))
          .startsWith("@cert-authority proxy.example.com,root,*.root ecdsa-sha2-nistp256 ")
          .endsWith(" type=host\n");
    }
  }

  @Test
  void filesAndDirectoriesAreTheOwnersAlone() throws Exception {
    saveLogin("bob");

    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            assertThat(mode(path)).as(path.toString()).isEqualTo("rwx------");
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            assertThat(mode(path)).as(path.toString()).isEqualTo("rw-------");
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Test
  void logoutLeavesNothing() throws Exception {
    saveLogin("bob");
    store.rememberKubeClusters(store.current().orElseThrow(), List.of("c1", "c2"));
    try (Stream<Path> all = Files.walk(root)) {
      assertThat(all.filter(file -> file.endsWith("bob-kube/" + ProfileStore.KUBE_NAMES)))
          .singleElement()
          .satisfies(file -> assertThat(file).hasContent("c1\nc2\n"));
    }

    assertThat(store.remove(store.current().orElseThrow())).isTrue();

    assertThat(store.current()).isEmpty();
    assertRootIsEmpty();
  }

  @Test
  void logoutOfTheRecordedProfileLeavesNothing() throws Exception {
    copyRecorded();

    store.remove(store.current().orElseThrow());

    assertRootIsEmpty();
  }

  @Test
  void logoutLeavesOtherProxysLoginsAlone() throws Exception {
    copyRecorded();
    saveLogin("bob");

    store.remove(store.forProxy("proxy.example.com").orElseThrow());

    assertThat(store.all()).extracting(Profile::user).containsExactly("alice");
    assertThat(store.forProxy("localhost").orElseThrow().certificate()).isPresent();
    assertThat(Files.readString(root.resolve("known_hosts"))).contains("localhost,tptest");
  }

  @Test
  void settingsOfOtherVersionsAreKept() throws Exception {
    Files.createDirectory(root, PRIVATE);
    Files.writeString(root.resolve("proxy.example.com.yaml"), "sso_host: idp.example.com\n");

    saveLogin("bob");

    assertThat(Files.readString(root.resolve("proxy.example.com.yaml")))
        .contains("sso_host: idp.example.com")
        .contains("web_proxy_addr: proxy.example.com:3080");
  }

  @Test
  void emptyKeyFileOfALockIsNoLogin() throws Exception {
    copyRecorded();
    Files.createFile(root.resolve("keys/localhost/alice.key"));

    assertThat(store.current().orElseThrow().certificate()).isPresent();
  }

  @Test
  void keyOfAnotherLoginIsNotUsed() throws Exception {
    saveLogin("bob");
    Path key = root.resolve("keys/proxy.example.com/bob.key");
    byte[] first = Files.readAllBytes(key);
    saveLogin("bob");
    Files.write(key, first);

    assertThatThrownBy(() -> store.load(store.current().orElseThrow()))
        .isInstanceOf(ClientException.ProfileUnusable.class)
        .hasMessageContaining("not that of its certificate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../evil", "a/b", "..", ".hidden", "", "a\\nb", "a\\0b"})
  void attack34NameThatIsAPathIsRefused(String yamlText) throws Exception {
    copyRecorded();
    Path yaml = root.resolve("localhost.yaml");
    Files.writeString(
        yaml, Files.readString(yaml).replace("user: alice", "user: \"" + yamlText + "\""));

    assertThatThrownBy(store::current).isInstanceOf(ClientException.ProfileUnusable.class);
  }

  @Test
  void attack34CurrentProfileThatIsAPathIsRefused() throws Exception {
    copyRecorded();
    Files.writeString(root.resolve("current-profile"), "../../etc/evil\n");

    assertThatThrownBy(store::current).isInstanceOf(ClientException.ProfileUnusable.class);
  }

  @Test
  void attack34ClusterNameThatIsAPathIsNotWritten() throws Exception {
    try (LoginCredentials login = login("bob", "../../../evil")) {
      assertThatThrownBy(() -> store.save(login, discovery(), Optional.empty()))
          .isInstanceOf(ClientException.ProfileUnusable.class);
    }
    assertThat(directory.resolve("evil-cert.pub")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwx----w-"})
  void attack34DirectoryThatOthersMayWriteIsRefused(String mode) throws Exception {
    copyRecorded();
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(mode));

    assertThatThrownBy(store::current)
        .isInstanceOf(ClientException.ProfileUnusable.class)
        .hasMessageContaining("writable by others");
  }

  @Test
  void attack34DirectoryOfAnotherUserIsRefused() throws Exception {
    assumeTrue(new UnixSystem().getUid() == 0, "only root can give files away");
    copyRecorded();
    Files.setOwner(
        root, root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

    assertThatThrownBy(store::current)
        .isInstanceOf(ClientException.ProfileUnusable.class)
        .hasMessageContaining("belongs to nobody");
  }

  @Test
  void attack34SymbolicLinksBelowAreNotFollowed() throws Exception {
    copyRecorded();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.move(root.resolve("keys"), elsewhere.resolve("keys"));
    Files.createSymbolicLink(root.resolve("keys"), elsewhere.resolve("keys"));

    assertThatThrownBy(store::current).isInstanceOf(ClientException.ProfileUnusable.class);
  }

  @Test
  void attack34SymbolicLinkInPlaceOfAFileIsNotFollowed() throws Exception {
    copyRecorded();
    Path yaml = root.resolve("localhost.yaml");
    Path moved = directory.resolve("moved.yaml");
    Files.move(yaml, moved);
    Files.createSymbolicLink(yaml, moved);

    assertThatThrownBy(store::current).isInstanceOf(ClientException.ProfileUnusable.class);
  }

  @Test
  void damagedLoginDoesNotHideTheOthers() throws Exception {
    copyRecorded();
    Files.writeString(root.resolve("broken.example.com.yaml"), "[");

    assertThat(store.all()).extracting(Profile::user).containsExactly("alice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "web_proxy_addr: proxy.example.com:3080\nssh_pro", "- a\n"})
  void aDamagedLoginSaysSoAndTheNextOneMendsIt(String left) throws Exception {
    saveLogin("bob");
    Files.writeString(root.resolve("proxy.example.com.yaml"), left);

    ClientException failure = catchThrowableOfType(ClientException.class, store::current);
    assertThat(failure.safeMessage().toString())
        .contains("proxy.example.com.yaml is damaged")
        .doesNotContain("null", "Exception");
    assertThat(failure.hint().toString()).isEqualTo("run jtsh login");
    assertThat(store.pinnedParent("proxy.example.com")).isEmpty();

    saveLogin("bob");
    assertThat(store.current().orElseThrow().user()).isEqualTo("bob");
  }

  @Test
  void anEmptyCurrentProfileIsNoLogin() throws Exception {
    copyRecorded();
    Files.writeString(root.resolve("current-profile"), "");

    assertThat(store.current()).isEmpty();
  }

  @Test
  void aFileInTheDirectorysPlaceIsNamed() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    ClientException failure =
        catchThrowableOfType(ClientException.class, new ProfileStore(file)::current);

    assertThat(failure.safeMessage().toString()).endsWith(file + " is not a directory");
    assertThat(failure.hint().toString()).contains("TELEPORT_HOME");
  }

  @Test
  void homeIsWhereTheEnvironmentSays() {
    assertThat(ProfileStore.ofEnvironment(Map.of("TELEPORT_HOME", "/x"), directory).root())
        .isEqualTo(Path.of("/x"));
    assertThat(ProfileStore.ofEnvironment(Map.of(), directory).root())
        .isEqualTo(directory.resolve(".tsh"));
  }

  private void saveLogin(String user) throws ClientException {
    try (LoginCredentials login = login(user, "root")) {
      store.save(login, discovery(), Optional.empty());
    }
  }

  private void assertRootIsEmpty() throws IOException {
    try (var left = Files.list(root)) {
      assertThat(left).isEmpty();
    }
  }

  private static Discovery discovery() {
    PingResponse ping =
        PingResponse.of(
            PingResponse.Auth.localWebauthn("local", "localhost", true, Duration.ofHours(12)),
            PingResponse.Proxy.onOnePort(PROXY.hostPort(), PROXY.hostPort()),
            "17.0.0",
            "16.0.0",
            "root");
    return new Discovery(PROXY, ping, ServerVersion.parse("17.0.0"), false);
  }

  private static LoginCredentials login(String user, String cluster) {
    CertificateAuthority authority =
        CertificateAuthority.create(
            "root",
            HeldKey.generate(KeyKind.P256),
            NOW.minusSeconds(60),
            NOW.plus(Duration.ofHours(20)));
    HeldKey key = HeldKey.generate(KeyKind.P256);
    UserIdentity identity =
        UserIdentity.builder(user)
            .roles(List.of("access"))
            .principals(List.of("root"))
            .teleportCluster(cluster)
            .build();
    Instant end = NOW.plus(Duration.ofHours(12));
    byte[] ssh =
        authority.issueSshUser(
            new SshUserCertificateRequest(
                key.publicKey(),
                user,
                List.of("root"),
                NOW,
                end,
                new TreeMap<>(),
                new TreeMap<>()));
    return new LoginCredentials(
        key,
        authority.issueUser(identity, key.publicKey(), NOW, end),
        ByteString.copyFrom(ssh),
        List.of(
            new HostAuthority(
                cluster,
                List.of(authority.certificate()),
                List.of(ByteString.copyFrom(authority.sshPublicKey())))));
  }

  private void copyRecorded() throws IOException {
    Path source = Path.of("src/test/resources/recorded/profile");
    try (var files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path target = root.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectory(target, PRIVATE);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
