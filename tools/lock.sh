#!/usr/bin/env bash
# Write the locks, with the hashes of every package and no address of any index:
#   requirements.lock          what the program needs
#   requirements-dev.lock      that, its extras but Spark, and what builds, documents and tests it
#   requirements-spark.lock    what `--sql-engine spark` needs
#   requirements-build.lock    what makes the wheel in a container
#   requirements-bench.lock    what it is measured against
#   requirements-fuzz.lock     what looks for bytes that break it
#   requirements-awscli.lock   a judge of chains of digests, from tools/awscli.in
#   requirements-trestle.lock  a judge of OSCAL, from tools/trestle.in
# A version that is locked stays where it still fits: with --upgrade as the second argument the newest are taken.
# Needs the project's virtual environment; see `make lock`.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${1:-.venv/bin/python}"
python="$(cd "$(dirname "$python")" && pwd)/$(basename "$python")"
upgrade="${2:-}"
target="$PWD"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# A folder of its own, so that no path of this machine gets into the locks.
"$python" - "$scratch" <<'PYTHON'
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
scratch = Path(sys.argv[1])
runtime = project["project"]["dependencies"]
build = project["build-system"]["requires"]
extras = dict(project["project"]["optional-dependencies"])
groups = project["dependency-groups"]
spark = extras.pop("spark")
wanted = {
    "requirements": runtime,
    "requirements-dev": [*runtime, *(one for extra in extras.values() for one in extra), *build, *groups["dev"], "-c requirements.lock"],
    "requirements-spark": [*runtime, *spark, "-c requirements-dev.lock"],
    "requirements-build": [*build, "-c requirements-dev.lock"],
    "requirements-bench": [*runtime, *groups["bench"], "-c requirements-dev.lock"],
    "requirements-fuzz": [*groups["fuzz"], "-c requirements-dev.lock"],
}
for name, lines in wanted.items():
    (scratch / f"{name}.in").write_text("\n".join(lines) + "\n", encoding="utf-8")
PYTHON

cp tools/awscli.in "$scratch/requirements-awscli.in"
cp tools/trestle.in "$scratch/requirements-trestle.in"
locks=(requirements requirements-dev requirements-spark requirements-build requirements-bench requirements-fuzz requirements-awscli requirements-trestle)
for name in "${locks[@]}"; do
  if [ "$upgrade" != "--upgrade" ] && [ -f "$name.lock" ]; then cp "$name.lock" "$scratch"; fi
done
cd "$scratch"
for name in "${locks[@]}"; do
  "$python" -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
    --output-file "$name.lock" "$name.in"
done
if grep -nE '://|^-|(^|[ =])/' ./*.lock; then
  echo "lock.sh: the lines above name an address or a path; nothing was written" >&2
  exit 1
fi
for name in "${locks[@]}"; do
  case "$name" in
    *-awscli | *-trestle) source="tools/${name#requirements-}.in" ;;
    *) source=pyproject.toml ;;
  esac
  { echo "# Made by \`make lock\` from $source. Do not edit."; cat "$name.lock"; } > "$target/$name.lock"
done
