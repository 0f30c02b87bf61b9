"""From snapshot to ``decisions.json``: a pure function of (snapshot, policies, profile, as-of).

Rules kept here: same input, same bytes: no clock, engine name or path goes in. The same code decides in ``evaluate``
and re-decides in ``verify``. SQL selects and measures, Rego decides each row, and this module only pairs and counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from auditor.adapters.policies.pack import tables_read
from auditor.adapters.sql.engine import SqlEngine
from auditor.core.canonical import canonical_json
from auditor.core.decisions import Decisions, assemble
from auditor.core.evidence import NO_STATEMENTS, EvidenceTables
from auditor.core.findings import agree_on_clocks, check_rows, findings, not_elapsed, tables_lacking, while_running
from auditor.core.waivers import with_statements
from auditor.errors import UsageError
from auditor.model import Finding, Window, epoch_us
from auditor.shell.readings import assured
from auditor.shell.roll_up import roll_up, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from auditor.adapters.policies.pack import Control, Pack
    from auditor.adapters.policies.profile import BoundControl, Profile
    from auditor.adapters.policies.profile_document import Line
    from auditor.adapters.snapshot.reader import Snapshot
    from auditor.adapters.sql.interface import OpenQueries, QueryEngine

SLOT_US = 10_000_000
THREADS = 2
SMALL_BYTES = 8_000_000
ANCHORS = "anchors"


class PolicyEngine(Protocol):
    """What decides: Wasm in this process, or another engine over the same policies."""

    def decide(self, control: str, parameters: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return one decision per item, in order."""
        ...

    def gate(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the decision of a gate."""
        ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a verdict depends on.

    ``lacking`` are controls (id -> tables) that read tables which the snapshot, of an earlier day, does not hold: they
    are not run, and nothing that rests on them passes.
    """

    snapshot: Snapshot
    pack: Pack
    profile: Profile
    as_of: datetime
    policy_digest: str = ""
    statements: EvidenceTables = NO_STATEMENTS
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def decide(
    inputs: Inputs,
    policies: PolicyEngine,
    *,
    threads: int | None = None,
    memory_limit: str = "4GB",
    queries: OpenQueries | None = None,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> tuple[Decisions, bytes]:
    """Decide every line and gate of the profile; return the decisions and their RFC 8785 bytes.

    ``threads`` of the queries never change a byte; None gives as many as the snapshot is worth. ``queries`` opens
    another engine for them than DuckDB, which changes none either.

    Raises:
        UsageError: the as-of is not on a 10 s slot, or lies after the collection.
        ControlError: a control's SQL, Rego or parameters are at fault.
        EngineError: an engine failed.
    """
    check_as_of(inputs.snapshot.collected_at, inputs.as_of)
    tables = inputs.snapshot.tables
    if queries is None:
        queries = partial(SqlEngine, memory_limit=memory_limit, threads=threads or _threads(inputs.snapshot))
    with queries(tables, inputs.statements.tables) as sql:
        run = _Run(inputs, policies, sql)
        run.derive_tables()
        bound = [line for line in inputs.profile.document.lines if line.control is not None]
        found: dict[str, tuple[Finding, ...]] = {}
        for number, line in enumerate(bound):
            progress(number, len(bound), line.title)
            found[line.id] = run.line(line)
        progress(len(bound), len(bound), "gates")
    lines, gates = roll_up(inputs.profile, found, policies, inputs.as_of, run.anchors)
    result = worst(policies, [gate.verdict for gate in gates])
    prior = inputs.statements.tables["prior_verdicts"]
    decisions = assemble(inputs.snapshot.scope, inputs.as_of, inputs.profile, lines, gates, found, result, prior)
    return decisions, canonical_json(decisions.document)


def _threads(snapshot: Snapshot) -> int:
    """Return how many threads pay: a second one costs more than it saves while the tables are small."""
    size = sum(path.stat().st_size for path in snapshot.tables.values())
    return 1 if size < SMALL_BYTES else THREADS


def check_as_of(collected_at: datetime, as_of: datetime) -> None:
    """Refuse an as-of that no verdict can be exact for."""
    if epoch_us(as_of) % SLOT_US:
        raise UsageError(
            f"as-of {as_of.isoformat()} is not on a 10 s boundary, so slots cannot count it exactly",
            remedy="give an --as-of whose seconds are 0, 10, 20, 30, 40 or 50",
        )
    if as_of > collected_at:
        raise UsageError(
            f"as-of {as_of.isoformat()} lies after the collection at {collected_at.isoformat()}",
            remedy="collect again, or give an earlier --as-of",
        )


class _Run:
    """One evaluation over an open query engine."""

    def __init__(self, inputs: Inputs, policies: PolicyEngine, sql: QueryEngine) -> None:
        self._inputs = inputs
        self._policies = policies
        self._sql = sql
        self.anchors = find_anchors(sql, inputs.pack, inputs.as_of)
        self._shared = self._shared_by(inputs.profile.document.lines)

    def _shared_by(self, lines: Sequence[Line]) -> dict[str, Any]:
        """Return the parameters that queries of ``lines`` share, their horizon no wider than their windows."""
        windows = [
            window
            for line in lines
            for shift in self._shifts(line)
            if (window := self._window(line, shift)) is not None
        ]
        parameters = [one.parameters for line in lines for one in self._inputs.profile.bound[line.id]]
        return shared_parameters(self._inputs.pack, self._inputs.as_of, windows, parameters)

    def _shifts(self, line: Line) -> tuple[int, ...]:
        skew = self._inputs.profile.skew_seconds(line)
        return (0, -skew, skew) if skew else (0,)

    def _window(self, line: Line, shift: int = 0) -> Window | None:
        return line.window.at(self._inputs.as_of, shift, self.anchors) if line.window else None

    def derive_tables(self) -> None:
        """Compute the derived tables that the profile reads, each once, as far as the lines that read it go."""
        pack, profile = self._inputs.pack, self._inputs.profile
        readers: dict[str, list[Line]] = {}
        for line in profile.document.lines:
            asked = [one.control for one in profile.bound[line.id] if one.control.id not in self._inputs.lacking]
            for table in tables_read(pack, [control.sql for control in asked]):
                readers.setdefault(table.name, []).append(line)
        for table in pack.derived:
            if table.name in readers and table.name != ANCHORS:
                self._sql.derive(table.name, table.sql, self._shared_by(readers[table.name]))

    def line(self, line: Line) -> tuple[Finding, ...]:
        """Return the findings of a line: of its control, and of what that control requires."""
        found: list[Finding] = []
        window = self._window(line)
        for bound in self._inputs.profile.bound[line.id]:
            if bound.control.id in self._inputs.lacking:
                tables = self._inputs.lacking[bound.control.id]
                found.append(tables_lacking(line.id, bound.control.id, window, tables))
                continue
            if window is None or window.start >= self._inputs.as_of:
                found.append(not_elapsed(line.id, bound.control.id, window))
                continue
            decided = self._decided(line, bound)
            metadata = bound.control.metadata
            if window.end > self._inputs.as_of:
                decided = while_running(decided, early_fail=metadata.early_fail)
            found += with_statements(
                decided,
                self._inputs.statements,
                policy_digest=self._inputs.policy_digest,
                as_of=self._inputs.as_of,
                waivable=metadata.waivable and not metadata.trigger,
            )
        return tuple(found)

    def _decided(self, line: Line, bound: BoundControl) -> tuple[Finding, ...]:
        """Return the findings of one control in a window that has begun, at both ends of the clock skew."""
        readings = [
            decide_control(self._sql, self._policies, line.id, bound, self._shared, window)
            for shift in self._shifts(line)
            if (window := self._window(line, shift)) is not None
        ]
        return readings[0] if len(readings) == 1 else agree_on_clocks(readings[0], readings[1:])


def find_anchors(sql: QueryEngine, pack: Pack, as_of: datetime) -> dict[str, datetime]:
    """Compute the derived table of anchors; return the instants, known at ``as_of``, that windows may start from."""
    table = next((one for one in pack.derived if one.name == ANCHORS), None)
    if table is None:
        return {}
    sql.derive(table.name, table.sql, {"as_of_us": epoch_us(as_of)})
    rows = sql.query(table.sql_path, f"select anchor, at_us from {ANCHORS} order by anchor", {})  # noqa: S608 - a constant
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return {row["anchor"]: epoch + timedelta(microseconds=row["at_us"]) for row in rows}


def shared_parameters(
    pack: Pack, as_of: datetime, windows: Sequence[Window], parameters: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the parameters that any query may use beside its control's own.

    ``as_of_us``, the horizon ``[horizon_start_us, horizon_end_us)`` that holds every window, and for each parameter
    ``p`` that a control of the pack declares ``all_p``: its sorted distinct values in ``parameters``, members of arrays
    one by one; empty when nothing gives it.
    """
    declared = {name for control in pack.controls.values() for name in control.metadata.parameters}
    gathered: dict[str, set[Any]] = {f"all_{name}": set() for name in declared}
    for one in parameters:
        for name, value in one.items():
            values = value if isinstance(value, list) else [] if value is None else [value]
            gathered.setdefault(f"all_{name}", set()).update(values)
    return {
        "as_of_us": epoch_us(as_of),
        "horizon_start_us": min((window.start_us for window in windows), default=epoch_us(as_of) - SLOT_US),
        "horizon_end_us": max((window.end_us for window in windows), default=epoch_us(as_of)),
    } | {name: sorted(values) for name, values in sorted(gathered.items())}


def derive_tables(sql: QueryEngine, pack: Pack, controls: Sequence[Control], shared: dict[str, Any]) -> None:
    """Compute the derived tables that ``controls`` read, but the anchors, each once, in order."""
    for table in tables_read(pack, [control.sql for control in controls]):
        if table.name != ANCHORS:
            sql.derive(table.name, table.sql, shared)


def decide_control(
    sql: QueryEngine,
    policies: PolicyEngine,
    line: str,
    bound: BoundControl,
    shared: dict[str, Any],
    window: Window,
) -> tuple[Finding, ...]:
    """Run one control over one window: query, decide each row, pair. Raises ``ControlError`` and ``EngineError``."""
    control, metadata = bound.control, bound.control.metadata
    times = {"window_start_us": window.start_us, "window_end_us": window.end_us}
    rows = sql.query(*control.query_for(sql.name), shared | times | bound.parameters)
    check_rows(control.id, rows, metadata.members)
    items = [{"row": row, "assured": assured(metadata, bound.parameters, row)} for row in rows]
    decisions = policies.decide(control.id, bound.parameters, items)
    return findings(
        line, control.id, window, rows, decisions, members=metadata.members, sample_size=metadata.sample_size
    )
