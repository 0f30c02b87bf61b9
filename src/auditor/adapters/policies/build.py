"""Compile a policy pack with OPA itself: check, read METADATA, build the Wasm, write the lock.

Rules kept here: the package of a Rego file equals its path and no two non-test files share a package, so nothing can
add a second way to pass; every control has its SQL and its METADATA; the module is written only when all of it holds.
Only this module, `verify --recompile`, tests and CI need ``opa``.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.adapters.policies.metadata import ControlMetadata
from auditor.adapters.policies.pack import CAPABILITIES, ENTRYPOINTS, LOCK, WASM, digests, is_compiled, source_files
from auditor.errors import ControlError, EngineError, raise_all

TIMEOUT_S = 120
LISTS = "lists:lists"  # the folder, seen by policies as data.lists


def find_opa() -> str:
    """Return the path of the ``opa`` program: on PATH, else in the tool cache that ``make`` fills."""
    cache = Path(os.environ.get("AUDITOR_TOOLS", Path.home() / ".cache" / "auditor-tools")) / "bin" / "opa"
    found = shutil.which("opa") or (str(cache) if cache.is_file() else None)
    if not found:
        raise EngineError(
            "opa was not found on PATH; it is needed to compile or test policies, and for --engine opa without "
            "--opa-url (not to evaluate with Wasm, nor to verify without --recompile)",
            remedy="install OPA (https://www.openpolicyagent.org/docs/#running-opa), or run `make setup-tools`",
        )
    return found


def run_opa(arguments: list[str], *, cwd: Path) -> str:
    """Run ``opa`` and return its standard output; its own message is the error's."""
    command = [find_opa(), *arguments]
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603 - fixed program, no shell
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"opa {arguments[0]} did not end within {TIMEOUT_S} s") from error
    if done.returncode:
        said = (done.stderr.strip() + "\n" + done.stdout.strip()).strip()
        raise ControlError(f"{cwd}: opa {arguments[0]} refused the policies:\n{said}", remedy="correct the Rego above")
    return done.stdout


def opa_version() -> str:
    """Return the version of OPA in use, e.g. ``1.22.2``."""
    return run_opa(["version"], cwd=Path.cwd()).split("\n", 1)[0].removeprefix("Version:").strip()


def rego_files(root: Path) -> list[str]:
    """Return the Rego files of the pack that are compiled: every one but tests, as POSIX paths."""
    return [name for path in source_files(root) if is_compiled(name := path.relative_to(root).as_posix())]


def check(root: Path) -> list[ControlMetadata]:
    """Check the sources of the pack at ``root`` and return the METADATA of its controls.

    Raises ``ControlError`` that lists every problem: Rego that OPA refuses (strict, capabilities), a package that is
    not its path, two files of one package, missing or wrong METADATA, a control without SQL.
    """
    files = rego_files(root)
    if not files:
        raise ControlError(f"{root}: no Rego files here", remedy="name the folder that holds controls/ and lib/")
    run_opa(["check", "--strict", "--capabilities", CAPABILITIES, *files, LISTS], cwd=root)
    problems: list[str] = []
    controls: list[ControlMetadata] = []
    seen: dict[str, str] = {}
    for file in files:
        annotations = _package_annotations(root, file)
        package = annotations["package"]
        parent = Path(file).parent.as_posix().replace("/", ".")
        stem = Path(file).stem
        expected = parent if parent.endswith(f".{stem}") else f"{parent}.{stem}"
        if package != expected:
            problems.append(f"{file}: package is {package}, expected {expected} (the path is the identity)")
        if package in seen:
            problems.append(f"{file}: package {package} is already defined by {seen[package]}")
        seen[package] = file
        if file.startswith("controls/"):
            problems += _control(root, file, annotations, controls)
        elif not annotations["title"]:
            problems.append(f"{file}: no METADATA title on the package")
    raise_all(ControlError, f"{root}: the policies cannot be built", problems, remedy="correct the files above")
    return sorted(controls, key=lambda control: control.id)


def build(root: Path) -> Path:
    """Check and compile the pack at ``root``; write ``policy.wasm`` and ``pack.lock``; return the lock's path."""
    controls = check(root)
    wasm = compile_wasm(root)
    lock = {
        "schemaVersion": 1,
        "opa": opa_version(),
        "wasmSha256": _sha256(wasm),
        "sources": digests(root, source_files(root)),
        "controls": [control.model_dump(mode="json", exclude_defaults=True) for control in controls],
    }
    _replace(root / WASM, wasm)
    _replace(root / LOCK, (json.dumps(lock, indent=2, sort_keys=True) + "\n").encode())
    return root / LOCK


def compile_wasm(root: Path) -> bytes:
    """Return the Wasm module of the pack at ``root`` without writing anything into it."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "bundle.tar.gz"
        entrypoints = [argument for name in ENTRYPOINTS for argument in ("-e", name)]
        options = ["build", "-t", "wasm", "--capabilities", CAPABILITIES, *entrypoints, "-o", str(archive)]
        run_opa([*options, "--", *rego_files(root)], cwd=root)  # a file of a stranger is never an option
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as bundle:
            member = bundle.extractfile("/policy.wasm")
            if member is None:
                raise EngineError("opa build wrote no policy.wasm")
            return member.read()


def test(root: Path) -> str:
    """Run ``opa test`` over the pack and return what it printed; ``ControlError`` when a test fails."""
    tests = [p.relative_to(root).as_posix() for p in source_files(root) if p.name.endswith("_test.rego")]
    return run_opa(["test", *rego_files(root), *tests, LISTS], cwd=root)


def _control(root: Path, file: str, annotations: dict[str, Any], controls: list[ControlMetadata]) -> list[str]:
    problems: list[str] = []
    path = Path(file)
    identity = ".".join(path.parts[1:-1])
    sql = root / path.with_suffix(".sql")
    if not sql.is_file():
        problems.append(f"{file}: no query beside it, expected {path.with_suffix('.sql')}")
    custom = annotations["custom"]
    try:
        document = {"id": identity, "title": annotations["title"], "description": annotations["description"], **custom}
        controls.append(ControlMetadata.model_validate_json(json.dumps(document)))
    except ValidationError as error:
        for found in error.errors():
            where = ".".join(str(part) for part in found["loc"])
            problems.append(f"{file}: METADATA {where}: {found['msg']}")
    return problems


def _package_annotations(root: Path, file: str) -> dict[str, Any]:
    """Return package, title, description and custom of the package scope of one file, as OPA parsed them."""
    parsed = json.loads(run_opa(["parse", "--format", "json", "--json-include", "-locations", file], cwd=root))
    package = ".".join(str(term["value"]) for term in parsed["package"]["path"] if term["value"] != "data")
    found: dict[str, Any] = {"package": package, "title": "", "description": "", "custom": {}}
    for annotation in parsed.get("annotations") or []:
        if annotation.get("scope") == "package":
            found |= {key: annotation[key] for key in ("title", "description", "custom") if key in annotation}
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ControlError(
            f"{path}: cannot be written ({error.strerror})", remedy="make the folder writable"
        ) from error
