"""``auditor backtest``: what a changed policy pack or parameter would have decided of archived bundles.

Rules kept here: nothing of an archive is written; a bundle is verified, and decided again as it was, before it is
decided with the change, on the same private copy; one that is refused or cannot be decided stands in the answer by
name, and never as the same; what may be hostile runs in the contained child.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.adapters.archive import names
from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.reports.markdown import control_words
from auditor.core.backtest import Backtest, Lacking, Outcome, Ran, Side, differences, moved_gates, took_back
from auditor.core.comparison import compare
from auditor.core.decisions_form import decisions_problem
from auditor.errors import ControlError, EngineError, UsageError, VerificationError, raise_all
from auditor.shell.compare import policies_of
from auditor.shell.reconsider import known_problems
from auditor.shell.sandbox import run_reconsidered
from auditor.shell.verify import decide_contained, verify_relying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.core.backtest import Setting, Standing
    from auditor.core.summary import ControlWords
    from auditor.errors import AuditorError
    from auditor.shell.reliance import Reliance
    from auditor.shell.sandbox import Contained, Reconsidered
    from auditor.shell.verify import Verification

TAR = ".tar"


@dataclass(frozen=True, slots=True)
class Change:
    """What is tried: another policy pack, or each bundle's own, and parameters set otherwise."""

    policies: Path | None
    settings: tuple[Setting, ...]


def find_bundles(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the bundles that ``paths`` name: bundles themselves, folders of them, archives. Raises ``UsageError``."""
    found: list[Path] = []
    problems = []
    for path in paths:
        inside = list(_bundles_in(path))
        problems += [] if inside else [f"{path}: no bundle, no folder of bundles and no archive"]
        found += [one for one in inside if one not in found]
    raise_all(UsageError, "nothing to decide again:", problems, remedy="name bundles, or the folder they lie in")
    return tuple(found)


def backtest(
    bundles: Sequence[Path],
    change: Change,
    reliance: Callable[[], Reliance],
    *,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> Backtest:
    """Decide each of ``bundles`` again as it was and with the change. ``reliance`` is what each is verified against.

    Raises:
        UsageError, ControlError: the change itself is at fault: it sets nothing that is there, or its pack is stale.
    """
    if change.policies is not None:
        pack = load_pack(change.policies)
        problems = known_problems(pack, change.settings)
        raise_all(UsageError, f"{change.policies}: the change cannot be made:", problems, remedy="correct --param")
    outcomes = []
    for number, path in enumerate(bundles):
        progress(number, len(bundles), path.name)
        outcomes.append(_outcome(path, change, reliance))
    progress(len(bundles), len(bundles), "")
    return Backtest(change.settings, tuple(outcomes))


def _outcome(path: Path, change: Change, reliance: Callable[[], Reliance]) -> Outcome:
    asked = _Asked(change)
    try:
        done = verify_relying(path, reliance(), decide_again=asked)
    except VerificationError as error:
        return Outcome(path.name, str(path), "refused", error.code, error.message)
    except EngineError as error:
        return Outcome(path.name, str(path), "failed", None, error.message)
    predicate = done.bundle.predicate
    run = Ran(predicate.scope.release, predicate.scope.environment, predicate.asOf, predicate.profile.id)
    if asked.failed is not None:
        standing: Standing = "failed" if isinstance(asked.failed, EngineError) else "undecided"
        return Outcome(predicate.bundleId, str(path), standing, None, asked.failed.message, run)
    return asked.compared(done, path, run)


@dataclass(slots=True)
class _Asked:
    """Decides again as it was, and with the change, while the private copy is there; keeps what came of the change."""

    change: Change
    changed: Reconsidered | None = field(default=None, init=False)
    failed: AuditorError | None = field(default=None, init=False)
    policies: tuple[dict[str, str], dict[str, str]] = field(default=({}, {}), init=False)
    words: dict[str, ControlWords] = field(default_factory=dict, init=False)

    def __call__(self, bundle: CheckedBundle, timeout_s: float) -> Contained:
        again = decide_contained(bundle, timeout_s)
        archived = bundle.root / layout.POLICIES
        policies = self.change.policies or archived
        arguments = {
            "root": str(bundle.root),
            "profile": bundle.predicate.profile.id,
            "as_of": bundle.predicate.asOf,
            "policies": str(policies.resolve()),
            "settings": [[one.line, one.control, one.name, one.value] for one in self.change.settings],
        }
        try:
            self.words = control_words(load_pack(policies).controls)
            self.policies = policies_of(archived), policies_of(policies)
            self.changed = run_reconsidered(arguments, timeout_s=timeout_s)
            problem = decisions_problem(self.changed.decisions)
            if problem:
                self.failed = ControlError(f"what the change decides is no decision: {problem}")
        except (VerificationError, ControlError, EngineError) as error:
            self.failed = error
        return again

    def compared(self, done: Verification, path: Path, run: Ran) -> Outcome:
        """Return what the change decides otherwise of a verified bundle."""
        if self.changed is None:
            raise RuntimeError("a bundle is decided with the change before that is compared")
        old, new = done.bundle.document, self.changed.decisions
        found = compare(old, new, *self.policies)
        bound = self.changed.bound
        told = tuple(differences(found, Side(old, done.words), Side(new, self.words)))
        return Outcome(
            done.bundle.predicate.bundleId,
            str(path),
            "compared" if self.change.policies is not None or bound else "unconcerned",
            run=run,
            bound=bound,
            broken=took_back(found, "broken", "gone"),
            blind=took_back(found, "blind"),
            changed=bool(told or found.gates),
            gates=moved_gates(found),
            differences=told,
            lacking=tuple(Lacking(*one) for one in self.changed.lacking),
            policies=found.policies,
        )


def _bundles_in(path: Path) -> Iterator[Path]:
    """Yield the bundles of a path, sorted: itself, those directly in it, and those under an archive's keys."""
    if path.is_file() or (path / layout.DECLARATION).exists():
        yield path
        return
    if not path.is_dir():
        return
    yield from sorted(one for one in path.iterdir() if (one / layout.DECLARATION).exists() or _is_tar(one))
    yield from sorted(one for one in (path / names.BUNDLES).glob("*/*") if _is_tar(one))


def _is_tar(path: Path) -> bool:
    return path.suffix == TAR and path.is_file()
