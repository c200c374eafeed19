// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WipedBuffersTest {
  @Test
  void whatIsGivenBackHoldsNothing() {
    BufferRecycler buffers = new WipedBuffers().acquirePooled();
    byte[] bytes = buffers.allocByteBuffer(BufferRecycler.BYTE_WRITE_CONCAT_BUFFER);
    char[] characters = buffers.allocCharBuffer(BufferRecycler.CHAR_TEXT_BUFFER);
    bytes[7] = 7;
    characters[7] = '7';

    buffers.releaseByteBuffer(BufferRecycler.BYTE_WRITE_CONCAT_BUFFER, bytes);
    buffers.releaseCharBuffer(BufferRecycler.CHAR_TEXT_BUFFER, characters);

    assertThat(bytes).containsOnly(0);
    assertThat(characters).containsOnly('\0');
  }

  @Test
  void theMapperUsesThem() throws Exception {
    ObjectMapper mapper = WireJson.newMapper();
    assertThat(mapper.getFactory()._getRecyclerPool()).isInstanceOf(WipedBuffers.class);
    byte[] document = "{\"a\":\"b\"}".getBytes(StandardCharsets.UTF_8);
    assertThat(mapper.readTree(document).get("a").asText()).isEqualTo("b");
  }
}
