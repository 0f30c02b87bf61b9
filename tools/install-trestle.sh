#!/usr/bin/env bash
# Install compliance-trestle, whose models and validators judge our OSCAL folders in tests, once, into a virtual
# environment of its own, for it brings much that we don't need; and print its Python. The lock pins every package by digest.
#   tools/install-trestle.sh           install it when it is missing
#   tools/install-trestle.sh --find    only look; exit 1 when it is missing
set -euo pipefail
lock="$(cd "$(dirname "$0")/.." && pwd)/requirements-trestle.lock"
cache="${AUDITOR_TOOLS:-$HOME/.cache/auditor-tools}"
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
folder="$cache/trestle-$(digest < "$lock" | cut -c1-16)"

if [ -f "$folder/.whole" ]; then
  echo "$folder/bin/python"
  exit 0
fi
if [ "${1:-}" = "--find" ]; then
  echo "install-trestle.sh: $folder is not there" >&2
  exit 1
fi
python="${PYTHON:-python3}"
if ! command -v "$python" >/dev/null; then
  echo "install-trestle.sh: there is no $python to install compliance-trestle with." >&2
  echo "  what to do: install Python 3.11 or later, and run again" >&2
  exit 1
fi
# A virtual environment knows its own path, so it is made where it stays; what was broken off is made anew.
mkdir -p "$cache"
rm -rf "$folder"
"$python" -m venv "$folder" >&2
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" >&2
touch "$folder/.whole"
echo "$folder/bin/python"
