// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import dev.jtsh.protocol.web.Password;
import java.io.IOException;
import java.util.Arrays;

/** Passwords as JSON text, without a {@link String} on the way. */
final class Passwords {
  /** The attribute of a reader under which the document's {@link PasswordCut} is. */
  static final Object CUT = PasswordCut.class;

  private Passwords() {}

  static final class Writer extends JsonSerializer<Password> {
    @Override
    public void serialize(Password value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      char[] characters = value.copy();
      try {
        out.writeString(characters, 0, characters.length);
      } finally {
        Arrays.fill(characters, '\0');
      }
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Password value) {
      return value.isEmpty();
    }
  }

  static final class Reader extends JsonDeserializer<Password> {
    @Override
    public Password deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        return (Password) context.handleUnexpectedToken(Password.class, in);
      }
      if (context.getAttribute(CUT) instanceof PasswordCut cut) {
        // What was not cut must not be here: it has passed the heap.
        return in.getTextLength() == 0
            ? cut.take()
            : (Password) context.handleUnexpectedToken(Password.class, in);
      }
      int from = in.getTextOffset();
      return Password.copyOf(in.getTextCharacters(), from, in.getTextLength());
    }

    @Override
    public Password getNullValue(DeserializationContext context) {
      return Password.empty();
    }
  }
}
