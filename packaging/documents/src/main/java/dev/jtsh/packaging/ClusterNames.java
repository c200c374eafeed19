// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.packaging;

import dev.jtsh.client.ProfileStore;

/**
 * Names of Kubernetes clusters in completions. They are read from where {@code jtsh kube ls} left
 * them; pressing TAB starts no program of ours and asks no cluster. Names with other characters
 * than a Kubernetes cluster's may have are left out: a shell could take them for more than names.
 */
final class ClusterNames {
  private static final String FILES = "/keys/*/*-kube/" + ProfileStore.KUBE_NAMES;

  private ClusterNames() {}

  /** Where names of clusters stand on the command line. */
  static boolean follow(CommandWords command) {
    return command.path().equals(java.util.List.of("proxy", "kube"));
  }

  /** Bash: picocli's function first, then the names. */
  static String bash() {
    return """

    # Names of Kubernetes clusters, as the last "jtsh kube ls" left them.
    function _jtsh_clusters() {
      local file name
      for file in "${TELEPORT_HOME:-$HOME/.tsh}"%s; do
        [ -r "$file" ] || continue
        while IFS= read -r name; do
          case $name in
            '' | *[!A-Za-z0-9._-]*) ;;
            "$1"*) COMPREPLY+=("$name") ;;
          esac
        done <"$file"
      done
    }
    function _complete_jtsh_with_clusters() {
      local here=${COMP_WORDS[COMP_CWORD]} word last=
      COMPREPLY=()
      _complete_jtsh
      [[ $here != -* ]] || return 0
      for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
          proxy) last=proxy ;;
          kube) [[ $last != proxy ]] || last=kube ;;
          --) return 0 ;;
        esac
      done
      [[ $last != kube ]] || _jtsh_clusters "$here"
    }
    complete -F _complete_jtsh_with_clusters -o default jtsh
    """
        .formatted(FILES);
  }

  /** Zsh. */
  static String zsh() {
    return """

    # Names of Kubernetes clusters, as the last "jtsh kube ls" left them.
    _jtsh_clusters() {
      local -a names
      local file name
      for file in ${TELEPORT_HOME:-$HOME/.tsh}%s(N); do
        while IFS= read -r name; do
          [[ -n $name && $name != *[^A-Za-z0-9._-]* ]] && names+=("$name")
        done <"$file"
      done
      compadd -a names
    }
    """
        .formatted(FILES);
  }

  /** Fish. */
  static String fish() {
    return """
    # Names of Kubernetes clusters, as the last "jtsh kube ls" left them.
    function __jtsh_clusters
        set -l home $TELEPORT_HOME
        test -n "$home"; or set home $HOME/.tsh
        set -l files $home%s
        test (count $files) -eq 0; or cat $files | string match -r '^[A-Za-z0-9._-]+$'
    end
    """
        .formatted(FILES);
  }
}
