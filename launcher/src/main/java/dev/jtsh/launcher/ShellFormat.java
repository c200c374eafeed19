// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.regex.Pattern;

/**
 * How a variable is set, for each kind of shell: whatever the value, the shell gets it as it is and
 * runs nothing in it (rule 15).
 */
enum ShellFormat {
  /** bash, zsh, dash and every other shell of POSIX. */
  UNIX {
    @Override
    String set(String name, String value) {
      return "export " + name + "=" + quote(value) + ";";
    }

    @Override
    String quote(String value) {
      return "'" + value.replace("'", "'\\''") + "'";
    }
  },
  FISH {
    @Override
    String set(String name, String value) {
      return "set -gx " + name + " " + quote(value) + ";";
    }

    @Override
    String quote(String value) {
      return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
  },
  POWERSHELL {
    @Override
    String set(String name, String value) {
      return "$Env:" + name + " = " + quote(value);
    }

    // PowerShell takes four more characters for a single quote.
    @Override
    String quote(String value) {
      return "'" + value.replaceAll("(['\u2018\u2019\u201a\u201b])", "$1$1") + "'";
    }
  },
  /** What cmd.exe makes of special characters cannot be turned off: they are refused. */
  COMMAND_PROMPT {
    @Override
    String set(String name, String value) {
      return "set " + name + "=" + quote(value);
    }

    @Override
    String quote(String value) {
      return plain(value);
    }
  },
  /** {@code NAME=value}, one in a line. */
  TEXT {
    @Override
    String set(String name, String value) {
      return name + "=" + quote(value);
    }

    @Override
    String quote(String value) {
      return plain(value);
    }
  };

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:/\\\\ +-]*");

  /** The command that sets a variable. */
  abstract String set(String name, String value);

  /** A value as one word. */
  abstract String quote(String value);

  private static String plain(String value) {
    if (!PLAIN.matcher(value).matches()) {
      throw new SettingsException("a value has characters that this format cannot hold safely");
    }
    return value;
  }
}
