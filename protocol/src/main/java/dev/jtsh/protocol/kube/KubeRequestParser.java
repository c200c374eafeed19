// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.kube;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one request for {@link KubeRequest}. */
final class KubeRequestParser {
  private static final int MAX_TARGET = 16 * 1024;
  private static final int MAX_SEGMENTS = 64;
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

  /** Parameters that mean something to us; twice the same would leave open which one counts. */
  private static final Set<String> ONCE =
      Set.of(
          "watch",
          "fieldSelector",
          "labelSelector",
          "limit",
          "timeoutSeconds",
          "follow",
          "tty",
          "stdin",
          "stdout",
          "stderr",
          "container");

  /** With another value, the API server reads the selectors beside it as not there. */
  private static final Set<String> NUMBERS = Set.of("limit", "timeoutSeconds");

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

  /** A term of a field selector without the escapes that two readers could read differently. */
  private static final Pattern FIELD_TERM =
      Pattern.compile("([A-Za-z0-9._/-]+)(!=|==|=)([A-Za-z0-9._/:@-]*)");

  private final String method;
  private final String target;

  KubeRequestParser(String method, String target) {
    this.method = method;
    this.target = target;
  }

  KubeRequest parse() {
    if (!METHODS.contains(method)) {
      throw new BadKubeRequestException("method is not supported");
    }
    if (target.length() > MAX_TARGET) {
      throw new BadKubeRequestException("request target is too long");
    }
    int question = target.indexOf('?');
    String rawPath = question < 0 ? target : target.substring(0, question);
    String rawQuery = question < 0 ? "" : target.substring(question + 1);
    List<String> segments = segments(rawPath);
    String path = "/" + String.join("/", segments);
    List<String> parts = new ArrayList<>(segments);
    if (parts.size() < 3 || !isApi(parts)) {
      checkNoTrailingSlash(rawPath, "");
      String target = KubeTarget.of(segments, false, pairs(rawQuery));
      return new KubeRequest(lower(method), "", "", "", "", "", "", path, target);
    }
    String group = parts.removeFirst().equals("apis") ? parts.removeFirst() : "";
    String version = parts.removeFirst();
    boolean oldWatch = parts.getFirst().equals("watch");
    if (parts.getFirst().equals("proxy") || (oldWatch && parts.size() < 2)) {
      throw new BadKubeRequestException("path is not supported");
    }
    if (oldWatch) {
      parts.removeFirst();
    }
    if (method.equals("OPTIONS")) {
      throw new BadKubeRequestException("method is not supported"); // It has no verb in Kubernetes.
    }
    String namespace = takeNamespace(parts);
    String resource = parts.getFirst();
    String name = parts.size() > 1 ? parts.get(1) : "";
    String subresource = parts.size() > 2 ? parts.get(2) : "";
    checkNoTrailingSlash(rawPath, subresource);
    String target;
    Map<String, String> query = Map.of();
    if (subresource.equals("proxy")) {
      // What comes behind a proxied pod, service or node has a query of its own.
      target = KubeTarget.of(segments, rawPath.endsWith("/"), pairs(rawQuery));
    } else {
      List<KubeTarget.Pair> pairs = pairs(rawQuery);
      query = single(pairs);
      target = KubeTarget.of(segments, false, StreamParameters.canonical(subresource, pairs));
    }
    String verb = oldWatch ? "watch" : verb(name, query);
    boolean reads = method.equals("GET") || method.equals("HEAD");
    if (name.isEmpty() && reads && !oldWatch) {
      name = nameOf(query.getOrDefault("fieldSelector", ""));
    }
    return new KubeRequest(
        verb, group, version, namespace, resource, subresource, name, path, target);
  }

  /** A resource path: {@code /api/VERSION/...} or {@code /apis/GROUP/VERSION/...}. */
  private static boolean isApi(List<String> parts) {
    return parts.getFirst().equals("api") || (parts.getFirst().equals("apis") && parts.size() > 3);
  }

  private static String takeNamespace(List<String> parts) {
    if (!parts.getFirst().equals("namespaces") || parts.size() < 2) {
      return "";
    }
    String namespace = parts.get(1);
    if (parts.size() > 2 && !NAMESPACE_SUBRESOURCES.contains(parts.get(2))) {
      parts.subList(0, 2).clear();
    }
    return namespace;
  }

