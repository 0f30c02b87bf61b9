#!/bin/sh
# Installs Chromium and its driver, the browser of the tests of pages, from the distribution; does nothing when both are there.
# Usage: install-chromium.sh   (prints nothing on standard output)
set -eu
if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then exit 0; fi
if [ "$(id -u)" -eq 0 ]; then as_root=; else as_root=sudo; fi
install() { $as_root apt-get install -y --no-install-recommends chromium chromium-driver >&2; }
if ! command -v apt-get >/dev/null; then
    echo "install-chromium: no apt-get here; install chromium and chromedriver yourself" >&2
    exit 1
fi
install || { $as_root apt-get update >&2 && install; }
