"""``verify``: is this bundle authentic, and do its decisions follow from what is in it?

Rules kept here: everything is done on a private copy, so that nothing can change between the check and the use; the
key comes from outside; re-execution is the default and its absence is said; the copy is hashed again afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.adapters.bundle import layout
from auditor.adapters.bundle.reader import CheckedBundle, check_bundle, check_digests, list_files
from auditor.adapters.signing.keys import load_public_key
from auditor.core.canonical import canonical_json
from auditor.errors import EngineError, VerificationError
from auditor.shell.sandbox import run_contained
from auditor.shipped import reports_dir

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_S = 900.0
REPORT_FILE = f"{layout.REPORT}/report.md"


@dataclass(frozen=True, slots=True)
class Verification:
    """What is proven of a bundle. ``notes`` are things a reader must know although nothing was refused."""

    bundle: CheckedBundle
    key_id: str
    replayed: bool
    isolation: tuple[str, ...]
    notes: tuple[str, ...]


def verify(
    path: Path,
    public_key_pem: bytes,
    *,
    replay: bool = True,
    key_name: str = "key",
    timeout_s: float = TIMEOUT_S,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> Verification:
    """Verify the bundle folder ``path`` against ``public_key_pem``.

    Raises:
        VerificationError: the bundle is refused; ``code`` is the name of the refusal.
        UsageError: the key is no key.
        EngineError: a needed part failed.
    """
    key = load_public_key(public_key_pem, key_name)
    with tempfile.TemporaryDirectory(prefix="auditor-verify-") as scratch:
        progress(0, 3, "reading")
        copy = _private_copy(path, Path(scratch) / "bundle")
        progress(1, 3, "signature and digests")
        bundle = check_bundle(copy, key)
        notes = [f"signed by a development key ({key.keyid[:16]})"] if bundle.predicate.producer.development else []
        notes.append("no trust policy: profile and policies are unapproved")
        isolation: tuple[str, ...] = ()
        if replay:
            progress(2, 3, "deciding again")
            isolation = _replay(bundle, notes, timeout_s)
        progress(3, 3, "")
        return Verification(bundle, key.keyid, replay, isolation, tuple(notes))


def _private_copy(path: Path, target: Path) -> Path:
    try:
        for name in list_files(path):
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path / name, place, follow_symlinks=False)
    except OSError as error:
        raise EngineError(f"{error.filename}: cannot be copied for verification ({error.strerror})") from error
    return target


def _replay(bundle: CheckedBundle, notes: list[str], timeout_s: float) -> tuple[str, ...]:
    arguments = {
        "root": str(bundle.root),
        "profile": bundle.predicate.profile.id,
        "as_of": bundle.predicate.asOf,
        "templates": str(reports_dir()),
    }
    contained = run_contained(arguments, timeout_s=timeout_s)
    try:
        check_digests(bundle.root, {member.name: member.sha256 for member in bundle.predicate.files})
    except VerificationError as error:
        raise VerificationError("replay-touched-bundle", error.message) from error
    again = contained.result["decisions"]
    if canonical_json(again) != bundle.decisions:
        raise VerificationError(
            "replay-differs", _difference(bundle.document, again), remedy="do not rely on this bundle"
        )
    _engines(bundle, notes)
    made_by = bundle.predicate.producer.version
    if made_by != __version__:
        notes.append(f"reports were made by auditor {made_by} and not compared; decisions were")
    elif (bundle.root / REPORT_FILE).read_bytes() != contained.result["report"].encode():
        raise VerificationError("report-differs", f"{REPORT_FILE}: not what the decisions render to")
    return contained.isolation


def _engines(bundle: CheckedBundle, notes: list[str]) -> None:
    """Note an engine of another version than the recorded one."""
    import duckdb  # noqa: PLC0415 - heavy

    recorded = bundle.predicate.replay.sqlEngine
    if recorded != f"duckdb {duckdb.__version__}":
        notes.append(f"decided with {recorded}, decided again with duckdb {duckdb.__version__}")


def _difference(archived: dict[str, Any], again: dict[str, Any]) -> str:
    """Name the first thing that deciding again gave otherwise."""
    for member in ("scope", "asOf", "profile"):
        if archived.get(member) != again.get(member):
            return f"{member} is {archived.get(member)} in the bundle, {again.get(member)} when decided again"
    for group, name in (("gates", "gate"), ("lines", "line")):
        before = {one.get(name): one.get("verdict") for one in archived.get(group, [])}
        after = {one.get(name): one.get("verdict") for one in again.get(group, [])}
        for one in sorted(before.keys() | after.keys(), key=str):
            if before.get(one) != after.get(one):
                return f"{name} {one} is {before.get(one)} in the bundle, {after.get(one)} when decided again"
    return "verdicts agree, but values, parameters or evidence differ"
