#!/usr/bin/env bash
# Build the outside judge of a ledger's checkpoints and proofs (tools/tlog_judge, Go), once, and print its path.
# Beside it is built ledger-check, by which docs/how-to/verify-independently.md reads a whole ledger, under the same digest.
# Its name holds the digest of its sources, so a changed judge is another one.
#   tools/install-tlog-judge.sh           build it when it is missing
#   tools/install-tlog-judge.sh --find    only look; exit 1 when it is missing
set -euo pipefail
here="$(cd "$(dirname "$0")/tlog_judge" && pwd)"
bin="${AUDITOR_TOOLS:-$HOME/.cache/auditor-tools}/bin"
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
judge="$bin/tlog-judge-$(cat "$here/go.mod" "$here/go.sum" "$here/main.go" "$here/ledger/main.go" | digest | cut -c1-16)"
check="${judge/tlog-judge-/ledger-check-}"

if [ -x "$judge" ] && [ -x "$check" ]; then
  echo "$judge"
  exit 0
fi
if [ "${1:-}" = "--find" ]; then
  echo "install-tlog-judge.sh: $judge and its ledger-check are not there" >&2
  exit 1
fi
if ! command -v go >/dev/null; then
  echo "install-tlog-judge.sh: there is no go to build the judge with." >&2
  echo "  what to do: install go 1.26 or later (https://go.dev/dl/), and run again" >&2
  exit 1
fi
mkdir -p "$bin"
echo "install-tlog-judge.sh: building the judge with go, once" >&2
(cd "$here" && go build -trimpath -o "$judge.new" . && go build -trimpath -o "$check.new" ./ledger) >&2
mv "$check.new" "$check"
mv "$judge.new" "$judge"
echo "$judge"
