#!/usr/bin/env bash
# Find or build cosign, which judges our attestations in tests, and print its path. Built with go, from its sources, once:
# five minutes on two cores.
#   tools/install-cosign.sh           build it when it is missing
#   tools/install-cosign.sh --find    only look; exit 1 when it is missing
set -euo pipefail
version="3.1.3"
bin="${AUDITOR_TOOLS:-$HOME/.cache/auditor-tools}/bin"

is_right() { [ -x "$1" ] && [ "$("$1" version 2>/dev/null | sed -n 's/^GitVersion: *v//p')" = "$version" ]; }

for candidate in "$(command -v cosign || true)" "$bin/cosign"; do
  if [ -n "$candidate" ] && is_right "$candidate"; then
    echo "$candidate"
    exit 0
  fi
done
if [ "${1:-}" = "--find" ]; then
  echo "install-cosign.sh: no cosign $version on PATH or in $bin" >&2
  exit 1
fi
if ! command -v go >/dev/null; then
  echo "install-cosign.sh: cosign $version is not on PATH or in $bin, and there is no go to build it with." >&2
  echo "  what to do: install cosign $version (https://docs.sigstore.dev/cosign/system_config/installation/), or go, and run again" >&2
  exit 1
fi
mkdir -p "$bin"
echo "install-cosign.sh: building cosign $version with go, once; this takes minutes" >&2
GOBIN="$bin" go install "github.com/sigstore/cosign/v3/cmd/cosign@v$version" >&2
is_right "$bin/cosign" || { echo "install-cosign.sh: $bin/cosign is not version $version" >&2; exit 1; }
echo "$bin/cosign"
