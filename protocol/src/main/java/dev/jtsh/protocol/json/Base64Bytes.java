// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Base64;

/** Bytes as base64 text: written in one alphabet, read in both, with or without padding. */
public final class Base64Bytes {
  private Base64Bytes() {}

  /** Standard alphabet, padded: what Go writes for bytes. */
  public static final class Writer extends JsonSerializer<ByteString> {
    @Override
    public void serialize(ByteString value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(Base64.getEncoder().encodeToString(value.toByteArray()));
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, ByteString value) {
      return value.isEmpty();
    }
  }

  /** URL alphabet, not padded: what WebAuthn answers use. */
  public static final class UrlWriter extends JsonSerializer<ByteString> {
    @Override
    public void serialize(ByteString value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(Base64.getUrlEncoder().withoutPadding().encodeToString(value.toByteArray()));
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, ByteString value) {
      return value.isEmpty();
    }
  }

  /** Either alphabet. */
  public static final class Reader extends JsonDeserializer<ByteString> {
    @Override
    public ByteString deserialize(JsonParser in, DeserializationContext context)
        throws IOException {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        return (ByteString) context.handleUnexpectedToken(ByteString.class, in);
      }
      String text = in.getText().replace('-', '+').replace('_', '/');
      try {
        return ByteString.copyFrom(Base64.getDecoder().decode(text));
      } catch (IllegalArgumentException e) {
        throw context.weirdStringException("", ByteString.class, "not base64");
      }
    }

    @Override
    public ByteString getNullValue(DeserializationContext context) {
      return ByteString.EMPTY;
    }
  }
}
