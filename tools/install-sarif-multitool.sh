#!/usr/bin/env bash
# Install the SARIF validator of Microsoft (tools/sarif_multitool), which judges our SARIF in tests, once, and print
# its path. The lock pins every package by its digest and names no registry; no install script of any is run.
#   tools/install-sarif-multitool.sh           install it when it is missing
#   tools/install-sarif-multitool.sh --find    only look; exit 1 when it is missing
set -euo pipefail
here="$(cd "$(dirname "$0")/sarif_multitool" && pwd)"
cache="${AUDITOR_TOOLS:-$HOME/.cache/auditor-tools}"
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
folder="$cache/sarif-multitool-$(cat "$here/package.json" "$here/package-lock.json" | digest | cut -c1-16)"

judge="node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"

if [ -x "$folder/$judge" ]; then
  echo "$folder/$judge"
  exit 0
fi
if [ "${1:-}" = "--find" ]; then
  echo "install-sarif-multitool.sh: $folder is not there" >&2
  exit 1
fi
if ! command -v npm >/dev/null; then
  echo "install-sarif-multitool.sh: there is no npm to install the verifier with." >&2
  echo "  what to do: install Node 20.17 or later (https://nodejs.org/), and run again" >&2
  exit 1
fi
mkdir -p "$cache"
scratch="$(mktemp -d "$cache/.sarif-multitool.XXXXXX")"
trap 'rm -rf "$scratch"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$scratch"
(cd "$scratch" && npm ci --ignore-scripts --no-audit --no-fund) >&2
chmod +x "$scratch/$judge"
rm -rf "$folder"
mv "$scratch" "$folder"
echo "$folder/$judge"
