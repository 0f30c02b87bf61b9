"""What is installed, reachable or missing on this machine, and what to do about it.

Rules kept here: every check is made, whatever the ones before it found; a part that is not there is a finding of the
doctor and no crash, so nothing heavy is imported outside its own check; only what evaluating and verifying need can
make the exit code anything but 0.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import TYPE_CHECKING

from auditor.errors import AuditorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OK, MISSING, WRONG = "OK", "MISSING", "WRONG"
OPA_URL = "AUDITOR_OPA_URL"
FREE_BYTES = 1 << 30
TIMEOUT_S = 10
USAGE, PART_FAILED = 2, 5
REINSTALL = "install auditor again, with what it needs: python -m pip install auditor"
ISOLATION = "import json; from auditor.shell.contained import isolate; print(json.dumps(isolate(10)))"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``exit_code`` is what its absence makes of the whole, 0 when nothing needs it."""

    name: str
    status: str
    found: str
    remedy: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Patient:
    """What to look at."""

    config: Path
    key: Path
    policies: Path | None
    profile: str
    opa_url: str | None
    free_bytes: int = FREE_BYTES


def examine(patient: Patient) -> Iterator[Check]:
    """Yield every check, in the order in which a person would repair."""
    parts: tuple[tuple[str, int, Callable[[Patient], Check]], ...] = (
        ("python", PART_FAILED, _python),
        ("packages", PART_FAILED, _packages),
        ("policy pack", USAGE, _pack),
        ("profile", USAGE, _profile),
        ("signing key", USAGE, _key),
        ("configuration", USAGE, _config),
        ("flag rollout", USAGE, _flags),
        ("temporary space", PART_FAILED, _space),
        ("opa", 0, _opa),
        ("opa server", PART_FAILED if patient.opa_url else 0, _opa_server),
        ("replay isolation", 0, _isolation),
    )
    for name, needed, look in parts:
        code = needed
        try:
            check = look(patient)
        except AuditorError as error:
            check = Check(name, WRONG, error.message, error.remedy)
        except ImportError as error:
            check = Check(name, MISSING, f"not looked at: {error}", REINSTALL)
            code = needed and PART_FAILED
        yield replace(check, name=name, exit_code=0 if check.status == OK else code)


def exit_code(checks: list[Check]) -> int:
    """Return 0 when everything needed is there, 5 when a part is not, else 2."""
    return max((check.exit_code for check in checks), default=0)


def _python(patient: Patient) -> Check:
    del patient
    here = platform.python_version()
    needed = metadata("auditor")["Requires-Python"].removeprefix(">=")
    if tuple(map(int, platform.python_version_tuple()[:2])) < tuple(map(int, needed.split("."))):
        return Check("", WRONG, f"{here}, expected {needed} or later", f"use Python {needed} or later")
    return Check("", OK, here)


def _packages(patient: Patient) -> Check:
    """Look for every package that this distribution declares it needs, and for the one that runs the policies."""
    del patient
    declared = [one for one in metadata("auditor").get_all("Requires-Dist") or () if "extra ==" not in one]
    names = [re.split(r"[\s\[<>=!~;(]", one, maxsplit=1)[0] for one in declared]
    found, missing = [], []
    for name in sorted({*names, "wasmtime"}):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("", MISSING, f"not installed: {', '.join(missing)}", REINSTALL)
    return Check("", OK, f"auditor {version('auditor')}, {', '.join(found)}")


def _pack(patient: Patient) -> Check:
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - heavy

    pack = load_pack(_policies(patient))
    return Check("", OK, f"{len(pack.controls)} controls, compiled by OPA {pack.opa}, not stale")


def _profile(patient: Patient) -> Check:
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - heavy
    from auditor.adapters.policies.profile import load_profile  # noqa: PLC0415 - heavy

    document = load_profile(load_pack(_policies(patient)), patient.profile).document
    return Check("", OK, f"{document.id}: {len(document.lines)} lines, {len(document.gates)} gates")


def _policies(patient: Patient) -> Path:
    from auditor.shipped import policies_dir  # noqa: PLC0415 - beside its use

    return patient.policies or policies_dir()


def _key(patient: Patient) -> Check:
    from auditor.adapters.signing.keys import load_signer, others_may_read  # noqa: PLC0415 - heavy

    if not patient.key.exists():
        return Check("", MISSING, f"{patient.key}: not there", "make one with `auditor keygen`, or name it with --key")
    signer = load_signer(patient.key)
    mode = stat.S_IMODE(patient.key.stat().st_mode)
    if others_may_read(patient.key):
        return Check("", WRONG, f"{patient.key}: mode {mode:04o}, expected 0600", f"chmod 600 {patient.key}")
    return Check("", OK, f"{patient.key}: {signer.public_key.scheme}, mode {mode:04o}")


