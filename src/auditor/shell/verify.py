"""``verify``: is this bundle authentic, and do its decisions follow from what is in it?

Rules kept here: everything is done on a private, read-only copy, so that nothing can change between the check and the
use; what is relied on comes from outside; re-execution is the default and its absence is said; the copy is listed and
hashed again afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.adapters.bundle import layout
from auditor.adapters.bundle.reader import CheckedBundle, check_bundle, check_digests, list_files
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.reports.markdown import control_words
from auditor.core.canonical import canonical_json
from auditor.errors import ControlError, UsageError, VerificationError
from auditor.shell.private_copy import private_copy
from auditor.shell.recompile import recompile
from auditor.shell.reliance import Reliance, pinned_key
from auditor.shell.sandbox import Contained, run_contained
from auditor.shipped import reports_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.core.summary import ControlWords

TIMEOUT_S = 900.0
REPLAYED = "decided again to the same bytes"
NOT_REPLAYED = "DECISIONS NOT RE-EXECUTED"


@dataclass(frozen=True, slots=True)
class Verification:
    """What is proven of a bundle. ``notes`` are things a reader must know although nothing was refused.

    ``recompiled`` is the version of OPA that compiled the archived Rego to the archived Wasm again, if that was asked.
    """

    bundle: CheckedBundle
    key_id: str
    replayed: bool
    isolation: tuple[str, ...]
    words: dict[str, ControlWords]
    notes: tuple[str, ...]
    recompiled: str | None = None

    @property
    def replay_words(self) -> str:
        """Say in words whether the decisions were made again."""
        return REPLAYED if self.replayed else NOT_REPLAYED


def decide_contained(bundle: CheckedBundle, timeout_s: float) -> Contained:
    """Decide a checked bundle again in the contained child process."""
    arguments = {
        "root": str(bundle.root),
        "profile": bundle.predicate.profile.id,
        "as_of": bundle.predicate.asOf,
        "policy_digest": bundle.predicate.policyDigest,
        "approval": bundle.predicate.approval,
        "trust": None if bundle.predicate.trust is None else bundle.predicate.trust.model_dump(),
        "templates": str(reports_dir()),
    }
    return run_contained(arguments, timeout_s=timeout_s)


def verify(
    path: Path,
    public_key_pem: bytes,
    *,
    replay: bool = True,
    key_name: str = "key",
    timeout_s: float = TIMEOUT_S,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
    decide_again: Callable[[CheckedBundle, float], Contained] = decide_contained,
) -> Verification:
    """Verify the bundle ``path`` against one public key; else as ``verify_relying``."""
    return verify_relying(
        path,
        pinned_key(public_key_pem, key_name),
        replay=replay,
        timeout_s=timeout_s,
        progress=progress,
        decide_again=decide_again,
    )


def verify_relying(
    path: Path,
    relying: Reliance,
    *,
    replay: bool = True,
    recompiled: bool = False,
    timeout_s: float = TIMEOUT_S,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
    decide_again: Callable[[CheckedBundle, float], Contained] = decide_contained,
) -> Verification:
    """Verify the bundle ``path``, a folder or its canonical tar, on what ``relying`` brings from outside.

    ``recompiled`` asks too whether the archived Rego compiles to the archived Wasm, which needs opa. ``decide_again``
    is what replays, given a bundle on the private copy; it may not change that copy.

    Raises:
        VerificationError: the bundle is refused; ``code`` is the name of the refusal.
        UsageError: there is nothing at ``path``, or the key is no key.
        EngineError: a needed part failed.
    """
    if not path.exists() and not path.is_symlink():
        raise UsageError(f"{path}: no such folder or tar", remedy="name the folder of a bundle, or its tar")
    progress(0, 3, "reading")
    with private_copy(path) as (copy, digests):
        progress(1, 3, "signature and digests")
        bundle = check_bundle(copy, relying.key_of, digests, relying.judge)
        key_id = bundle.opened.key_id
        notes = [f"signed by a development key ({key_id[:16]})"] if bundle.predicate.producer.development else []
        notes += relying.check(bundle)
        if recompiled:
            progress(2, 3, "compiling again")
        compiler = recompile(copy) if recompiled else None
        isolation: tuple[str, ...] = ()
        if replay:
            progress(2, 3, "deciding again")
            isolation = _replay(bundle, decide_again(bundle, timeout_s), notes)
        progress(3, 3, "")
        return Verification(bundle, key_id, replay, isolation, _words(copy), tuple(notes), compiler)


def _words(copy: Path) -> dict[str, ControlWords]:
    """Return how the bundle's own pack words its findings; without a pack that loads, plain words do."""
    try:
        return control_words(load_pack(copy / layout.POLICIES).controls)
    except ControlError:
        return {}


