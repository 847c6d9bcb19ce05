#!/bin/sh
# sh run-class.sh <role> <main class> [argument…]: runs a main class of the jars in ../lib, in place of this shell, so that a signal
# to the container reaches Java. JAVA_OPT_EXT comes last, as in the official scripts, and therefore wins.
role=$1
main=$2
shift 2
ROCKETMQ_HOME=$(cd "$(dirname "$0")/.." && pwd)
export ROCKETMQ_HOME
# 4.9.7 frees direct memory and mapped files through these packages, which newer JDKs close; without the third, a broker that was
# killed does not start again (read in store/…/MappedFile.java).
# shellcheck disable=SC2086 # options are meant to split into words
exec java $JAVA_OPT \
  --add-opens java.base/java.nio=ALL-UNNAMED \
  --add-opens java.base/sun.nio.ch=ALL-UNNAMED \
  --add-opens java.base/jdk.internal.ref=ALL-UNNAMED \
  -Duser.home="$HOME" \
  -Drocketmq.role="$role" \
  -Drmq.logback.configurationFile="$ROCKETMQ_HOME/conf/logback.xml" \
  $JAVA_OPT_EXT \
  -cp "$ROCKETMQ_HOME/conf:$ROCKETMQ_HOME/lib/*" "$main" "$@"
