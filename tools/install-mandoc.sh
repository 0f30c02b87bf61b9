#!/bin/sh
# Installs mandoc, the judge of the manual pages, from the distribution; does nothing when it is there.
# Usage: install-mandoc.sh   (prints nothing on standard output)
set -eu
if command -v mandoc >/dev/null; then exit 0; fi
if [ "$(id -u)" -eq 0 ]; then as_root=; else as_root=sudo; fi
install() { $as_root apt-get install -y --no-install-recommends mandoc >&2; }
if ! command -v apt-get >/dev/null; then
    echo "install-mandoc: no apt-get here; install mandoc yourself" >&2
    exit 1
fi
install || { $as_root apt-get update >&2 && install; }
