#!/usr/bin/env bash
# Write requirements.lock (what the program needs), requirements-dev.lock (that, its extras, and what builds and tests it),
# requirements-build.lock (what makes the wheel in a container), requirements-bench.lock (what it is measured against), requirements-fuzz.lock (what looks for bytes that break it) and
# requirements-awscli.lock (a judge of chains of digests, from tools/awscli.in) and requirements-trestle.lock (a judge of OSCAL, from tools/trestle.in), with the hashes of every wheel and no address of any index. Needs the project's virtual environment; see `make lock`.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${1:-.venv/bin/python}"
python="$(cd "$(dirname "$python")" && pwd)/$(basename "$python")"
target="$PWD"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# A folder of its own, so that no path of this machine gets into the locks.
"$python" - "$scratch" <<'PYTHON'
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
runtime = project["project"]["dependencies"]
build = project["build-system"]["requires"]
scratch = Path(sys.argv[1])
(scratch / "requirements.in").write_text("\n".join(runtime) + "\n", encoding="utf-8")
extras = [one for extra in project["project"].get("optional-dependencies", {}).values() for one in extra]
dev = [*runtime, *extras, *build, *project["dependency-groups"]["dev"]]
(scratch / "requirements-dev.in").write_text("\n".join(dev) + "\n-c requirements.lock\n", encoding="utf-8")
(scratch / "requirements-build.in").write_text("\n".join(build) + "\n-c requirements-dev.lock\n", encoding="utf-8")
bench = [*runtime, *project["dependency-groups"]["bench"]]
(scratch / "requirements-bench.in").write_text("\n".join(bench) + "\n-c requirements-dev.lock\n", encoding="utf-8")
fuzz = project["dependency-groups"]["fuzz"]
(scratch / "requirements-fuzz.in").write_text("\n".join(fuzz) + "\n-c requirements-dev.lock\n", encoding="utf-8")
PYTHON

cp tools/awscli.in "$scratch/requirements-awscli.in"
cp tools/trestle.in "$scratch/requirements-trestle.in"
cd "$scratch"
for name in requirements requirements-dev requirements-build requirements-bench requirements-fuzz requirements-awscli requirements-trestle; do
  "$python" -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
    --output-file "$name.lock" "$name.in"
done
if grep -nE '://|^-|(^|[ =])/' requirements.lock requirements-dev.lock requirements-build.lock requirements-bench.lock requirements-fuzz.lock requirements-awscli.lock requirements-trestle.lock; then
  echo "lock.sh: the lines above name an address or a path; nothing was written" >&2
  exit 1
fi
{ echo "# Made by \`make lock\` from tools/awscli.in. Do not edit."; cat requirements-awscli.lock; } > "$target/requirements-awscli.lock"
{ echo "# Made by \`make lock\` from tools/trestle.in. Do not edit."; cat requirements-trestle.lock; } > "$target/requirements-trestle.lock"
for name in requirements requirements-dev requirements-build requirements-bench requirements-fuzz; do
  { echo "# Made by \`make lock\` from pyproject.toml. Do not edit."; cat "$name.lock"; } > "$target/$name.lock"
done
