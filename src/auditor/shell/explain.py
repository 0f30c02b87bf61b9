"""Why a line of a sealed run is decided as it is: query, rows, policy, parameters, and what would change it.

Rules kept here: everything comes from the bundle; whether the bundle is genuine is `auditor verify`'s question; what
would change a decision is tried on the bundle's own policies, in Wasm, never computed from what a policy seems to
mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import BoundControl, load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.reports.markdown import control_words
from auditor.core.counterfactual import Change, smallest_changes
from auditor.core.reasons import sentence
from auditor.core.summary import ControlWords
from auditor.errors import ControlError, UsageError
from auditor.shell.readings import assured
from auditor.shell.sealed_run import sealed_decisions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.adapters.policies.metadata import ControlMetadata
    from auditor.adapters.policies.pack import Control, Pack
    from auditor.adapters.policies.profile import Profile

SHOWN = 5
NUMBER = re.compile(r"T?\d+")


@dataclass(frozen=True, slots=True)
class ExplainedFinding:
    """One finding as a person reads it, and the smallest changes with which it would pass; None where it passes."""

    resource: str
    verdict: str
    said: str
    window: dict[str, str] | None
    row: dict[str, Any]
    would_pass: tuple[Change, ...] | None


@dataclass(frozen=True, slots=True)
class ExplainedControl:
    """One control of a line: what it asks, over whom, and what it found; ``left`` findings more are not shown."""

    control: str
    title: str
    population: str
    parameters: dict[str, Any]
    sql: str
    rego: str
    findings: tuple[ExplainedFinding, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """One line of a run; ``members`` are (line, title, verdict, reason) of a group."""

    line: str
    title: str
    checklist: tuple[str, ...]
    verdict: str
    reason: str
    members: tuple[tuple[str, str, str, str], ...]
    controls: tuple[ExplainedControl, ...]


def explain(bundle: Path, name: str) -> tuple[Explanation, ...]:
    """Explain the line ``name`` of the run in ``bundle``: its id or number in the document; or every line of a control.

    Raises:
        UsageError: there is no such line or control, or the bundle is not whole.
        ControlError: its policies cannot be loaded.
    """
    document = sealed_decisions(bundle)
    pack = load_pack(bundle / layout.POLICIES)
    profile = load_profile(pack, document["profile"]["id"])
    chosen = _chosen(document, name)
    if not chosen:
        known = ", ".join(line["line"] for line in document["lines"][:SHOWN])
        raise UsageError(
            f"{bundle}: no line, number or control {name!r}; its lines are {known} and {len(document['lines'])} in all",
            remedy="give the id of a line, its number in the checklist, or a control",
        )
    with WasmEngine(pack) as engine:
        explainer = _Explainer(document, pack, profile, engine)
        return tuple(explainer.line(line) for line in chosen)


def _chosen(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = document["lines"]
    by_id = [line for line in lines if line["line"] == name]
    if by_id:
        return by_id
    if NUMBER.fullmatch(name):
        return [line for line in lines if name in line["checklist"]]
    return [line for line in lines if any(one["control"] == name for one in line["controls"])]


class _Explainer:
    """Explains the lines of one run."""

    def __init__(self, document: dict[str, Any], pack: Pack, profile: Profile, engine: WasmEngine) -> None:
        self._document = document
        self._pack = pack
        self._profile = profile
        self._engine = engine
        self._words = control_words(pack.controls)
        self._lines = {line["line"]: line for line in document["lines"]}

    def line(self, line: dict[str, Any]) -> Explanation:
        """Return the explanation of one line."""
        members = [self._lines[one] for one in line["members"]]
        return Explanation(
            line["line"], line["title"], tuple(line["checklist"]), line["verdict"], line["reason"],
            tuple((one["line"], one["title"], one["verdict"], one["reason"]) for one in members),
            tuple(self._control(line["line"], bound) for bound in self._profile.bound[line["line"]]),
        )  # fmt: skip

    def _control(self, line: str, bound: BoundControl) -> ExplainedControl:
        control = bound.control
        found = [one for one in self._document["findings"] if one["line"] == line and one["control"] == control.id]
        order = {"fail": 0, "inconclusive": 1}
        found.sort(key=lambda one: (order.get(one["verdict"], 2), one["resource"]))
        rego = (self._pack.root / Path(control.sql_path).with_suffix(".rego")).read_text(encoding="utf-8")
        return ExplainedControl(
            control.id, control.metadata.title, _population(control), bound.parameters, control.sql, rego,
            tuple(self._finding(one, bound) for one in found[:SHOWN]), max(len(found) - SHOWN, 0),
        )  # fmt: skip

    def _finding(self, one: dict[str, Any], bound: BoundControl) -> ExplainedFinding:
        unit = self._words.get(one["control"], ControlWords()).unit
        said = sentence(one["reason"], one["observed"], one["limit"], unit)
        return ExplainedFinding(
            one["resource"], one["verdict"], said, one["window"], one["evidence"], self._would_pass(one, bound)
        )  # fmt: skip

    def _would_pass(self, one: dict[str, Any], bound: BoundControl) -> tuple[Change, ...] | None:
        """Return what would make a finding pass by the policy alone, or None where it passes or there is no row."""
        row = one["evidence"]
        if one["verdict"] == "pass" or not row:
            return None
        metadata = bound.control.metadata

        def passes(rows: Sequence[dict[str, Any]]) -> list[bool]:
            items = [_item(metadata, bound.parameters, each) for each in rows]
            possible = [item for item in items if item is not None]
            decisions = iter(self._engine.decide(bound.control.id, bound.parameters, possible))
            return [item is not None and next(decisions).get("verdict") == "pass" for item in items]

        limits = frozenset(_limits(row, bound))
        return smallest_changes(row, passes, limits)


def _item(metadata: ControlMetadata, parameters: dict[str, Any], row: dict[str, Any]) -> dict[str, Any] | None:
    """Return a row as a policy sees it, or None for one that cannot be: more events than trials."""
    try:
        return {"row": row, "assured": assured(metadata, parameters, row)}
    except ControlError:
        return None


def _limits(row: dict[str, Any], bound: BoundControl) -> Iterator[str]:
    """Yield the columns of a row that repeat a parameter, or say which window was asked."""
    for column in row:
        if column in bound.parameters or column in {"window_start_us", "window_end_us", "as_of_us"}:
            yield column


def _population(control: Control) -> str:
    """Return the comment that a query begins with, which states its population."""
    lines = []
    for line in control.sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
