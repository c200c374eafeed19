// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;

/** Asks a running cluster over the command socket of its data directory. */
public final class AdminClient {
  private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(30);

  private final Path dataDirectory;
  private final Duration answerTimeMax;

  /** For the cluster whose data is there. */
  public AdminClient(Path dataDirectory) {
    this(dataDirectory, ANSWER_TIME_MAX);
  }

  AdminClient(Path dataDirectory, Duration answerTimeMax) {
    this.dataDirectory = dataDirectory;
    this.answerTimeMax = answerTimeMax;
  }

  /** No cluster runs with this data directory. */
  public static final class NotRunningException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    NotRunningException(String message) {
      super(message);
    }
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @throws NotRunningException if nobody listens
   * @throws WireException if the cluster refuses
   * @throws IOException if the connection fails
   */
  public JsonNode ask(AdminRequest request) throws NotRunningException, IOException {
    byte[] answerLine;
    try (SocketChannel channel = connect()) {
      Thread watch = Thread.ofVirtual().start(() -> closeWhenSilent(channel));
      try {
        AdminSocket.writeLine(channel, WireJson.write(request));
        answerLine = AdminSocket.readLine(channel, AdminSocket.MAX_ANSWER_BYTES);
      } finally {
        watch.interrupt();
      }
    } catch (AsynchronousCloseException e) {
      throw new IOException(
          "the jtsh-cluster of %s does not answer within %d s; its log may say why"
              .formatted(dataDirectory, answerTimeMax.toSeconds()),
          e);
    }
    AdminAnswer answer = WireJson.read(answerLine, AdminAnswer.class);
    if (answer.errorKind() != null) {
      String message = answer.error() == null ? answer.errorKind().name() : answer.error();
      throw new WireException(answer.errorKind(), message);
    }
    if (answer.result() == null) {
      throw new WireException(ErrorKind.INTERNAL, "the cluster's answer is empty");
    }
    return answer.result();
  }

  private void closeWhenSilent(SocketChannel channel) {
    try {
      Thread.sleep(answerTimeMax);
      channel.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It has answered.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private SocketChannel connect() throws NotRunningException, IOException {
    var address = AdminSocket.address(dataDirectory);
    if (!Files.exists(address.getPath(), LinkOption.NOFOLLOW_LINKS)) {
      throw notRunning();
    }
    AdminSocket.requirePrivate(dataDirectory);
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(address);
      return channel;
    } catch (ConnectException e) {
      channel.close();
      throw notRunning();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private NotRunningException notRunning() {
    return new NotRunningException(
        "no jtsh-cluster runs with the data directory "
            + dataDirectory
            + "; start one, or name another with --data-dir");
  }
}
