// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import dev.jtsh.protocol.time.GoDuration;
import java.io.IOException;
import java.time.Duration;

/** Durations in the two forms the web API uses: nanoseconds, and Go's text. */
public final class Durations {
  private Durations() {}

  /** Nanoseconds. */
  public static final class NanosWriter extends JsonSerializer<Duration> {
    @Override
    public void serialize(Duration value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeNumber(value.toNanos());
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Duration value) {
      return value.isZero();
    }
  }

  /** Nanoseconds. */
  public static final class NanosReader extends JsonDeserializer<Duration> {
    @Override
    public Duration deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        return (Duration) context.handleUnexpectedToken(Duration.class, in);
      }
      return Duration.ofNanos(in.getLongValue());
    }

    @Override
    public Duration getNullValue(DeserializationContext context) {
      return Duration.ZERO;
    }
  }

  /** Go's text, such as {@code 12h0m0s}. */
  public static final class TextWriter extends JsonSerializer<Duration> {
    @Override
    public void serialize(Duration value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(GoDuration.format(value));
    }
  }

  /** Go's text. */
  public static final class TextReader extends JsonDeserializer<Duration> {
    @Override
    public Duration deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        return (Duration) context.handleUnexpectedToken(Duration.class, in);
      }
      try {
        return in.getText().isEmpty() ? Duration.ZERO : GoDuration.parse(in.getText());
      } catch (IllegalArgumentException e) {
        throw context.weirdStringException("", Duration.class, "not a duration");
      }
    }

    @Override
    public Duration getNullValue(DeserializationContext context) {
      return Duration.ZERO;
    }
  }
}