  private String verb(String name, Map<String, String> query) {
    return switch (method) {
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
      case "GET", "HEAD" -> {
        if (!name.isEmpty()) {
          yield "get";
        }
        yield isTrue(query.get("watch")) ? "watch" : "list";
      }
      default -> lower(method);
    };
  }

  private static boolean isTrue(@Nullable String value) {
    return value != null && StreamParameters.isTrue(value);
  }

  /** The one object a field selector asks for; empty when it asks for others too. */
  private static String nameOf(String fieldSelector) {
    if (fieldSelector.isEmpty()) {
      return "";
    }
    String found = "";
    for (String term : fieldSelector.split(",", -1)) {
      Matcher matcher = FIELD_TERM.matcher(term);
      if (!matcher.matches()) {
        throw new BadKubeRequestException("field selector is not supported");
      }
      boolean exact = matcher.group(1).equals("metadata.name") && !matcher.group(2).equals("!=");
      if (exact && found.isEmpty()) {
        found = matcher.group(3);
      }
    }
    return found.equals(".") || found.equals("..") || found.contains("/") ? "" : found;
  }

  private static List<String> segments(String rawPath) {
    if (!rawPath.startsWith("/")) {
      throw new BadKubeRequestException("request target is not a path");
    }
    String inner = rawPath.substring(1);
    if (inner.isEmpty()) {
      return List.of();
    }
    if (inner.endsWith("/")) {
      inner = inner.substring(0, inner.length() - 1);
    }
    List<String> segments = new ArrayList<>();
    for (String raw : inner.split("/", -1)) {
      String segment = decoded(raw, false);
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new BadKubeRequestException("path holds an empty, '.' or '..' segment");
      }
      segments.add(segment);
    }
    if (segments.size() > MAX_SEGMENTS) {
      throw new BadKubeRequestException("path has too many segments");
    }
    return segments;
  }

  /** Only what is behind a proxy may care about a slash at the end. */
  private static void checkNoTrailingSlash(String rawPath, String subresource) {
    if (rawPath.length() > 1 && rawPath.endsWith("/") && !subresource.equals("proxy")) {
      throw new BadKubeRequestException("path holds an empty, '.' or '..' segment");
    }
  }

  static List<KubeTarget.Pair> pairs(String rawQuery) {
    List<KubeTarget.Pair> pairs = new ArrayList<>();
    for (String pair : rawQuery.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String key = decoded(equals < 0 ? pair : pair.substring(0, equals), true);
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), true);
      pairs.add(new KubeTarget.Pair(key, value));
    }
    return pairs;
  }

  /** The parameters, those that mean something to us at most once. */
  private static Map<String, String> single(List<KubeTarget.Pair> pairs) {
    Map<String, String> values = new HashMap<>();
    for (KubeTarget.Pair pair : pairs) {
      if (values.put(pair.key(), pair.value()) != null && ONCE.contains(pair.key())) {
        throw new BadKubeRequestException("a query parameter is repeated");
      }
      if (NUMBERS.contains(pair.key()) && !NUMBER.matcher(pair.value()).matches()) {
        throw new BadKubeRequestException("a query parameter is no number");
      }
    }
    return values;
  }

  private static String decoded(String raw, boolean query) {
    var out = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        out.write(escaped(raw, i, query));
        i += 2;
      } else if (query && c == '+') {
        out.write(' ');
      } else if (isPlain(c, query)) {
        out.write(c);
      } else {
        throw new BadKubeRequestException("request target holds a character that is not allowed");
      }
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new BadKubeRequestException("request target is not UTF-8");
    }
  }

  private static int escaped(String raw, int at, boolean query) {
    if (at + 2 >= raw.length() || !isHex(raw.charAt(at + 1)) || !isHex(raw.charAt(at + 2))) {
      throw new BadKubeRequestException("request target holds a broken escape");
    }
    int value = Integer.parseInt(raw, at + 1, at + 3, 16);
    // In a path these would mean something else to whoever decodes once more or once less.
    boolean ambiguous = value == '/' || value == '\\' || value == '%' || value < 0x20;
    if (value == 0x7F || value == 0 || (ambiguous && !query)) {
      throw new BadKubeRequestException("path holds an escape that is not allowed");
    }
    return value;
  }

  private static boolean isHex(char c) {
    return Character.digit(c, 16) >= 0 && c < 0x80;
  }

  private static boolean isPlain(char c, boolean query) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~!$&'()*+,=:@".indexOf(c) >= 0
        || (!query && c == ';') // In a query some read it as the end of a parameter.
        || (query && (c == '/' || c == '?'));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
