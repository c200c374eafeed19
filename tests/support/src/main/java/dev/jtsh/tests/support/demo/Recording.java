// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.demo;

import dev.jtsh.tests.support.terminal.PseudoTerminal;
import dev.jtsh.tests.support.terminal.TerminalSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a terminal shows as time goes by: an asciicast (version 2), and a picture of its screens
 * that moves. Waiting for a person or a cluster is shortened to what is pleasant to look at.
 */
final class Recording {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration BETWEEN_KEYS = Duration.ofMillis(45);
  private static final Duration LOOK = Duration.ofMillis(25);
  private static final double PAUSE_MAX = 1.2;
  private static final double SCREEN_SECONDS = 3;
  private static final double CHARACTER_WIDTH = 7.2;
  private static final int LINE_HEIGHT = 16;
  private static final int MARGIN = 12;

  private final PseudoTerminal terminal;
  private final TerminalSize size;
  private final List<String> events = new ArrayList<>();
  private final List<String> screens = new ArrayList<>();
  private int seen; // bytes of the transcript
  private double clock; // seconds of the recording
  private long last = System.nanoTime();

  Recording(PseudoTerminal terminal, TerminalSize size) {
    this.terminal = terminal;
    this.size = size;
  }

  /** Types as a person does. */
  void type(String line) {
    for (int i = 0; i < line.length(); i++) {
      terminal.send(line.substring(i, i + 1));
      pause(BETWEEN_KEYS);
    }
    terminal.sendLine("");
  }

  /**
   * Waits for text and what follows it, and keeps the screen as one of the picture's.
   *
   * @param end what the screen ends with then
   */
  void await(String text, String end) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!terminal.plainTranscript().contains(text) || !terminal.screen().endsWith(end)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no \"" + text + "\" on\n" + terminal.screen());
      }
      pause(LOOK);
    }
    pause(Duration.ofMillis(500)); // What belongs to it comes with it.
    screens.add(terminal.screen());
  }

  private void pause(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    look();
  }

  private void look() {
    byte[] all = terminal.transcript();
    int end = all.length;
    while (end > seen && (all[end - 1] & 0x80) != 0) {
      end--; // Perhaps half a character.
    }
    if (end == seen) {
      return;
    }
    long now = System.nanoTime();
    clock += Math.min(PAUSE_MAX, (now - last) / 1e9);
    last = now;
    String text = new String(Arrays.copyOfRange(all, seen, end), StandardCharsets.UTF_8);
    seen = end;
    events.add(String.format(Locale.ROOT, "[%.3f, \"o\", %s]", clock, json(text)));
  }

  /** Writes {@code NAME.cast} and {@code NAME.svg}. */
  void write(Path directory, String name, String title) throws IOException {
    String head =
        "{\"version\": 2, \"width\": %d, \"height\": %d, \"title\": %s}"
            .formatted(size.columns(), size.rows(), json(title));
    Files.writeString(
        directory.resolve(name + ".cast"), head + "\n" + String.join("\n", events) + "\n");
    Files.writeString(directory.resolve(name + ".svg"), picture(title));
  }

  private String picture(String title) {
    double width = 2 * MARGIN + size.columns() * CHARACTER_WIDTH;
    int height = 2 * MARGIN + size.rows() * LINE_HEIGHT;
    double share = 100.0 / screens.size();
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" role="img">
            <title>%s</title>
            <style>
            rect { fill: #16191d } text { font: 12px monospace; fill: #d8dee9; white-space: pre }
            g { opacity: 0; animation: s %.1fs steps(1) infinite }
            @keyframes s { 0%% { opacity: 1 } %.3f%% { opacity: 0 } }
            @media (prefers-reduced-motion) { g { animation: none } g:last-of-type { opacity: 1 } }
            </style>
            <rect width="100%%" height="100%%" rx="8"/>
            """,
            width,
            height,
            xml(title),
            SCREEN_SECONDS * screens.size(),
            share));
    for (int i = 0; i < screens.size(); i++) {
      out.append(
          String.format(Locale.ROOT, "<g style=\"animation-delay:%.1fs\">%n", i * SCREEN_SECONDS));
      int y = MARGIN;
      for (String line : screens.get(i).split("\n")) {
        y += LINE_HEIGHT;
        if (!line.isBlank()) {
          out.append("<text x=\"%d\" y=\"%d\">%s</text>%n".formatted(MARGIN, y, xml(line)));
        }
      }
      out.append("</g>\n");
    }
    return out.append("</svg>\n").toString();
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String json(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      switch (character) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        default -> {
          if (character < 0x20 || character == 0x7f) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
          } else {
            out.append(character);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
