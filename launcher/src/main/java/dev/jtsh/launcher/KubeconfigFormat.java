// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** How {@code proxy kube} says where its kubeconfig is; the words scripts for tsh look for. */
enum KubeconfigFormat {
  unix,
  fish,
  text,
  json,
  yaml,
  powershell,
  command_prompt;

  private static final Pattern BARE = Pattern.compile("[A-Za-z0-9._/-]+");
  private static final String NAME = "KUBECONFIG";

  /** As it is typed. */
  @Override
  public String toString() {
    return name().replace('_', '-');
  }

  /**
   * What is printed.
   *
   * @param path of the kubeconfig
   * @param address of the local proxy
   */
  String document(String path, String address) {
    boolean bare = BARE.matcher(path).matches();
    return switch (this) {
      case unix -> bare ? "export KUBECONFIG=" + path : ShellFormat.UNIX.set(NAME, path);
      case fish -> ShellFormat.FISH.set(NAME, path);
      case text -> ShellFormat.TEXT.set(NAME, path);
      case powershell ->
          bare ? "$Env:KUBECONFIG=\"" + path + "\"" : ShellFormat.POWERSHELL.set(NAME, path);
      case command_prompt -> ShellFormat.COMMAND_PROMPT.set(NAME, path);
      case json -> DocumentFormat.json.write(facts(path, address));
      case yaml -> DocumentFormat.yaml.write(facts(path, address));
    };
  }

  private static Map<String, String> facts(String path, String address) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("kubeconfig", path);
    facts.put("address", address);
    return facts;
  }
}
