#!/usr/bin/env bash
# Find or build the OPA that compiles and tests policies, and print its path. Evaluating and verifying never need it.
# Order: `opa` on PATH, the tool cache, `go install`. The version is exact, for the committed Wasm is compared byte by byte.
#   tools/install-opa.sh           build it when it is missing
#   tools/install-opa.sh --find    only look; exit 1 when it is missing
set -euo pipefail
version="1.22.2"
bin="${AUDITOR_TOOLS:-$HOME/.cache/auditor-tools}/bin"

is_right() { [ -x "$1" ] && [ "$("$1" version 2>/dev/null | sed -n 's/^Version: //p')" = "$version" ]; }

for candidate in "$(command -v opa || true)" "$bin/opa"; do
  if [ -n "$candidate" ] && is_right "$candidate"; then
    echo "$candidate"
    exit 0
  fi
done
if [ "${1:-}" = "--find" ]; then
  echo "install-opa.sh: no opa $version on PATH or in $bin" >&2
  exit 1
fi
if ! command -v go >/dev/null; then
  echo "install-opa.sh: opa $version is not on PATH or in $bin, and there is no go to build it with." >&2
  echo "  what to do: install OPA $version (https://www.openpolicyagent.org/docs/#running-opa), or go, and run again" >&2
  exit 1
fi
mkdir -p "$bin"
echo "install-opa.sh: building opa $version with go, once" >&2
GOBIN="$bin" go install "github.com/open-policy-agent/opa@v$version" >&2
is_right "$bin/opa" || { echo "install-opa.sh: $bin/opa is not version $version" >&2; exit 1; }
echo "$bin/opa"
