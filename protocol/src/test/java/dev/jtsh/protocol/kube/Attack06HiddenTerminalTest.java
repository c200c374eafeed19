// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attack 6: an interactive session that is not seen as interactive. */
class Attack06HiddenTerminalTest {
  private static final String POD = "/api/v1/namespaces/n/pods/p/";

  private static StreamParameters exec(String query) {
    return StreamParameters.of(KubeRequest.parse("POST", POD + "exec?" + query)).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tty=1",
        "tty=true",
        "tty=yes",
        "tty=T",
        "tty=no",
        "tty=off",
        "tty=",
        "tty",
        "tty=00",
        "tty=%20",
        "%74ty=x",
        "tty=fals",
        "stdin=1&tty=0",
        "stdin",
        "stdin=&tty=false"
      })
  void whateverKubernetesTakesForATerminalOrInputIsInteractive(String query) {
    assertThat(exec("command=sh&" + query).isInteractive()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "tty=0", "tty=false", "tty=False", "tty=FALSE&stdin=0", "TTY=1", "stdout=1"})
  void onlyTheTwoWordsForOffAndNothingAtAllAreNot(String query) {
    assertThat(exec("command=ls&" + query).isInteractive()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tty=0&tty=1",
        "tty=false&%74ty=true",
        "stdin=0&stdin=1",
        "container=a&container=b",
        "stdout=1&stdout=1",
        "tty=1;stdin=1"
      })
  void repeatedParametersAreRefusedForReadersDifferInWhichCounts(String query) {
    assertThatThrownBy(() -> exec(query)).isInstanceOf(BadKubeRequestException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "exec,        'tty=yes&stdin=&stdout=0&command=sh&command=-c&command=a b%26', tty=true&stdin=true&command=sh&command=-c&command=a%20b%26",
    "exec,        'x=1&command=ls&Tty=1&ports=1&container=c',                     command=ls&container=c",
    "attach,      'tty=T&command=sh&stdin=false',                                 tty=true",
    "portforward, 'ports=80&ports=443&tty=1',                                     ports=80&ports=443",
  })
  void whatIsSentHoldsOnlyWhatWasUnderstood(String subresource, String query, String sent) {
    String raw = POD + subresource + "?" + query.replace(' ', '+');

    assertThat(KubeRequest.parse("GET", raw).target()).isEqualTo(POD + subresource + "?" + sent);
  }

  @Test
  void parametersAreThoseOfTheQuery() {
    StreamParameters read = exec("container=c&command=sh&command=-c&command=echo+1&stdout=1");

    assertThat(read.container()).isEqualTo("c");
    assertThat(read.command()).containsExactly("sh", "-c", "echo 1");
    assertThat(read.commandLine()).isEqualTo("sh -c echo 1");
    assertThat(read.stdout()).isTrue();
    assertThat(read.stderr()).isFalse();
  }

  @Test
  void otherRequestsHaveNone() {
    assertThat(StreamParameters.of(KubeRequest.parse("GET", POD + "log?tty=1"))).isEmpty();
    assertThat(StreamParameters.of(KubeRequest.parse("GET", "/apis/x/v1/namespaces/n/pods/p/exec")))
        .isEmpty();
  }
}
