// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.Password;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/**
 * Reads and writes the JSON of the web API: keys in any case, unknown keys ignored, names in
 * snake_case, bytes as standard base64 (both alphabets are read), durations as nanoseconds, times
 * as RFC 3339.
 *
 * <p>Bounded: a document has at most {@value #MAX_DOCUMENT_BYTES} bytes and {@value #MAX_NESTING}
 * levels.
 */
public final class WireJson {
  /** The longest document that is read, in bytes. */
  public static final int MAX_DOCUMENT_BYTES = 1 << 20;

  /** The deepest nesting that is read. */
  public static final int MAX_NESTING = 32;

  private static final ObjectMapper MAPPER = newMapper();

  private WireJson() {}

  /**
   * Reads a document.
   *
   * @throws WireException of kind BAD_PARAMETER if it is too long, malformed or of another shape;
   *     the message holds nothing of the document
   */
  public static <T> T read(byte[] document, Class<T> type) {
    return read(document, type, MAPPER.readerFor(type));
  }

  /**
   * Reads a document with a password in it, which goes from there straight into memory of the
   * caller's choice; the rest is read as by {@link #read(byte[], Class)}.
   *
   * @param document in memory that the caller wipes; position and limit stay
   * @param room where passwords are kept
   * @return what was read; the caller closes the {@link Password} in it
   * @throws WireException as the other; no password is kept then
   */
  public static <T> T read(ByteBuffer document, Class<T> type, Password.Room room) {
    if (document.remaining() > MAX_DOCUMENT_BYTES) {
      throw tooLong();
    }
    try (PasswordCut cut = PasswordCut.of(document, room)) {
      T value = read(cut.rest(), type, MAPPER.readerFor(type).withAttribute(Passwords.CUT, cut));
      cut.keep();
      return value;
    }
  }

  private static WireException tooLong() {
    return new WireException(ErrorKind.BAD_PARAMETER, "request: document too long");
  }

  private static <T> T read(byte[] document, Class<T> type, ObjectReader reader) {
    if (document.length > MAX_DOCUMENT_BYTES) {
      throw tooLong();
    }
    try {
      T value = reader.readValue(document, type);
      if (value == null) {
        throw new WireException(ErrorKind.BAD_PARAMETER, "request: empty document");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "request: " + describe(e));
    } catch (IOException e) {
      // Bytes that are no text in the encoding they begin with.
      throw new WireException(ErrorKind.BAD_PARAMETER, "request: malformed JSON");
    }
  }

  /** Writes a document. */
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "cannot write a " + value.getClass().getSimpleName() + " as JSON", e);
    }
  }

  /** A mapper of its own with the same settings, for callers that stream or need a tree. */
  public static ObjectMapper newMapper() {
    JsonFactory factory =
        JsonFactory.builder()
            .recyclerPool(new WipedBuffers())
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxDocumentLength(MAX_DOCUMENT_BYTES)
                    .maxStringLength(MAX_DOCUMENT_BYTES)
                    .maxNameLength(256)
                    .maxNumberLength(32)
                    .build())
            // Errors must not quote what was read: it may hold a password.
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    return JsonMapper.builder(factory)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .withCoercionConfig(LogicalType.Textual, WireJson::refuseOtherScalars)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .addModule(
            new SimpleModule("jtsh-wire")
                .addSerializer(ByteString.class, new Base64Bytes.Writer())
                .addDeserializer(ByteString.class, new Base64Bytes.Reader())
                .addSerializer(Duration.class, new Durations.NanosWriter())
                .addDeserializer(Duration.class, new Durations.NanosReader())
                .addSerializer(Instant.class, new Instants.Writer())
                .addDeserializer(Instant.class, new Instants.Reader())
                .addSerializer(Password.class, new Passwords.Writer())
                .addDeserializer(Password.class, new Passwords.Reader()))
        .build();
  }

  private static void refuseOtherScalars(MutableCoercionConfig text) {
    text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
  }

  private static String describe(JsonProcessingException e) {
    if (e.getLocation() == null) {
      return "malformed JSON";
    }
    return "malformed JSON at line %d, column %d"
        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }
}
