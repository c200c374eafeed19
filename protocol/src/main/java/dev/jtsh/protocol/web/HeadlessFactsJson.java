// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Our addition to a headless login request: what the requester says about itself and what it wants.
 * A real cluster ignores it.
 *
 * @param host claimed host name
 * @param osUser claimed operating-system user
 * @param kubeClusters names of wanted kube clusters
 * @param labels wanted kube clusters by label
 * @param query wanted kube clusters by predicate expression
 * @param all every kube cluster the user may use
 * @param namespace namespaces the session shall be limited to, with commas between them; empty for
 *     no limit
 * @param duration wanted length of the session; zero for the longest allowed
 * @param continues the session this request goes on with; null for a new one
 * @param numberCommitment {@link dev.jtsh.protocol.headless.MatchNumber#commitment}; empty from a
 *     requester that shows no number
 * @param takesCode whether the person can type the code there that an approval may give
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record HeadlessFactsJson(
    String host,
    String osUser,
    List<String> kubeClusters,
    Map<String, String> labels,
    String query,
    boolean all,
    String namespace,
    @JsonProperty("duration_ns") Duration duration,
    @Nullable ContinuesJson continues,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString numberCommitment,
    boolean takesCode) {
  /** Absent keys become empty values. */
  public HeadlessFactsJson {
    host = Absent.text(host);
    osUser = Absent.text(osUser);
    kubeClusters = Absent.list(kubeClusters);
    labels = Absent.map(labels);
    query = Absent.text(query);
    namespace = Absent.text(namespace);
    duration = Absent.duration(duration);
    numberCommitment = Absent.bytes(numberCommitment);
  }

  /** A request that begins a session. */
  public HeadlessFactsJson(
      String host,
      String osUser,
      List<String> kubeClusters,
      Map<String, String> labels,
      String query,
      boolean all,
      String namespace,
      Duration duration) {
    this(
        host,
        osUser,
        kubeClusters,
        labels,
        query,
        all,
        namespace,
        duration,
        null,
        ByteString.EMPTY,
        false);
  }

  /** The same as a continuation. */
  public HeadlessFactsJson continuing(ContinuesJson proof) {
    return new HeadlessFactsJson(
        host,
        osUser,
        kubeClusters,
        labels,
        query,
        all,
        namespace,
        duration,
        proof,
        numberCommitment,
        takesCode);
  }

  /** The same of a requester that shows a number. */
  public HeadlessFactsJson committed(ByteString commitment) {
    return new HeadlessFactsJson(
        host,
        osUser,
        kubeClusters,
        labels,
        query,
        all,
        namespace,
        duration,
        continues,
        commitment,
        takesCode);
  }

  /** The same of a requester at whose terminal a code can be typed. */
  public HeadlessFactsJson takingCode() {
    return new HeadlessFactsJson(
        host,
        osUser,
        kubeClusters,
        labels,
        query,
        all,
        namespace,
        duration,
        continues,
        numberCommitment,
        true);
  }
}
