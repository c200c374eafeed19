// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.launcher.join.CannotJoinException;
import dev.jtsh.launcher.join.JoinOffer;
import dev.jtsh.launcher.join.JoinPlace;
import dev.jtsh.launcher.join.JoinedSession;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.nativebindings.SecretFile;
import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running session that this process has joined: through its socket, or, in its own shell, by the
 * descriptor that the shell has.
 */
final class FoundSession implements AutoCloseable {
  private static final SafeText START =
      SafeText.literal("start one: jtsh --headless proxy kube; or run this in its own shell");
  private static final SafeText OTHER_WAY =
      SafeText.literal(
          "run this in the session's own shell, or where you logged in: su and sudo leave"
              + " XDG_RUNTIME_DIR out");
  private static final int KUBECONFIG_BYTES_MAX = 4 << 20;

  private final SecretBuffer kubeconfig;
  private final Map<String, String> markers;
  private final @Nullable JoinedSession joined;

  private FoundSession(
      SecretBuffer kubeconfig, Map<String, String> markers, @Nullable JoinedSession joined) {
    this.kubeconfig = kubeconfig;
    this.markers = Map.copyOf(markers);
    this.joined = joined;
  }

  /** Which sessions there are, and which one is meant. */
  static final class Search {
    private final Outside outside;

    Search(Outside outside) {
      this.outside = outside;
    }

    /**
     * Joins the session that {@code JTSH_SESSION} names, else the only one, else the one the person
     * chooses.
     *
     * @param root whether root shall be let in while it is joined
     */
    FoundSession join(boolean root) throws NoSessionException {
      try (JoinPlace place = JoinPlace.open(outside.environment())) {
        Optional<JoinOffer> offer = among(JoinedSession.all(place));
        if (offer.isPresent()) {
          Optional<JoinedSession> joined = JoinedSession.join(place, offer.get().session(), root);
          if (joined.isPresent()) {
            JoinedSession session = joined.get();
            return new FoundSession(
                session.kubeconfig(), SessionMarkers.of(session.offer()), session);
          }
        }
        return ownShell(root, SafeText.literal("no session that can be joined runs here"));
      } catch (CannotJoinException e) {
        return ownShell(root, e.reason(), OTHER_WAY);
      }
    }

    /** The session of the shell around, as that shell uses it. */
    FoundSession ofThisShell() throws NoSessionException {
      return ownShell(
          false, SafeText.literal("this is no shell of a running session, or it uses another"));
    }

    /** The same without its kubeconfig. */
    JoinOffer look() throws NoSessionException {
      try (JoinPlace place = JoinPlace.open(outside.environment())) {
        return among(JoinedSession.all(place))
            .orElseThrow(() -> none(SafeText.literal("no session that can be joined runs here")));
      } catch (CannotJoinException e) {
        throw new NoSessionException(e.reason(), OTHER_WAY);
      }
    }

    private Optional<JoinOffer> among(List<JoinOffer> offers) throws NoSessionException {
      String named = outside.environment().getOrDefault("JTSH_SESSION", "");
      Optional<JoinOffer> own =
          offers.stream().filter(offer -> offer.session().equals(named)).findFirst();
      if (own.isPresent()
          || offers.isEmpty()
          || ShellKubeconfig.find(outside.environment()).isPresent()) {
        return own;
      }
      return Optional.of(offers.size() == 1 ? offers.getFirst() : asked(offers));
    }

    private JoinOffer asked(List<JoinOffer> offers) throws NoSessionException {
      Console console = outside.console();
      for (int i = 0; i < offers.size(); i++) {
        JoinOffer offer = offers.get(i);
        console.say(
            SafeText.format(
                "  {}  {}  {}, until {}",
                SafeText.of(Integer.toString(i + 1)),
                SafeText.of(offer.session()),
                SafeText.of(offer.kubeCluster()),
                SafeText.of(offer.expires())));
      }
      if (outside.interactive()) {
        console.ask(SafeText.literal("Which session? "));
        try {
          int number = Integer.parseInt(AnswerLine.read(outside.answers()));
          if (number >= 1 && number <= offers.size()) {
            return offers.get(number - 1);
          }
        } catch (NumberFormatException e) {
          // No number is no choice.
        }
      }
      throw new NoSessionException(
          SafeText.literal("several sessions run here"),
          SafeText.literal("set JTSH_SESSION to the id of the one you mean"));
    }

    /** In the session's own shell its descriptor will do, where nothing has to be opened. */
    private FoundSession ownShell(boolean root, SafeText why) throws NoSessionException {
      return ownShell(root, why, START);
    }

    private FoundSession ownShell(boolean root, SafeText why, SafeText hint)
        throws NoSessionException {
      Optional<Path> file = ShellKubeconfig.find(outside.environment());
      if (root || file.isEmpty()) {
        throw new NoSessionException(why, hint);
      }
      try {
        long bytes = Files.size(file.get());
        if (bytes < 1 || bytes > KUBECONFIG_BYTES_MAX) {
          throw new NoSessionException(why, hint);
        }
        return new FoundSession(SecretFile.read(file.get(), (int) bytes), Map.of(), null);
      } catch (IOException e) {
        throw new NoSessionException(why, hint);
      }
    }

    private static NoSessionException none(SafeText why) {
      return new NoSessionException(why, START);
    }
  }

  /** The session's kubeconfig; closed with this. */
  SecretBuffer kubeconfig() {
    return kubeconfig;
  }

  /** The variables that tell programs which session they are in. */
  Map<String, String> markers() {
    return markers;
  }

  /** Runs something once the session has ended; where that cannot be seen, never. */
  void whenEnded(Runnable told) {
    if (joined != null) {
      joined.whenEnded(told);
    }
  }

  @Override
  public void close() {
    kubeconfig.close();
    if (joined != null) {
      joined.close();
    }
  }
}
