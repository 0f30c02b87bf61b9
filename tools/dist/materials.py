"""The software bill of materials of an installation: CycloneDX, made by cyclonedx-py from what is installed.

Rules kept here: it lists exactly the packages of ``requirements.lock``, at its versions, whatever else the environment
holds, or it is not made; each has the SHA-256 of the files that the lock allows; no time and no random number is in it.
Source: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s\\;]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
Locked = dict[str, tuple[str, list[str]]]


def locked(lock: Path) -> Locked:
    """Return normal name -> (version, SHA-256 of each allowed file) of a lock."""
    found: Locked = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if pinned := PINNED.match(line):
            name = _normal(pinned[1])
            found[name] = (pinned[2], [])
        if name:
            found[name][1].extend(HASH.findall(line))
    return found


def bill_of_materials(root: Path, version: str) -> bytes:
    """Return the bill of the running environment, cut to the lock. Raises ``SystemExit`` where they differ."""
    command = [
        sys.executable, "-m", "cyclonedx_py", "environment", sys.executable,
        "--pyproject", str(root / "pyproject.toml"), "--output-reproducible", "--spec-version", "1.6",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"dist: cyclonedx-py could not read the environment:\n{done.stderr}")
    return cut(json.loads(done.stdout), locked(root / "requirements.lock"), version)


def cut(bill: dict[str, Any], lock: Locked, version: str) -> bytes:
    """Return ``bill`` with the packages of ``lock`` alone, their hashes, and ``version`` of the program."""
    by_name = {_normal(one["name"]): one for one in bill["components"]}
    wrong = [
        f"  {name}: the lock says {wanted}, installed is {by_name[name]['version'] if name in by_name else 'nothing'}"
        for name, (wanted, _) in sorted(lock.items())
        if name not in by_name or by_name[name]["version"] != wanted
    ]
    if wrong:
        lines = "\n".join(wrong)
        raise SystemExit(
            f"dist: this environment is not what requirements.lock says:\n{lines}\n  what to do: make setup"
        )
    kept = [by_name[name] | {"properties": _allowed(digests)} for name, (_, digests) in sorted(lock.items())]
    root = bill["metadata"]["component"]
    root |= {"version": version, "purl": f"pkg:pypi/auditor@{version}"}
    refs = {root["bom-ref"], *(one["bom-ref"] for one in kept)}
    edges = [
        {"ref": one["ref"]} | {"dependsOn": [ref for ref in one.get("dependsOn", []) if ref in refs]}
        for one in bill["dependencies"]
        if one["ref"] in refs
    ]
    cut_bill = bill | {"components": kept, "dependencies": edges}
    return (json.dumps(cut_bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _allowed(digests: list[str]) -> list[dict[str, str]]:
    # Not ``hashes``: that is of one file, and a lock allows several of a package, of which pip takes the one that fits.
    return [{"name": "requirements.lock:sha256", "value": digest} for digest in sorted(digests)]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
