// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.support.Laptop;
import dev.jtsh.tests.support.RunningCluster;
import dev.jtsh.tests.support.TestedPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One approval for five hundred kube clusters. How long their first command took from the approval
 * on, beside that of one, is kept in {@code target/many-clusters.txt}.
 */
@ExtendWith(StoryWorld.Visit.class)
final class ManyClustersStory {
  private static final int MANY = 500;
  private static final String USER = "carol";
  private static final String PASSWORD = "a password for many clusters";

  private final StoryWorld world;

  ManyClustersStory(StoryWorld world) {
    this.world = world;
  }

  @Test
  void oneApprovalOpensFiveHundredAndTheFirstAndTheLastServe() throws IOException {
    Path place = world.newDirectory("many");
    Path kubernetes = world.kubernetes().agentKubeconfig();
    Map<String, Path> kubes =
        IntStream.range(0, MANY)
            .mapToObj("c%03d"::formatted)
            .collect(Collectors.toMap(Function.identity(), name -> kubernetes));
    Path data = Files.createDirectory(place.resolve("cluster"));
    try (RunningCluster many =
        RunningCluster.start(TestedPrograms.directory(), data, "many", kubes)) {
      many.addRole("access", StoryWorld.ALL_CLUSTERS + ", " + StoryWorld.ADMINS, "");
      String invite = many.addUser(USER, "access");
      Path home = Files.createDirectory(place.resolve("laptop"));
      Laptop laptop = new Laptop(home, many.proxy(), USER, many.webCa());
      laptop.signUp(invite, PASSWORD).orThrow();
      laptop.logIn(PASSWORD).orThrow();
      SessionCommand command =
          world.command().via(many.proxy()).trusting(many.webCa()).as(USER).to();
      Duration one = Duration.ofNanos(answers(command.to("c000"), laptop, "c000").getFirst());
      List<Long> all = answers(command, laptop, "c000", "c499");
      Files.createDirectories(Path.of("target"));
      Files.writeString(
          Path.of("target/many-clusters.txt"),
          "from the approval to an answer, ms: of one %d, of %d the first %d, the last %d%n"
              .formatted(
                  one.toMillis(),
                  MANY,
                  Duration.ofNanos(all.getFirst()).toMillis(),
                  Duration.ofNanos(all.getLast()).toMillis()));
    }
  }

  /** When each of these clusters had answered a kubectl, in nanoseconds from the approval on. */
  private List<Long> answers(SessionCommand command, Laptop laptop, String... kubes) {
    String each =
        "for c; do kubectl --context=many-$c get namespaces >/dev/null && echo \"$c\" answered; done";
    List<String> words = new ArrayList<>(List.of("--", "sh", "-c", each, "each"));
    words.addAll(List.of(kubes));
    SessionCommand asking = command.with(words);
    List<Long> answers = new ArrayList<>();
    try (HeadlessShell session = HeadlessShell.ask(world, asking, world.environment("/bin/bash"))) {
      long start = System.nanoTime();
      session.sayYes(laptop);
      for (String kube : kubes) {
        session.terminal().expect(kube + " answered", StoryWorld.SOON);
        answers.add(System.nanoTime() - start);
      }
      assertThat(session.terminal().awaitExit(StoryWorld.SOON)).isZero();
    }
    return answers;
  }
}
