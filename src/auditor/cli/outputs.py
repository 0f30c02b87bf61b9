"""Writes what ``-o`` asks for.

Rules kept here: what cannot be written is told before the work and not after it; a file appears whole or keeps what it
held, but a device or a pipe is written to and never replaced; one format at most goes to standard output.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.cli.options import FOLDERS
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.policies.profile import Profile

# Format -> the sealed report that it is.
CHECKLISTS = {"checklist": "checklist.md", "checklist-json": "checklist.json"}
# Format for machines -> its module among the reports, and the function there.
MACHINES = {
    "code-quality": ("code_quality", "render_code_quality"),
    "csv": ("spreadsheet", "render_csv"),
    "github-annotations": ("github", "render_annotations"),
    "github-summary": ("github", "render_step_summary"),
    "junit": ("junit", "render_junit"),
    "sarif": ("sarif", "render_sarif"),
}
Outputs = tuple[tuple[str, Path | None], ...]


def check_outputs(outputs: Outputs) -> None:
    """Refuse outputs that cannot be written. Raises ``UsageError`` naming the first."""
    paths = [path for _, path in outputs]
    if paths.count(None) > 1:
        raise UsageError(
            "-o: more than one format would go to standard output", remedy="give all but one a path: -o FORMAT=PATH"
        )
    resolved = [path.resolve() for path in paths if path is not None]
    for name, path in outputs:
        if path is None:
            continue
        if resolved.count(path.resolve()) > 1:
            raise UsageError(f"-o {name}={path}: two formats would go to one file", remedy="give each its own path")
        if name in FOLDERS:
            check_folder(path, f"-o {name}")
        else:
            _check_writable(path.resolve(), f"-o {name}={path}")


def check_checklist(outputs: Outputs, profile: Profile) -> None:
    """Refuse a completed checklist of a profile that fills in none."""
    asked = [name for name, _ in outputs if name in CHECKLISTS]
    if asked and profile.checklist is None:
        raise UsageError(
            f"-o {asked[0]}: profile {profile.document.id} fills in no checklist",
            remedy="give a profile that does, as production-deployment, or another format",
        )


def check_folder(folder: Path, option: str) -> None:
    """Refuse a folder that nothing can be made in, as far as that can be known before it is there."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    _try_folder(there, f"{option} {folder}")


def rendered(outputs: Outputs, document: dict[str, Any], pack: Pack | None, bundle: str) -> dict[str, bytes]:
    """Return each format for machines that is asked for, of ``decisions.json``; none can be without a ``pack``."""
    asked = [name for name, _ in outputs if name in MACHINES]
    if not asked or pack is None:
        return {}
    from auditor.adapters.reports.machine import Run  # noqa: PLC0415 - lazy
    from auditor.adapters.reports.markdown import control_words  # noqa: PLC0415 - lazy

    run = Run(document, pack, control_words(pack.controls), bundle)
    found = {}
    for name in asked:
        module, function = MACHINES[name]
        found[name] = getattr(import_module(f"auditor.adapters.reports.{module}"), function)(run)
    return found


def write_outputs(outputs: Outputs, contents: Mapping[str, bytes], sealed: Path) -> None:
    """Write each format. Raises ``EngineError`` that says where the bundle, which is sealed already, lies."""
    for name, path in outputs:
        if name in FOLDERS:
            continue
        try:
            if path is None:
                sys.stdout.buffer.write(contents[name])
                sys.stdout.buffer.flush()
            else:
                _write(path.resolve(), contents[name])
        except BrokenPipeError:
            raise
        except OSError as error:
            raise EngineError(
                f"-o {name}={path or '(standard output)'}: cannot be written ({error.strerror})",
                remedy=f"the verdict is sealed in {sealed}; write it somewhere else from there",
            ) from error


def write_whole(path: Path | None, content: bytes, option: str) -> None:
    """Write to a file, or to standard output. Raises ``EngineError`` when the file cannot be written."""
    if path is None:
        sys.stdout.buffer.write(content)
        return
    try:
        _write(path.resolve(), content)
    except OSError as error:
        raise EngineError(
            f"{option} {path}: cannot be written ({error.strerror})", remedy="give another place, or make it there"
        ) from error


def write_new(path: Path, content: bytes, option: str = "--output") -> None:
    """Write a file that is not there yet. Raises ``UsageError`` when it is, ``EngineError`` when it cannot be."""
    _refuse_existing(path, option)
    write_whole(path, content, option)


def check_new(path: Path, option: str) -> None:
    """Refuse a file that is there, or cannot be made. Raises ``UsageError``."""
    _refuse_existing(path, option)
    _check_writable(path.resolve(), f"{option} {path}")


def _refuse_existing(path: Path, option: str) -> None:
    if path.exists() or path.is_symlink():
        raise UsageError(f"{option} {path}: exists; what was signed is never overwritten", remedy="give another name")


def to_standard_output(outputs: Sequence[tuple[str, Path | None]]) -> bool:
    """Say whether standard output is taken by data."""
    return any(path is None for _, path in outputs)


def _check_writable(path: Path, option: str) -> None:
    if path.is_dir():
        raise UsageError(f"{option}: a folder, expected a file", remedy="name a file in it")
    if _is_special(path):
        return
    _try_folder(path.parent, option)


def _try_folder(folder: Path, option: str) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"{option}: {folder} cannot be written to ({error.strerror})", remedy="give another place, or make it there"
        ) from error


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _write(path: Path, content: bytes) -> None:
    if _is_special(path):
        path.write_bytes(content)
        return
    scratch = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with scratch.open("xb") as file:
            file.write(content)
        scratch.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            scratch.unlink()
        raise
