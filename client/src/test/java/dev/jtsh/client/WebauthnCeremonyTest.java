// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebauthnCeremonyTest {
  private static final ProxyAddress PROXY = ProxyAddress.parse("teleport.example.com:3080");
  private final RecordingKey key = new RecordingKey();

  @Test
  void originIsTheAddressDialledWithItsPort() throws Exception {
    new WebauthnCeremony(PROXY, Optional.empty(), key).sign(challenge("teleport.example.com"));

    assertThat(key.requests).hasSize(1);
    assertThat(key.requests.getFirst().origin()).isEqualTo("https://teleport.example.com:3080");
    assertThat(key.requests.getFirst().challenge()).isEqualTo(ByteString.copyFromUtf8("c"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example.com", "example.com", "com", "", "eport.example.com", "localhost"})
  void attack22ForeignRelyingPartyGetsNoSignature(String rpId) {
    assertThatThrownBy(
            () -> new WebauthnCeremony(PROXY, Optional.empty(), key).sign(challenge(rpId)))
        .isInstanceOf(ClientException.SecurityKeyFailed.class);
    assertThat(key.requests).isEmpty();
  }

  @Test
  void attack22ParentDomainSignsOnlyWhenPinned() throws Exception {
    new WebauthnCeremony(PROXY, Optional.of("example.com"), key).sign(challenge("example.com"));
    assertThat(key.requests).hasSize(1);

    for (String pinned : List.of("com", "other.com", "eport.example.com")) {
      assertThatThrownBy(
              () -> new WebauthnCeremony(PROXY, Optional.of(pinned), key).sign(challenge(pinned)))
          .isInstanceOf(ClientException.SecurityKeyFailed.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:443", "[::1]:443"})
  void attack22AddressIsNoRelyingParty(String proxy) {
    ProxyAddress address = ProxyAddress.parse(proxy);

    assertThatThrownBy(() ->
            new WebauthnCeremony(address, Optional.empty(), key).sign(challenge(address.host())))
        .isInstanceOf(ClientException.SecurityKeyFailed.class)
        .hasMessageContaining("host names only");
  }

  private static WebauthnChallengeJson challenge(String rpId) {
    return new WebauthnChallengeJson(
        new WebauthnChallengeJson.RequestOptions(
            ByteString.copyFromUtf8("c"), 300_000, rpId, List.of(), "required", null));
  }

  private static final class RecordingKey implements SecurityKey {
    private final List<AssertionRequest> requests = new ArrayList<>();

    @Override
    public AssertionResult sign(AssertionRequest request) {
      requests.add(request);
      ByteString none = ByteString.EMPTY;
      return new AssertionResult(none, none, none, none, none);
    }

    @Override
    public RegistrationResult register(RegistrationRequest request) {
      throw new AssertionError("not asked for");
    }
  }
}
