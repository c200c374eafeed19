#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts the program with a clean environment. What could load foreign code into the process that
# holds the keys is taken away before Java starts, kept under JTSH_ORIGINAL_*, and given back to the
# shell of the session. Calls nothing by PATH. This protects from accidents and stale start files,
# not from somebody who already runs as this user.
for name in LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_DEBUG LD_PROFILE LD_BIND_NOW LD_ORIGIN_PATH \
  LD_SHOW_AUXV LD_DYNAMIC_WEAK LD_USE_LOAD_BIAS JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS \
  JAVA_OPTIONS CLASSPATH OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES SSL_CERT_FILE SSL_CERT_DIR \
  SSLKEYLOGFILE GLIBC_TUNABLES MALLOC_PERTURB_ MALLOC_CHECK_; do
  eval "value=\${$name-}; present=\${$name+yes}"
  if [ -n "$present" ]; then
    eval "JTSH_ORIGINAL_$name=\$value; export JTSH_ORIGINAL_$name; unset $name"
  fi
done
unset name value present
# A standard descriptor that is closed would become that of the first file Java opens, or of a
# connection, and what is meant for a person or a script would go there. Here writing fails.
{ true 3<&0; } 2>/dev/null || exec </dev/null
{ true 3>&1; } 2>/dev/null || exec 1</dev/null
{ true 3>&2; } 2>/dev/null || exec 2>/dev/null
# A server's TLS decodes what it receives in memory of its own and gives that back as it is, passwords
# in it: the C library overwrites all it gets back (1 to 3 percent of TLS). A client needs few pools of
# the C library: each keeps megabytes that no other can use. Not passed on to the session's shell.
case @MAIN@ in
  *.cluster.*) GLIBC_TUNABLES=glibc.malloc.perturb=255:glibc.malloc.tcache_count=0 ;;
  *) GLIBC_TUNABLES=glibc.malloc.arena_max=2 ;;
esac
export GLIBC_TUNABLES
# What ends in a moment is compiled quickly; what serves for hours may be compiled well, and gives
# the memory that takes back (measured in docs/performance.md). A session's heap begins small: what is
# young is touched again and again, however little of it is in use; and only what a loaded proxy does
# thousands of times is compiled well, for the compiler needs more than all the rest while it works.
# Many classes are found ready made, where the package has left them: in one file for what ends in a
# moment, in a larger one for what talks to a cluster.
cache=@CACHE@
case " $* " in
  *" --help "*) ;;
  *" proxy "* | *" login "* | *" headless "* | *" kube "* | *" kubectl "* | *" mfa "* | *" signup "*)
    session=${cache%start.aot}session.aot
    [ -z "$cache" ] || [ ! -r "$session" ] || cache=$session
    ;;
esac
tiers=-XX:TieredStopAtLevel=1
case " $* " in
  *" start "*) tiers=-XX:TrimNativeHeapInterval=10000 ;;
  *" proxy "*)
    tiers="-XX:TrimNativeHeapInterval=10000 -Xms10m -Xmn6m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20
      -XX:Tier3InvocationThreshold=1000 -XX:Tier3MinInvocationThreshold=500 -XX:Tier3CompileThreshold=5000
      -XX:Tier3BackEdgeThreshold=120000 -XX:Tier4InvocationThreshold=50000
      -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000
      -XX:Tier4BackEdgeThreshold=400000"
    ;;
esac
[ ! -r "$cache" ] || tiers="$tiers -XX:AOTCache=$cache"
# What the virtual machine has to say goes to stderr: stdout is data.
exec @JAVA@ -XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning,aot*=off,cds*=off:stderr @FLAGS@ $tiers -XX:+UseSerialGC -Xss512k -XX:-UsePerfData -XX:+DisableAttachMechanism \
  -XX:+ErrorFileToStderr -XX:-DumpReplayDataOnError -XX:-CreateCoredumpOnCrash \
  -XX:-HeapDumpOnOutOfMemoryError --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -Djava.library.path=@NATIVE@ -Dorg.sqlite.lib.path=@SQLITE@ \
  -Dio.netty.native.detectNativeLibraryDuplicates=false -Dio.netty.leakDetection.level=disabled -Dio.netty.jfr.enabled=false \
  -Djtsh.help=@HELP@ -cp "@CLASSPATH@" @MAIN@ "$@"
