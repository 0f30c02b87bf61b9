"""What takes seconds: report, comparison and verification, each on a private copy, so that a bundle cannot reach out.

The copy refuses links, pipes, devices and names that no bundle has, and is gone afterwards. A bundle that is larger
than a browser's patience is left to the command line.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import AuditorError, VerificationError
from auditor.serve.claims import LIMITS, MAX_BROWSED, Unreadable, read_predicate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from auditor.core.comparison import Comparison
    from auditor.shell.reliance import Reliance
    from auditor.shell.verify import Verification


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a verification: ``done``, or the ``code`` and ``message`` of a refusal; no code: it did not run."""

    done: Verification | None
    code: str = ""
    message: str = ""


def report(root: Path, parts: tuple[str, ...]) -> bytes:
    """Return the HTML report of a bundle. Raises ``Unreadable``."""
    from auditor.adapters.bundle import layout  # noqa: PLC0415 - heavy
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - heavy
    from auditor.adapters.reports.html.facts import Facts  # noqa: PLC0415 - heavy
    from auditor.adapters.reports.html.page import render_html  # noqa: PLC0415 - heavy
    from auditor.adapters.reports.machine import Run  # noqa: PLC0415 - heavy
    from auditor.adapters.reports.markdown import control_words  # noqa: PLC0415 - heavy
    from auditor.shell.sealed_run import sealed_decisions  # noqa: PLC0415 - heavy
    from auditor.shipped import reports_dir  # noqa: PLC0415 - heavy

    predicate = read_predicate(root, parts)
    with _copied(root, parts) as copy, _worded():
        pack = load_pack(copy / layout.POLICIES)
        run = Run(sealed_decisions(copy), pack, control_words(pack.controls), predicate.bundleId)
        with Facts(copy) as facts:
            return render_html(run, predicate, facts, reports_dir())


def compare(root: Path, old: tuple[str, ...], new: tuple[str, ...]) -> Comparison:
    """Return what changed from one bundle to another. Raises ``Unreadable``."""
    from auditor.shell.compare import compare_bundles  # noqa: PLC0415 - heavy

    with _copied(root, old) as before, _copied(root, new) as after, _worded():
        return compare_bundles(before, after)


def verify(root: Path, parts: tuple[str, ...], relying: Callable[[], Reliance]) -> Outcome:
    """Verify a bundle, with replay, on what ``relying`` brings."""
    from auditor.shell.verify import verify_relying  # noqa: PLC0415 - heavy

    try:
        _refuse_large(root, parts)
        return Outcome(verify_relying(_path(root, parts), relying()))
    except VerificationError as error:
        return Outcome(None, error.code, str(error))
    except (AuditorError, Unreadable) as error:
        return Outcome(None, "", str(error))


def _path(root: Path, parts: tuple[str, ...]) -> Path:
    """Return the bundle's path, no folder on the way to it being a link."""
    place = root.resolve()
    for part in parts:
        place /= part
        if place.is_symlink():
            raise Unreadable(f"{part}: is a link now")
    return place


def _refuse_large(root: Path, parts: tuple[str, ...]) -> None:
    place, total, entries = _path(root, parts), 0, 0
    if place.is_file():
        total = place.stat().st_size
    for folder, folders, names in os.walk(place):
        entries += len(folders) + len(names)
        if entries > LIMITS.entries:
            raise Unreadable(f"more than {LIMITS.entries} files and folders, which no bundle has")
        total += sum(os.lstat(os.path.join(folder, name)).st_size for name in names)  # noqa: PTH118 - may be no name
        if total > MAX_BROWSED:
            break
    if total > MAX_BROWSED:
        raise Unreadable(f"more than {MAX_BROWSED >> 30} GiB: use `auditor verify`, `auditor report` or `auditor diff`")


@contextmanager
def _copied(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    from auditor.shell.private_copy import private_copy  # noqa: PLC0415 - heavy

    _refuse_large(root, parts)
    with _worded(), private_copy(_path(root, parts)) as (copy, _):
        yield copy


@contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except (AuditorError, OSError, ValueError) as error:
        raise Unreadable(str(error).splitlines()[0]) from error
