// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QrPictureTest {
  private static final String LINK =
      "https://proxy.example.com:443/web/headless/cb483ac7-2386-5991-9b89-9373500afe25";

  @Test
  void thePictureIsSquareWithAQuietEdgeAndTheThreeMarksOfACode() {
    QrPicture picture = QrPicture.of(LINK);
    List<String> rows = picture.lines().stream().map(Object::toString).toList();

    assertThat(rows).hasSize(picture.rows()).allMatch(row -> row.length() == picture.columns());
    assertThat(picture.columns()).isLessThanOrEqualTo(60);
    assertThat(rows.getFirst()).isBlank();
    // The upper marks: seven dark squares, six light-framed rows below.
    assertThat(rows.get(1)).startsWith("  \u2588\u2580\u2580\u2580\u2580\u2580\u2588");
    assertThat(rows.get(1)).endsWith("\u2588\u2580\u2580\u2580\u2580\u2580\u2588  ");
    assertThat(rows.get(4)).startsWith("  \u2580\u2580\u2580\u2580\u2580\u2580\u2580 ");
  }
}
