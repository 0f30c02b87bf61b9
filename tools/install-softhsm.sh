#!/usr/bin/env bash
# Find or install SoftHSM 2, a PKCS#11 token in software, and print the path of its module. Only tests need it; nobody
# who signs with a token of their own does.
#   tools/install-softhsm.sh           install it from the system's packages when it is missing
#   tools/install-softhsm.sh --find    only look; exit 1 when it is missing
set -euo pipefail

find_module() {
  command -v softhsm2-util >/dev/null || return 1
  local module
  for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so /usr/lib64/softhsm/libsofthsm2.so \
    /usr/local/lib/softhsm/libsofthsm2.so /opt/homebrew/lib/softhsm/libsofthsm2.so; do
    if [ -f "$module" ]; then
      echo "$module"
      return 0
    fi
  done
  return 1
}

if find_module; then exit 0; fi
if [ "${1:-}" != "--find" ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = "0" ]; then
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y softhsm2 >&2
  elif command -v brew >/dev/null; then
    brew install softhsm >&2
  fi
  if find_module; then exit 0; fi
fi
echo "install-softhsm.sh: no softhsm2-util with libsofthsm2.so here" >&2
echo "  what to do: install SoftHSM 2 (Debian: apt-get install softhsm2) and run again" >&2
exit 1
