// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code package-info} promises about this module's sources. */
class LinkingRulesTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/jtsh/nativebindings");

  @Test
  void onlyOneClassLinks() throws Exception {
    assertThat(sourcesWith("\\bLinker\\.|SymbolLookup\\.|System\\.load|\\.reinterpret\\("))
        .containsExactly("NativeLinker.java");
  }

  @Test
  void descriptorsAndLayoutsComeFromTheGeneratedBindings() throws Exception {
    assertThat(sourcesWith("FunctionDescriptor\\.of|\\.structLayout\\(|\\bof(Void)?\\(JAVA_"))
        .isEmpty();
  }

  private static List<String> sourcesWith(String pattern) throws Exception {
    Pattern wanted = Pattern.compile(pattern);
    try (var files = Files.list(SOURCES)) {
      List<Path> sources = files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
      assertThat(sources).hasSizeGreaterThan(20);
      List<String> found = new java.util.ArrayList<>();
      for (Path source : sources) {
        if (wanted.matcher(Files.readString(source)).find()) {
          found.add(source.getFileName().toString());
        }
      }
      return found;
    }
  }
}
