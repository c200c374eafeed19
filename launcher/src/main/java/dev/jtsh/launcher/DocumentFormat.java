// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** The forms of {@code --format}; named as they are typed. */
@SuppressWarnings("NamedLikeContextualKeyword") // These are the words of the command line.
enum DocumentFormat {
  text,
  json,
  yaml;

  /** Writes a value for scripts; not for {@link #text}. */
  String write(Object value) {
    ObjectMapper mapper =
        this == yaml
            ? new YAMLMapper()
            : JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    try {
      return mapper.writeValueAsString(value).strip();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document of our own cannot be written", e);
    }
  }
}