def _unchanged(bundle: CheckedBundle) -> None:
    try:
        present = list_files(bundle.root)
        check_digests(bundle.root, {name: one for name, one in bundle.files.items() if name in present}, present)
    except VerificationError as error:
        raise VerificationError("replay-touched-bundle", error.message) from error
    if present != bundle.present:
        raise VerificationError("replay-touched-bundle", "the files are no longer the same ones")


def _replay(bundle: CheckedBundle, contained: Contained, notes: list[str]) -> tuple[str, ...]:
    _unchanged(bundle)
    again = contained.result["decisions"]
    try:
        same = canonical_json(again) == bundle.decisions
    except ValueError as error:
        raise VerificationError("replay-differs", f"what was decided again has no canonical form ({error})") from error
    if not same:
        difference = _difference(bundle.document, again)
        raise VerificationError("replay-differs", difference, remedy="do not rely on this bundle")
    _engines(bundle, notes)
    made_by = bundle.predicate.producer.version
    if made_by != __version__:
        notes.append(f"reports were made by auditor {made_by} and not compared; decisions were")
        return contained.isolation
    rendered = {f"{layout.REPORT}/{name}": text for name, text in contained.result["reports"].items()}
    for name, text in sorted(rendered.items()):
        if name not in bundle.present:
            raise VerificationError("file-missing", f"{name}: not there")
        if (bundle.root / name).read_bytes() != text.encode():
            raise VerificationError("report-differs", f"{name}: not what the decisions render to")
    others = [name for name in bundle.present if name.startswith(f"{layout.REPORT}/") and name not in rendered]
    notes += [f"{name}: not rendered again, so not compared with the decisions" for name in others]
    return contained.isolation


def _engines(bundle: CheckedBundle, notes: list[str]) -> None:
    """Note an engine of another version than the recorded one."""
    here = f"duckdb {version('duckdb')}"
    recorded = bundle.predicate.replay.sqlEngine
    if recorded != here:
        notes.append(f"decided with {recorded}, decided again with {here}")
    engine = bundle.predicate.replay.regoEngine
    if not engine.startswith("wasm"):
        notes.append(f"decided with {engine}, decided again with wasm")


def _difference(archived: dict[str, Any], again: dict[str, Any]) -> str:
    """Name the first thing that deciding again gave otherwise."""
    for member in ("scope", "asOf", "profile"):
        if archived.get(member) != again.get(member):
            return f"{member} is {archived.get(member)} in the bundle, {again.get(member)} when decided again"
    for group, name in (("gates", "gate"), ("lines", "line")):
        before, after = _verdicts(archived, group, name), _verdicts(again, group, name)
        for one in sorted(before.keys() | after.keys()):
            if before.get(one) != after.get(one):
                return f"{name} {one} is {before.get(one)} in the bundle, {after.get(one)} when decided again"
    return "verdicts agree, but values, parameters or evidence differ"


def _verdicts(document: dict[str, Any], group: str, name: str) -> dict[str, Any]:
    """Return name -> verdict of a list in a document of which only the canonical form is known."""
    entries = document.get(group)
    if not isinstance(entries, list):
        return {}
    return {str(one.get(name)): one.get("verdict") for one in entries if isinstance(one, dict)}
