#!/usr/bin/env bash
# Check the Rego of the shipped pack: formatted, and clean to regal where there is one. Without opa nothing is checked,
# which is said; under CI=true that is a failure. regal is a second opinion, never a condition.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! opa="$(tools/install-opa.sh --find)"; then
  if [ "${CI:-}" = "true" ]; then exit 1; fi
  echo "lint-rego.sh: Rego was NOT checked" >&2
  exit 0
fi
unformatted="$("$opa" fmt --list policies)"
if [ -n "$unformatted" ]; then
  printf 'lint-rego.sh: not formatted (run `make format`):\n%s\n' "$unformatted" >&2
  exit 1
fi
"$opa" check --strict --capabilities policies/capabilities.json policies/controls policies/gates policies/lib lists:policies/lists
regal="$(command -v regal || true)"
if [ -n "$regal" ]; then
  "$regal" lint policies
else
  echo "lint-rego.sh: opa fmt and opa check passed; no regal on PATH, so its rules were not checked" >&2
fi
