// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.Pem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Writes the kubeconfig of a session as YAML into the arena. Each value is a quoted scalar, so no
 * name can become structure (security rule 15). The client key goes from its buffer to the result
 * byte by byte; it is never in the Java heap.
 *
 * <p>Each kube cluster gets a server address with a path of its own, though the client certificate
 * alone decides where a request goes: kubectl keeps what it knows about an API in a directory named
 * after the address, and would mix up clusters that share one.
 */
public final class KubeconfigWriter {
  /** First segment of the paths in server addresses; no Kubernetes API path begins with it. */
  static final String PATH_PREFIX = "/kube/";

  private static final byte[] BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
          .getBytes(StandardCharsets.US_ASCII);

  private final LocalCredentials credentials;
  private final InetSocketAddress address;
  private final List<KubeconfigContext> contexts;
  private String currentContext;
  private Optional<String> namespace = Optional.empty();
  private Optional<String> asUser = Optional.empty();
  private List<String> asGroups = List.of();

  /**
   * A kubeconfig whose current context is the first.
   *
   * @param address where the proxy listens
   * @throws IllegalArgumentException if there is no context, or two have the same name
   */
  public KubeconfigWriter(
      LocalCredentials credentials, InetSocketAddress address, List<KubeconfigContext> contexts) {
    if (contexts.isEmpty()) {
      throw new IllegalArgumentException("a kubeconfig needs a context");
    }
    if (contexts.stream().map(KubeconfigContext::name).distinct().count() < contexts.size()) {
      throw new IllegalArgumentException("two contexts have the same name");
    }
    this.credentials = credentials;
    this.address = address;
    this.contexts = List.copyOf(contexts);
    this.currentContext = contexts.getFirst().name();
  }

  /** Chooses the current context. */
  @CanIgnoreReturnValue
  public KubeconfigWriter currentContext(String name) {
    if (contexts.stream().noneMatch(context -> context.name().equals(name))) {
      throw new IllegalArgumentException("the current context is none of the contexts");
    }
    currentContext = name;
    return this;
  }

  /** Sets the namespace of all contexts; empty for the default. */
  @CanIgnoreReturnValue
  public KubeconfigWriter namespace(Optional<String> value) {
    namespace = value;
    return this;
  }

  /** Makes kubectl act as another user and as these groups. */
  @CanIgnoreReturnValue
  public KubeconfigWriter impersonate(Optional<String> user, List<String> groups) {
    asUser = user;
    asGroups = List.copyOf(groups);
    return this;
  }

  /** Writes it; the caller closes the buffer once it is in its file. */
  public SecretBuffer write() {
    Parts parts = new Parts();
    parts.text("apiVersion: v1\nkind: Config\npreferences: {}\n");
    parts.text("current-context: ").quoted(currentContext).text("\nclusters:\n");
    String authority = base64(credentials.authority());
    for (KubeconfigContext context : contexts) {
      String server =
          "https://127.0.0.1:%d%s%s"
              .formatted(address.getPort(), PATH_PREFIX, context.kubeCluster().value());
      parts.text("- name: ").quoted(context.name());
      parts.text("\n  cluster:\n    server: ").quoted(server);
      parts.text("\n    certificate-authority-data: ").quoted(authority).text("\n");
    }
    parts.text("contexts:\n");
    for (KubeconfigContext context : contexts) {
      parts.text("- name: ").quoted(context.name()).text("\n  context:\n    cluster: ");
      parts.quoted(context.name()).text("\n    user: ").quoted(context.name());
      namespace.ifPresent(value -> parts.text("\n    namespace: ").quoted(value));
      parts.text("\n");
    }
    parts.text("users:\n");
    for (KubeconfigContext context : contexts) {
      parts.text("- name: ").quoted(context.name());
      parts.text("\n  user:\n    client-certificate-data: ");
      parts.quoted(base64(credentials.client(context.kubeCluster())));
      parts.text("\n    client-key-data: \"").key().text("\"");
      asUser.ifPresent(value -> parts.text("\n    as: ").quoted(value));
      if (!asGroups.isEmpty()) {
        parts.text("\n    as-groups:");
        asGroups.forEach(group -> parts.text("\n    - ").quoted(group));
      }
      parts.text("\n");
    }
    return parts.join(credentials.clientKeyPem().segment());
  }

  private static String base64(X509Certificate certificate) {
    byte[] pem = Pem.encode(certificate).getBytes(StandardCharsets.US_ASCII);
    return Base64.getEncoder().encodeToString(pem);
  }

  /** A double-quoted scalar, which is the same in YAML and JSON. */
  static String quote(String value) {
    StringBuilder out = new StringBuilder(value.length() + 2).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c >= 0x20 && c < 0x7f) {
        out.append(c);
      } else {
        out.append("\\u%04x".formatted((int) c));
      }
    }
    return out.append('"').toString();
  }

  /** Base64 from one piece of the arena to another. */
  private static void encode(MemorySegment from, MemorySegment to) {
    long length = from.byteSize();
    long at = 0;
    for (long i = 0; i < length; i += 3) {
      int left = (int) Math.min(3, length - i);
      int bits = (from.get(ValueLayout.JAVA_BYTE, i) & 0xff) << 16;
      if (left > 1) {
        bits |= (from.get(ValueLayout.JAVA_BYTE, i + 1) & 0xff) << 8;
      }
      if (left > 2) {
        bits |= from.get(ValueLayout.JAVA_BYTE, i + 2) & 0xff;
      }
      to.set(ValueLayout.JAVA_BYTE, at++, BASE64[bits >> 18 & 63]);
      to.set(ValueLayout.JAVA_BYTE, at++, BASE64[bits >> 12 & 63]);
      to.set(ValueLayout.JAVA_BYTE, at++, left > 1 ? BASE64[bits >> 6 & 63] : (byte) '=');
      to.set(ValueLayout.JAVA_BYTE, at++, left > 2 ? BASE64[bits & 63] : (byte) '=');
    }
  }

  /** The text in pieces; an empty piece stands for the key. */
  private static final class Parts {
    private static final byte[] KEY = {};
    private final List<byte[]> pieces = new ArrayList<>();

    @CanIgnoreReturnValue
    Parts text(String text) {
      pieces.add(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    @CanIgnoreReturnValue
    Parts key() {
      pieces.add(KEY);
      return this;
    }

    @CanIgnoreReturnValue
    Parts quoted(String value) {
      return text(quote(value));
    }

    SecretBuffer join(MemorySegment keyPem) {
      int keyLength = Math.toIntExact((keyPem.byteSize() + 2) / 3 * 4);
      int total = 0;
      for (byte[] piece : pieces) {
        total = Math.addExact(total, piece.length == 0 ? keyLength : piece.length);
      }
      SecretBuffer result = SecretArena.process().allocate(total);
      long at = 0;
      for (byte[] piece : pieces) {
        if (piece.length == 0) {
          encode(keyPem, result.segment().asSlice(at, keyLength));
          at += keyLength;
        } else {
          MemorySegment.copy(piece, 0, result.segment(), ValueLayout.JAVA_BYTE, at, piece.length);
          at += piece.length;
        }
      }
      return result;
    }
  }
}