def _config(patient: Patient) -> Check:
    from auditor.config import load_config  # noqa: PLC0415 - heavy

    if not patient.config.exists():
        remedy = "write one with `auditor init`, or name it with --config"
        return Check("", MISSING, f"{patient.config}: not there", remedy)
    config = load_config(patient.config)
    absent = [
        f"source {source.name}: no file matches {pattern!r}"
        for source in config.sources
        for pattern in _patterns(source.options)
        if not any(config.root.glob(pattern))
    ]
    if absent:
        found = f"{patient.config}: {'; '.join(absent)}"
        return Check("", MISSING, found, f"put the files there (relative to {config.root}), or correct `files`")
    return Check("", OK, f"{patient.config}: {len(config.sources)} sources, and files of each")


def _flags(patient: Patient) -> Check:
    """Look whether every flag of the profile's plan can be active in time, the way they are rolled out."""
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - heavy
    from auditor.adapters.policies.profile import load_profile  # noqa: PLC0415 - heavy
    from auditor.config import load_config  # noqa: PLC0415 - heavy
    from auditor.shell.doctor_flags import REMEDY, plan_of, rollout_problem  # noqa: PLC0415 - beside its use

    plan = plan_of(load_profile(load_pack(_policies(patient)), patient.profile))
    if plan is None:
        return Check("", OK, f"{patient.profile} plans no activation of flags")
    if not patient.config.exists():
        return Check("", OK, "without a configuration no rollout is known")
    found, problems = rollout_problem(load_config(patient.config), plan)
    return Check("", WRONG, "; ".join(problems), REMEDY) if problems else Check("", OK, found)


def _patterns(options: dict[str, object]) -> list[str]:
    """Return the patterns of a source that reads files; a source of another kind has none."""
    files = options.get("files")
    return [one for one in files if isinstance(one, str)] if isinstance(files, list) else []


def _space(patient: Patient) -> Check:
    folder = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile():
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check("", WRONG, f"{folder}: cannot be written ({error.strerror})", "set TMPDIR to a folder that can")
    found = f"{folder}: {free / (1 << 30):.1f} GiB free"
    if free < patient.free_bytes:
        expected = patient.free_bytes / (1 << 30)
        return Check("", WRONG, f"{found}, expected {expected:.1f} GiB", "free some, or set TMPDIR to a larger disk")
    return Check("", OK, found)


def _opa(patient: Patient) -> Check:
    from auditor.adapters.policies.build import find_opa, opa_version  # noqa: PLC0415 - heavy
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - heavy

    why = "only `auditor policy` needs it"
    try:
        find_opa()
    except AuditorError as error:
        return Check("", MISSING, f"not found; {why}", error.remedy)
    here, locked = opa_version(), load_pack(_policies(patient)).opa
    if here != locked:
        remedy = f"use OPA {locked}, or build the pack again with `auditor policy build`"
        return Check("", WRONG, f"{here}, but the pack was compiled by {locked}; {why}", remedy)
    return Check("", OK, f"{here}, which compiled the pack")


def _opa_server(patient: Patient) -> Check:
    if not patient.opa_url:
        return Check("", OK, f"none asked for ({OPA_URL} is not set)")
    where = f"{OPA_URL}={patient.opa_url}"
    if not patient.opa_url.startswith(("http://", "https://")):
        return Check("", WRONG, f"{where}: no http or https address", f"correct {OPA_URL}")
    try:
        with urllib.request.urlopen(f"{patient.opa_url.rstrip('/')}/health", timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked above
            return Check("", OK, f"{where}: answers /health with {answer.status}")
    except (OSError, ValueError) as error:
        said = getattr(error, "reason", error)
        return Check("", WRONG, f"{where}: does not answer /health ({said})", f"start the server, or correct {OPA_URL}")


def _isolation(patient: Patient) -> Check:
    """Ask a child that isolates itself exactly as a replay does."""
    del patient
    command = [sys.executable, "-I", "-c", ISOLATION]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        return Check("", WRONG, f"the contained process fails: {last}", "please report it")
    if "own network namespace" not in done.stdout:
        remedy = "allow unprivileged user namespaces; without, resource limits and an audit hook still contain a replay"
        return Check("", MISSING, "no network namespace of its own", remedy)
    return Check("", OK, "own network namespace, resource limits, audit hook")


def opa_url_from_environment() -> str | None:
    """Return the OPA server that the environment names, or None."""
    return os.environ.get(OPA_URL) or None
