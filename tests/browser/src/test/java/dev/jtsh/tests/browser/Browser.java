// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jtsh.tests.kubernetes.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Chromium driven by the WebDriver protocol, plain JSON over HTTP on loopback. One window, one
 * virtual security key that always verifies its user.
 */
final class Browser implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_MILLIS = 50;
  private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
  private static final Pattern PORT = Pattern.compile("started successfully on port ([0-9]+)");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** How big the window is. */
  enum Window {
    DESKTOP(1000, 1000),
    PHONE(360, 740);

    private final int width;
    private final int height;

    Window(int width, int height) {
      this.width = width;
      this.height = height;
    }
  }

  private final RunningProgram driver;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private String session = "";
  private String authenticator = "";

  private Browser(RunningProgram driver, String base) {
    this.driver = driver;
    this.base = base;
  }

  /**
   * Starts one on this machine.
   *
   * @param home its home, where {@code .pki/nssdb} says whom it trusts
   * @param profile a directory of its own
   * @param dark whether the person prefers dark pages
   */
  static Browser start(Path home, Path profile, Window window, boolean dark) {
    return start(List.of("chromedriver"), "127.0.0.1", home, profile, window, dark);
  }

  /**
   * Starts one wherever its driver runs.
   *
   * @param command starts the driver; more arguments follow
   * @param address where the driver listens
   */
  static Browser start(
      List<String> command, String address, Path home, Path profile, Window window, boolean dark) {
    Map<String, String> environment =
        Map.of("HOME", home.toString(), "PATH", "/usr/bin:/bin:/usr/sbin", "LANG", "en_US.UTF-8");
    List<String> words = new ArrayList<>(command);
    words.addAll(List.of("--port=0", "--log-level=SEVERE"));
    RunningProgram driver = RunningProgram.start(words, environment);
    boolean ready = false;
    try {
      driver.awaitStdout("started successfully on port", SOON);
      Matcher port = PORT.matcher(driver.stdout());
      if (!port.find()) {
        throw new AssertionError("chromedriver does not say its port: " + driver.stdout());
      }
      Browser browser = new Browser(driver, "http://" + address + ":" + port.group(1));
      browser.open(profile, window, dark);
      ready = true;
      return browser;
    } finally {
      if (!ready) {
        driver.close();
      }
    }
  }

  private void open(Path profile, Window window, boolean dark) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--headless=new",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--user-data-dir=" + profile,
                "--window-size=" + window.width + "," + window.height));
    if ("root".equals(System.getProperty("user.name"))) {
      arguments.add("--no-sandbox"); // Chromium's sandbox does not run as root.
    }
    Map<String, Object> options = new HashMap<>(Map.of("args", arguments));
    if (window == Window.PHONE) {
      options.put(
          "mobileEmulation",
          Map.of(
              "deviceMetrics",
              Map.of(
                  "width", window.width, "height", window.height, "pixelRatio", 2, "touch", true)));
    }
    JsonNode answer =
        send(
            "POST",
            "/session",
            Map.of(
                "capabilities",
                Map.of(
                    "alwaysMatch",
                    Map.of("browserName", "chrome", "goog:chromeOptions", options))));
    session = "/session/" + answer.path("sessionId").asText();
    authenticator =
        call(
                "POST",
                "/webauthn/authenticator",
                Map.of(
                    "protocol", "ctap2",
                    "transport", "internal",
                    "hasResidentKey", true,
                    "hasUserVerification", true,
                    "isUserVerified", true,
                    "isUserConsenting", true))
            .asText();
    devtools(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  private void devtools(String command, Map<String, Object> parameters) {
    call("POST", "/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
  }

  /** Puts a passkey into the virtual security key. */
  void give(Passkey key) {
    call(
        "POST",
        "/webauthn/authenticator/" + authenticator + "/credential",
        Map.of(
            "credentialId", key.id(),
            "isResidentCredential", true,
            "rpId", key.rpId(),
            "privateKey", key.privateKey(),
            "userHandle", key.userHandle(),
            "signCount", key.count()));
  }

  /** Whether the person touches the key when it asks. */
  void consent(boolean touches) {
    call(
        "POST",
        "/webauthn/authenticator/" + authenticator + "/uv",
        Map.of("isUserVerified", touches));
  }

  void go(String url) {
    call("POST", "/url", Map.of("url", url));
  }

  /** Waits until the page is in one of its states. */
  void await(String state) {
    awaitTrue("return document.body.dataset.state === " + quoted(state), "state " + state);
  }

  /** Waits until this JavaScript returns true. */
  void awaitTrue(String script, String what) {
    long end = System.nanoTime() + SOON.toNanos();
    while (!evaluate(script).asBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("in vain: " + what + "; the page says:\n" + text("body"));
      }
      try {
        Thread.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  void click(String css) {
    call("POST", "/element/" + element(css) + "/click", Map.of());
  }

  void type(String css, String text) {
    call("POST", "/element/" + element(css) + "/value", Map.of("text", text));
  }

  /** Presses keys wherever the focus is. */
  void press(String keys) {
    List<Map<String, Object>> strokes = new ArrayList<>();
    keys.codePoints()
        .mapToObj(Character::toString)
        .forEach(key -> {
          strokes.add(Map.of("type", "keyDown", "value", key));
          strokes.add(Map.of("type", "keyUp", "value", key));
        });
    call(
        "POST",
        "/actions",
        Map.of("actions", List.of(Map.of("type", "key", "id", "keyboard", "actions", strokes))));
  }

  /** The text a person sees. */
  String text(String css) {
    return call("GET", "/element/" + element(css) + "/text", Map.of()).asText();
  }

  JsonNode evaluate(String script) {
    return call("POST", "/execute/sync", Map.of("script", script, "args", List.of()));
  }

  JsonNode evaluateLater(String script) {
    return call("POST", "/execute/async", Map.of("script", script, "args", List.of()));
  }

  /** Opens another tab and turns to it. */
  void newTab() {
    String handle = call("POST", "/window/new", Map.of("type", "tab")).path("handle").asText();
    call("POST", "/window", Map.of("handle", handle));
  }

  /** What is asked from here on is asked of this frame, until another page is opened. */
  void intoFrame(String css) {
    call("POST", "/frame", Map.of("id", Map.of(ELEMENT, element(css))));
  }

  JsonNode cookies() {
    return call("GET", "/cookie", Map.of());
  }

  void picture(Path file) {
    evaluate("window.scrollTo(0, 0)");
    JsonNode metrics = devtoolsAnswer("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
    String png =
        devtoolsAnswer(
                "Page.captureScreenshot",
                Map.of(
                    "captureBeyondViewport",
                    true,
                    "clip",
                    Map.of(
                        "x", 0,
                        "y", 0,
                        "width", metrics.path("width").asInt(),
                        "height", metrics.path("height").asInt(),
                        "scale", 1)))
            .path("data")
            .asText();
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, Base64.getDecoder().decode(png));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode devtoolsAnswer(String command, Map<String, Object> parameters) {
    return call("POST", "/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
  }

  private String element(String css) {
    return call("POST", "/element", Map.of("using", "css selector", "value", css))
        .path(ELEMENT)
        .asText();
  }

  private JsonNode call(String method, String path, Map<String, Object> body) {
    return send(method, session + path, body);
  }

  private JsonNode send(String method, String path, Map<String, Object> body) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofMinutes(2));
      if (method.equals("POST")) {
        request
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(MAPPER.writeValueAsBytes(body)));
      } else {
        request.method(method, HttpRequest.BodyPublishers.noBody());
      }
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      JsonNode value = MAPPER.readTree(response.body()).path("value");
      if (response.statusCode() != 200) {
        throw new AssertionError(
            method + " " + path + ": " + value.path("error") + " " + value.path("message"));
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static String quoted(String text) {
    try {
      return MAPPER.writeValueAsString(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      if (!session.isEmpty()) {
        send("DELETE", session, Map.of());
      }
    } finally {
      driver.close();
      http.close();
    }
  }
}
