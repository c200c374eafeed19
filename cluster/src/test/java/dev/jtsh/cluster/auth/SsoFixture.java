// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.testing.FakeOpenIdProvider;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.SshPublicKey;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.SealedLogin;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.SsoConsoleRequest;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An auth service with a provider beside it. */
public final class SsoFixture implements AutoCloseable {
  public static final InetSocketAddress LAPTOP = AuthFixture.LAPTOP;
  static final String SECRET_KEY = "0123456789abcdef".repeat(4);

  public final FakeOpenIdProvider provider;
  public final AuthFixture auth;
  private final dev.jtsh.tests.fixtures.FakeClock clock;

  public SsoFixture(Path directory) throws Exception {
    this(directory, SsoSettings.FirstKey.WAITS);
  }

  public SsoFixture(Path directory, SsoSettings.FirstKey firstKey) throws Exception {
    this.clock = new dev.jtsh.tests.fixtures.FakeClock(java.time.Instant.now());
    this.provider = new FakeOpenIdProvider(directory, clock);
    this.auth =
        new AuthFixture(
            directory,
            AuthSettings.defaults(AuthFixture.CLUSTER, "localhost")
                .withSso(
                    new SsoSettings(
                        List.of(provider.connector()), "okta", firstKey, Duration.ofHours(24))),
            clock);
  }

  /** A program on a laptop that logs in in a browser. */
  final class Program {
    final HeldKey key = HeldKey.generate(KeyKind.P256);
    final String redirect = "http://127.0.0.1:4711/callback";

    /** Where the browser is sent. */
    String begin() {
      return auth.auth
          .sso()
          .begin(
              new SsoConsoleRequest(
                  redirect + "?secret_key=" + SECRET_KEY,
                  ByteString.EMPTY,
                  ByteString.copyFrom(SshPublicKey.authorizedKeysLine(key.publicKey())),
                  AuthFixture.pem(key.publicKey()),
                  Duration.ofHours(4),
                  "okta",
                  "",
                  "",
                  ""),
              LAPTOP)
          .redirectUrl();
    }

    /** The whole login of a person: what the program is brought. */
    Map<String, String> logIn(Map<String, Object> claims) {
      return broughtBy(finish(provider.logIn(begin(), claims)));
    }

    /** What the browser brings the program. */
    Map<String, String> broughtBy(SsoEnd end) {
      String address = ((SsoEnd.ToProgram) end).address().toString();
      if (!address.startsWith(redirect + "?")) {
        throw new AssertionError("the browser went to " + address);
      }
      return FakeOpenIdProvider.query(address.substring(redirect.length() + 1));
    }

    /** The certificate that the program was brought. */
    X509Certificate certificate(Map<String, String> brought) {
      byte[] sealed = brought.getOrDefault("response", "").getBytes(StandardCharsets.UTF_8);
      byte[] plain =
          WireJson.read(sealed, SealedLogin.class).open(HexFormat.of().parseHex(SECRET_KEY));
      SshLoginResponse login = WireJson.read(plain, SshLoginResponse.class);
      return Pem.certificate(login.tlsCert().toByteArray());
    }
  }

  /** The provider's answer reaches the cluster in a browser without our cookie. */
  SsoEnd finish(String query) {
    return finish(query, Optional.empty());
  }

  SsoEnd finish(String query, Optional<String> browser) {
    return auth.auth.sso().finish(SsoAnswer.ofQuery(query).orElseThrow(), browser, LAPTOP);
  }

  @Override
  public void close() {
    auth.close();
    provider.close();
  }
}
