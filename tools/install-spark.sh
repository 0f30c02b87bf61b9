#!/usr/bin/env bash
# Install what `--sql-engine spark` needs (the extra `spark`: PySpark with Spark Connect, sqlglot) into .venv, once; and look
# for the Java that it runs on. The lock pins every package by digest. PySpark is built here from its source, some 430 MB.
#   tools/install-spark.sh           install it when it is missing
#   tools/install-spark.sh --find    only look; exit 1 when it is missing
set -euo pipefail
cd "$(dirname "$0")/.."
lock="requirements-spark.lock"
python="${BIN:-.venv/bin}/python"

find_java() {
  local java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
  local major
  major="$("$java" -version 2>&1 | sed -nE '1s/.*version "([0-9]+).*/\1/p')" || true
  if [ "${major:-0}" -lt 17 ]; then
    echo "install-spark.sh: Spark runs on Java 17 or later; found ${major:-none}." >&2
    echo "  what to do: install a JRE (for example openjdk-17-jre-headless), or say where one is in JAVA_HOME" >&2
    exit 1
  fi
}

# What the lock pins is what is installed: each name==version of it.
is_there() {
  "$python" - "$lock" <<'PYTHON' 2>/dev/null
import re, sys
from importlib.metadata import PackageNotFoundError, version
for line in open(sys.argv[1]):
    if pinned := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", line):
        try:
            sys.exit(1) if version(pinned[1]) != pinned[2] else None
        except PackageNotFoundError:
            sys.exit(1)
PYTHON
}

if ! is_there; then
  if [ "${1:-}" = "--find" ]; then
    echo "install-spark.sh: what $lock pins is not in ${python%/bin/python}" >&2
    exit 1
  fi
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r "$lock" >&2
fi
find_java
"$python" -c 'import pyspark; print(pyspark.__version__)'
