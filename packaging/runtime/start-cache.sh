#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes down what short commands and what a session loads, once, for this run-time and these jars:
# starting takes half as long. Run after installation; without what it makes the program only starts
# more slowly. Two files: all of a file is read at each start, and a session's is twice as large.
set -e
start=@CACHE@
session=${start%start.aot}session.aot

made() { # FILE WORD
  # A session that is open has the old one mapped: a new file, never the old one written over.
  rm -f "$1" "$1.config"
  if @JAVA@ -XX:AOTCacheOutput="$1" @FLAGS@ -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss512k \
    -XX:-UsePerfData --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Djava.library.path=@NATIVE@ -Dio.netty.native.detectNativeLibraryDuplicates=false \
    -Djtsh.help=@HELP@ -cp "@CLASSPATH@" dev.jtsh.launcher.StartupTraining "$2" && [ -f "$1" ]; then
    # The program trains as it runs: new files are for their owner alone.
    chmod 644 "$1"
  else
    rm -f "$1" "$1.config"
    return 1
  fi
}

made "$start" short || failed=yes
# It talks to itself over loopback; where that cannot be, sessions start with the other file.
made "$session" session || failed=yes
[ -z "${failed-}" ]
