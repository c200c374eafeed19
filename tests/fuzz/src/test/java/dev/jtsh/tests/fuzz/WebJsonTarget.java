// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.jtsh.protocol.error.WireError;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.ErrorBody;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.HeadlessUpdate;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.MfaLoginBeginResponse;
import dev.jtsh.protocol.web.MfaLoginFinishRequest;
import dev.jtsh.protocol.web.PingResponse;
import dev.jtsh.protocol.web.SignupBeginRequest;
import dev.jtsh.protocol.web.SignupFinishRequest;
import dev.jtsh.protocol.web.SshLoginResponse;
import dev.jtsh.protocol.web.WebauthnAssertionJson;
import dev.jtsh.protocol.web.WebauthnAttestationJson;
import dev.jtsh.protocol.web.WebauthnChallengeJson;
import dev.jtsh.protocol.web.WebauthnCreationJson;
import java.util.List;

/** The JSON documents of the web API, of either side; the first byte says which. */
public final class WebJsonTarget {
  static final List<Class<?>> DOCUMENTS =
      List.of(
          HeadlessLoginRequest.class,
          SshLoginResponse.class,
          PingResponse.class,
          MfaLoginBeginRequest.class,
          MfaLoginBeginResponse.class,
          MfaLoginFinishRequest.class,
          HeadlessUpdate.class,
          SignupBeginRequest.class,
          SignupFinishRequest.class,
          WebauthnAssertionJson.class,
          WebauthnAttestationJson.class,
          WebauthnChallengeJson.class,
          WebauthnCreationJson.class,
          ErrorBody.class);

  private WebJsonTarget() {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    int which = data.consumeInt(0, DOCUMENTS.size() - 1);
    byte[] document = data.consumeRemainingAsBytes();
    try {
      WireJson.read(document, DOCUMENTS.get(which));
    } catch (WireException expected) {
      // Refused, by the one exception that callers expect.
    }
    WireError.ofHttp(400, document);
  }
}
