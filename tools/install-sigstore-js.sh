#!/usr/bin/env bash
# Install the sigstore JavaScript verifier of tools/sigstore_js, which judges our attestations in tests, once, and print
# its node_modules. The lock pins every package by its digest and names no registry; no install script of any is run.
#   tools/install-sigstore-js.sh           install it when it is missing
#   tools/install-sigstore-js.sh --find    only look; exit 1 when it is missing
set -euo pipefail
here="$(cd "$(dirname "$0")/sigstore_js" && pwd)"
cache="${AUDITOR_TOOLS:-$HOME/.cache/auditor-tools}"
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
folder="$cache/sigstore-js-$(cat "$here/package.json" "$here/package-lock.json" | digest | cut -c1-16)"

if [ -d "$folder/node_modules/@sigstore/verify" ] && command -v node >/dev/null; then
  echo "$folder/node_modules"
  exit 0
fi
if [ "${1:-}" = "--find" ]; then
  echo "install-sigstore-js.sh: $folder is not there, or no node to run it" >&2
  exit 1
fi
if ! command -v npm >/dev/null; then
  echo "install-sigstore-js.sh: there is no npm to install the verifier with." >&2
  echo "  what to do: install Node 20.17 or later (https://nodejs.org/), and run again" >&2
  exit 1
fi
mkdir -p "$cache"
scratch="$(mktemp -d "$cache/.sigstore-js.XXXXXX")"
trap 'rm -rf "$scratch"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$scratch"
(cd "$scratch" && npm ci --ignore-scripts --no-audit --no-fund) >&2
rm -rf "$folder"
mv "$scratch" "$folder"
echo "$folder/node_modules"
