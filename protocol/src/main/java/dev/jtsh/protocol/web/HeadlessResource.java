// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code GET /webapi/headless/{id}}: a headless request as the approval page reads it.
 *
 * @param header its name and end
 * @param user who shall approve
 * @param publicKey authorized_keys line
 * @param state 1 pending, 2 denied, 3 approved
 * @param mfaDevice the key that approved; null before
 * @param clientIpAddress where the request came from, {@code ip:port}
 * @param jtsh our frozen facts; null for a plain request
 */
public record HeadlessResource(
    Header header,
    String user,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) ByteString publicKey,
    int state,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Device mfaDevice,
    String clientIpAddress,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Facts jtsh) {
  /** Absent keys become empty values. */
  public HeadlessResource {
    header = header == null ? new Header("", "", new Metadata("", null)) : header;
    user = Absent.text(user);
    publicKey = Absent.bytes(publicKey);
    clientIpAddress = Absent.text(clientIpAddress);
  }

  /**
   * Kind and name.
   *
   * @param kind {@code headless_authentication}
   * @param version {@code v1}
   * @param metadata name and end
   */
  public record Header(String kind, String version, Metadata metadata) {
    /** Absent keys become empty values. */
    public Header {
      kind = Absent.text(kind);
      version = Absent.text(version);
      metadata = metadata == null ? new Metadata("", null) : metadata;
    }
  }

  /**
   * Name and end.
   *
   * @param name the request's id
   * @param expires when it ends
   */
  public record Metadata(
      String name, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant expires) {
    /** Absent keys become empty values. */
    public Metadata {
      name = Absent.text(name);
    }
  }

  /**
   * A key of the user.
   *
   * @param id its id
   * @param metadata its name
   */
  public record Device(String id, Metadata metadata) {
    /** Absent keys become empty values. */
    public Device {
      id = Absent.text(id);
      metadata = metadata == null ? new Metadata("", null) : metadata;
    }
  }

  /**
   * Our frozen facts.
   *
   * @param host claimed host name
   * @param osUser claimed operating-system user
   * @param kubeClusters resolved kube clusters
   * @param namespace claimed namespace
   * @param duration length of the session, nanoseconds on the wire
   * @param requestedAt when the request arrived
   * @param digest what an approval must name
   * @param firstSeen first request from this address for this user
   */
  public record Facts(
      String host,
      String osUser,
      List<String> kubeClusters,
      String namespace,
      Duration duration,
      @Nullable Instant requestedAt,
      ByteString digest,
      boolean firstSeen) {
    /** Absent keys become empty values. */
    public Facts {
      host = Absent.text(host);
      osUser = Absent.text(osUser);
      kubeClusters = Absent.list(kubeClusters);
      namespace = Absent.text(namespace);
      duration = Absent.duration(duration);
      digest = Absent.bytes(digest);
    }
  }

  /** The same request as the web API shows it. */
  public static HeadlessResource of(HeadlessAuthentication request) {
    var metadata = request.getHeader().getMetadata();
    Instant expires = metadata.hasExpires() ? WireTime.instant(metadata.getExpires()) : null;
    var header =
        new Header(
            request.getHeader().getKind(),
            request.getHeader().getVersion(),
            new Metadata(metadata.getName(), expires));
    ByteString key =
        request.getSshPublicKey().isEmpty() ? request.getPublicKey() : request.getSshPublicKey();
    return new HeadlessResource(
        header,
        request.getUser(),
        key,
        request.getStateValue(),
        device(request),
        request.getClientIpAddress(),
        facts(request));
  }

  private static @Nullable Device device(HeadlessAuthentication request) {
    if (!request.hasMfaDevice()) {
      return null;
    }
    var device = request.getMfaDevice();
    return new Device(device.getId(), new Metadata(device.getMetadata().getName(), null));
  }

  private static @Nullable Facts facts(HeadlessAuthentication request) {
    if (!request.hasJtshFacts()) {
      return null;
    }
    var facts = request.getJtshFacts();
    return new Facts(
        facts.getHost(),
        facts.getOsUser(),
        facts.getKubeClustersList(),
        facts.getNamespace(),
        WireTime.duration(facts.getDuration()),
        facts.hasRequestedAt() ? WireTime.instant(facts.getRequestedAt()) : null,
        facts.getDigest(),
        facts.getFirstSeen());
  }
}
