// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.util.List;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp;

/**
 * Asks at a terminal which of several kube clusters is the current one: by number, or by name with
 * TAB. Only asked when the person named none.
 */
final class ClusterChoice {
  private static final String PLAIN_TERMINAL = "ansi";

  private final Console console;
  private final String terminalType;

  /**
   * Prepares.
   *
   * @param terminalType what TERM says
   */
  ClusterChoice(Console console, String terminalType) {
    this.console = console;
    this.terminalType = terminalType;
  }

  /** The chosen one; the first when the answer is empty or the person gives up choosing. */
  KubeClusterName among(List<KubeClusterName> clusters) {
    for (int i = 0; i < clusters.size(); i++) {
      console.say(
          SafeText.format(
              "  {}  {}",
              SafeText.of(Integer.toString(i + 1)),
              SafeText.of(clusters.get(i).value())));
    }
    try (Terminal terminal = terminal()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .variable(LineReader.DISABLE_HISTORY, true)
              .completer(
                  new StringsCompleter(clusters.stream().map(KubeClusterName::value).toList()))
              .build();
      while (true) {
        String answer = reader.readLine("Current cluster [1]: ").strip();
        if (answer.isEmpty()) {
          return clusters.getFirst();
        }
        for (int i = 0; i < clusters.size(); i++) {
          if (answer.equals(Integer.toString(i + 1)) || answer.equals(clusters.get(i).value())) {
            return clusters.get(i);
          }
        }
        console.say(SafeText.literal("Type a number or a name from the list."));
      }
    } catch (UserInterruptException | EndOfFileException | IOException e) {
      return clusters.getFirst();
    }
  }

  /** JLine would run infocmp and test, found by PATH, beside the keys: it is to know without. */
  private Terminal terminal() throws IOException {
    boolean known = InfoCmp.getDefaultInfoCmp(terminalType) != null;
    String type = known ? terminalType : PLAIN_TERMINAL;
    InfoCmp.setLoadedInfoCmp(type, InfoCmp.getDefaultInfoCmp(type));
    return TerminalBuilder.builder().system(true).type(type).jni(false).exec(false).build();
  }
}
