// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.packages;

import com.github.dockerjava.api.DockerClient;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.testcontainers.DockerClientFactory;

/** The image of all boxes: the root that {@code tests/packages/root} made, from no registry. */
final class BoxImage {
  private static final String REPOSITORY = "jtsh-box";

  private BoxImage() {}

  /** Its name. It is made when a first box asks for it. */
  static String name() {
    return Holder.NAME;
  }

  private static final class Holder {
    static final String NAME = load(Path.of(System.getProperty("jtsh.box.root", "")));
  }

  private static String load(Path archive) {
    String tag = String.valueOf(ProcessHandle.current().pid());
    DockerClient docker = DockerClientFactory.instance().client();
    try (InputStream root = new BufferedInputStream(Files.newInputStream(archive))) {
      docker.createImageCmd(REPOSITORY, root).withTag(tag).exec();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + archive, e);
    }
    String name = REPOSITORY + ":" + tag;
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> docker.removeImageCmd(name).withForce(true).exec()));
    return name;
  }
}
