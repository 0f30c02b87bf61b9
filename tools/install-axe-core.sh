#!/usr/bin/env bash
# Install axe-core (tools/axe_core), which judges in tests whether everybody can use our pages, once, and print the path
# of its script. The lock pins it by its digest and names no registry; no install script is run.
#   tools/install-axe-core.sh           install it when it is missing
#   tools/install-axe-core.sh --find    only look; exit 1 when it is missing
set -euo pipefail
here="$(cd "$(dirname "$0")/axe_core" && pwd)"
cache="${AUDITOR_TOOLS:-$HOME/.cache/auditor-tools}"
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
folder="$cache/axe-core-$(cat "$here/package.json" "$here/package-lock.json" | digest | cut -c1-16)"
script="node_modules/axe-core/axe.min.js"

if [ -f "$folder/$script" ]; then
  echo "$folder/$script"
  exit 0
fi
if [ "${1:-}" = "--find" ]; then
  echo "install-axe-core.sh: $folder is not there" >&2
  exit 1
fi
if ! command -v npm >/dev/null; then
  echo "install-axe-core.sh: there is no npm to install axe-core with." >&2
  echo "  what to do: install Node 20.17 or later (https://nodejs.org/), and run again" >&2
  exit 1
fi
mkdir -p "$cache"
scratch="$(mktemp -d "$cache/.axe-core.XXXXXX")"
trap 'rm -rf "$scratch"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$scratch"
(cd "$scratch" && npm ci --ignore-scripts --no-audit --no-fund) >&2
rm -rf "$folder"
mv "$scratch" "$folder"
echo "$folder/$script"
