// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One authority, one server and one client certificate (P-256), in files for programs of any kind.
 * All are for one run and one directory.
 */
record Certificates(Path directory) {
  /** The name the servers' certificates have, beside 127.0.0.1. */
  static final String SERVER_NAME = "bench.localhost";

  static Certificates make(Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Certificates made = new Certificates(directory);
    Files.writeString(
        directory.resolve("server.ext"),
        "subjectAltName=DNS:%s,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n".formatted(SERVER_NAME));
    Files.writeString(directory.resolve("client.ext"), "extendedKeyUsage=clientAuth\n");
    made.openssl(
        List.of("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        List.of(
            "-nodes", "-days", "2", "-subj", "/CN=bench", "-keyout", "ca.key", "-out", "ca.pem"),
        List.of("-addext", "keyUsage=critical,keyCertSign"));
    for (String name : List.of("server", "client")) {
      made.openssl(
          List.of("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
          List.of("-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key"),
          List.of("-out", name + ".csr"));
      made.openssl(
          List.of("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
          List.of("-CAcreateserial", "-days", "2", "-extfile", name + ".ext"),
          List.of("-out", name + ".pem"));
      Files.writeString(
          directory.resolve(name + ".both"),
          Files.readString(directory.resolve(name + ".pem"))
              + Files.readString(directory.resolve(name + ".key")));
    }
    return made;
  }

  /** A file by its name: {@code ca.pem}, {@code server.pem}, {@code client.key} and so on. */
  Path file(String name) {
    return directory.resolve(name);
  }

  private void openssl(List<String> first, List<String> second, List<String> third)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(first);
    command.addAll(second);
    command.addAll(third);
    Path log = directory.resolve("openssl.log");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("openssl failed: " + Files.readString(log));
    }
  }
}
