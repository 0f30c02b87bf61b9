"""``decide`` on ten minutes of a small company: what is bound, shifted, rolled up and refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import BoundControl, load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.snapshot.writer import SnapshotWriter
from auditor.adapters.sql.engine import SqlEngine
from auditor.collector import Batch
from auditor.core.canonical import canonical_json
from auditor.core.evidence import NO_STATEMENTS, EvidenceTables
from auditor.errors import ControlError, UsageError
from auditor.model import Scope, Verdict, Window, epoch_us
from auditor.shell.decide import Inputs, check_as_of, decide, decide_control, derive_tables, shared_parameters
from auditor.shipped import policies_dir
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from auditor.core.decisions import Decisions

AS_OF = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PACK = load_pack(policies_dir())
PROFILE = """
id = "small"
version = 1
title = "Small"
validity_seconds = 60
[sources.requests]
clock_skew_seconds = 0
[[lines]]
id = "all"
title = "All"
members = ["p95"]
[[lines]]
id = "p95"
title = "P95"
checklist = ["52"]
control = "slo.p95_latency"
window = { anchor = "as_of", start_seconds = -600, end_seconds = -60 }
reads = ["requests"]
[lines.parameters]
kind = "generation"
routes = ["direct"]
latency_limit_us = 1_500_000
request_sources = ["requests"]
cells = ["requests//"]
[[lines]]
id = "brief"
title = "Brief"
control = "rollback.latency_breaches_brief"
window = { anchor = "as_of", start_seconds = -600, end_seconds = -60 }
reads = ["requests"]
[lines.parameters]
kinds = ["generation"]
latency_limit_us = 3_000_000
sustained_minutes = 5
request_sources = ["requests"]
cells = ["requests//"]
[[gates]]
id = "go"
title = "Go"
kind = "go_no_go"
lines = ["all"]
[[gates]]
id = "rollback"
title = "Roll back"
kind = "rollback"
lines = ["brief"]
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[WasmEngine]:
    with WasmEngine(PACK) as opened:
        yield opened


def rows(table: str, given: list[dict[str, Any]]) -> pa.RecordBatch:
    filled = {"system": "s", "environment": "e", "source": "requests", "account": "", "region": ""}
    columns = {c.name: None for c in TABLES[table].columns}
    return pa.RecordBatch.from_pylist([columns | filled | one for one in given], schema=schema(table))


def requests(count: int = 540, latency_us: Callable[[int], int] = lambda _: 900_000) -> list[dict[str, Any]]:
    """Return one request a second from the start of the window on, every second with its own latency."""
    return [
        {
            "event_time": AS_OF + timedelta(seconds=number - 600),
            "request_hi": number,
            "request_lo": number,
            "route": "direct",
            "kind": "generation",
            "outcome": "ok",
            "latency_us": latency_us(number),
        }
        for number in range(count)
    ]


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., Inputs]:
    """Give the inputs of a run over ``given`` requests, the profile's text changed by ``replacements``.

    ``ended``: when the last phase of the deployment did.
    """

    def make(given: list[dict[str, Any]], *replacements: tuple[str, str], ended: datetime | None = None) -> Inputs:
        beats = [
            {
                "start_time": AS_OF + timedelta(minutes=minute - 12),
                "end_time": AS_OF + timedelta(minutes=minute - 11),
                "records": sum(
                    0 <= (one["event_time"] - AS_OF).total_seconds() / 60 - minute + 12 < 1 for one in given
                ),
            }
            for minute in range(12)
        ]
        call = {
            "call": "read",
            "status": "ok",
            "pages": 1,
            "records": len(given),
            "duplicates": 0,
            "collected_at": AS_OF,
        }
        phases = [{"phase": "phase_7", "started_at": ended - timedelta(seconds=60), "ended_at": ended}] if ended else []
        tables = {"requests": given, "heartbeats": beats, "coverage": [call], "phases": phases}
        with SnapshotWriter(tmp_path / "snapshot") as writer:
            for table, content in tables.items():
                writer.write(Batch(table, rows(table, content)), "requests")
            snapshot = open_snapshot(writer.finish(Scope("s", "e", "r", "p"), AS_OF, [("requests", "requests", "")]))
        text = PROFILE
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "profiles").mkdir()
        (tmp_path / "profiles" / "small.toml").write_text(text)
        return Inputs(snapshot, PACK, load_profile(replace(PACK, root=tmp_path), "small"), AS_OF)

    return make


def said(decisions: Decisions) -> dict[str, tuple[str, str]]:
    return {one.line: (one.verdict.value, one.reason) for one in decisions.lines}


def test_everything_is_decided_in_order_and_encoded_once(world: Callable[..., Inputs], engine: WasmEngine) -> None:
    seen: list[tuple[int, int, str]] = []
    decisions, content = decide(world(requests()), engine, progress=lambda *step: seen.append(step))
    assert said(decisions) == {
        "all": ("pass", "within_limit"),
        "p95": ("pass", "within_limit"),
        "brief": ("pass", "breaches_brief"),
    }
    assert [(one.line, one.control, one.resource) for one in decisions.findings] == [
        ("brief", "coverage.source_observed", "requests//"),
        ("brief", "rollback.latency_breaches_brief", "generation"),
        ("p95", "coverage.source_observed", "requests//"),
        ("p95", "slo.p95_latency", "generation/direct"),
    ]
    assert [(one.gate, one.kind, one.decision, one.verdict.value, one.lines) for one in decisions.gates] == [
        ("go", "go_no_go", "go", "pass", ("all",)),
        ("rollback", "rollback", "continue", "pass", ("brief",)),
    ]
    assert decisions.result == Verdict.PASS
    assert content == canonical_json(decisions.document)
    assert seen == [(0, 2, "P95"), (1, 2, "Brief"), (2, 2, "gates")]


def test_a_failing_line_fails_its_group_its_gate_and_the_run(world: Callable[..., Inputs], engine: WasmEngine) -> None:
    decisions, _ = decide(world(requests(latency_us=lambda n: 2_000_000 if n % 10 == 0 else 1)), engine)
    assert said(decisions)["all"] == ("fail", "over_limit")
    assert [(one.decision, one.verdict.value) for one in decisions.gates] == [("no_go", "fail"), ("continue", "pass")]
    assert decisions.result == Verdict.FAIL


def test_a_waived_fail_stays_one_and_its_gate_says_so(world: Callable[..., Inputs], engine: WasmEngine) -> None:
    slow = world(requests(latency_us=lambda n: 2_000_000 if n % 10 == 0 else 1))
    waiver = {
        "control": "slo.p95_latency",
        "resource": "generation/direct",
        "policy_digest": "d" * 64,
        "not_before": epoch_us(AS_OF),
        "expiry": epoch_us(AS_OF) + 1,
        "statement": "a" * 64,
    }
    said_of_it = {c.name: "" for c in STATEMENT_TABLES["waivers"].columns} | {"signed_at": 0} | waiver
    statements = EvidenceTables(NO_STATEMENTS.tables | {"waivers": (said_of_it,)})
    decisions, _ = decide(replace(slow, statements=statements, policy_digest="d" * 64), engine)
    assert [one.waivers for one in decisions.findings if one.verdict == Verdict.FAIL] == [("a" * 64,)]
    assert (said(decisions)["p95"], decisions.result) == (("fail", "over_limit"), Verdict.FAIL)
    assert [(one.decision, one.verdict.value) for one in decisions.gates] == [
        ("pass_with_waiver", "fail"),
        ("continue", "pass"),
    ]
    others, _ = decide(replace(slow, statements=statements, policy_digest="e" * 64), engine)
    assert others.gates[0].decision == "no_go"


def test_one_undecided_line_leaves_the_run_undecided(world: Callable[..., Inputs], engine: WasmEngine) -> None:
    decisions, _ = decide(world(requests(), ("sustained_minutes = 5", "sustained_minutes = 10")), engine)
    assert said(decisions)["brief"] == ("inconclusive", "config")
    assert [one.decision for one in decisions.gates] == ["go", "undecided"]
    assert decisions.result == Verdict.INCONCLUSIVE


def test_what_a_control_requires_counts_for_its_line(world: Callable[..., Inputs], engine: WasmEngine) -> None:
    decisions, _ = decide(world(requests(), ('cells = ["requests//"]', 'cells = ["requests//", "more//"]')), engine)
    assert said(decisions)["p95"] == ("inconclusive", "coverage_absent")


@pytest.mark.parametrize(
    ("skew", "slow_second", "verdict"),
    [(0, 0, "fail"), (60, 0, "inconclusive"), (60, 539, "inconclusive"), (60, 300, "fail")],
)
def test_a_verdict_that_hangs_on_the_clock_is_open(
    world: Callable[..., Inputs], engine: WasmEngine, skew: int, slow_second: int, verdict: str
) -> None:
    """Twenty-eight slow seconds of 540 are one too many; with a minute's skew, those at an edge may lie outside."""
    slow = range(max(0, slow_second - 27), max(0, slow_second - 27) + 28)
    given = requests(660, latency_us=lambda n: 2_000_000 if n in slow else 1)
    inputs = world(
        [one for one in given if one["event_time"] < AS_OF],
        ("clock_skew_seconds = 0", f"clock_skew_seconds = {skew}"),
    )
    decisions, _ = decide(inputs, engine)
    assert said(decisions)["p95"][0] == verdict
    assert ("clock_skew" in {one.reason for one in decisions.findings}) == (verdict == "inconclusive")


AFTER = 'window = { anchor = "deployment_end", start_seconds = 0, end_seconds = 660 }\nreads'
BOUNDED = ("latency_limit_us = 1_500_000", "latency_limit_us = 1_500_000\ncapacity_per_second = 1")
ANCHORS = ("validity_seconds = 60", 'validity_seconds = 60\nanchors = ["deployment_end"]')


@pytest.mark.parametrize(
    ("slow", "ended_s", "verdict"),
    [
        (0, -600, ("inconclusive", "not_elapsed")),
        (28, -600, ("inconclusive", "not_elapsed")),
        (30, -600, ("inconclusive", "not_elapsed")),
        (31, -600, ("fail", "over_limit")),
        (540, 0, ("inconclusive", "not_elapsed")),
        (540, None, ("inconclusive", "not_elapsed")),
    ],
)
def test_before_the_end_of_a_window_only_a_certain_breach_is_decided(
    world: Callable[..., Inputs], engine: WasmEngine, slow: int, ended_s: int | None, verdict: tuple[str, str]
) -> None:
    """Of 540 requests and 60 that may still come, 30 slow ones can be a fast P95, and 31 cannot."""
    inputs = world(
        requests(latency_us=lambda n: 2_000_000 if n < slow else 1),
        ('window = { anchor = "as_of", start_seconds = -600, end_seconds = -60 }\nreads', AFTER),
        BOUNDED,
        ANCHORS,
        ended=None if ended_s is None else AS_OF + timedelta(seconds=ended_s),
    )
    assert said(decide(inputs, engine)[0])["p95"] == verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ('reading = "assured"', ("pass", "within_limit")),
        ('reading = "assured"\nlooks = 2', ("inconclusive", "ci_straddles")),
        ('reading = "census"\nlooks = 2', ("pass", "within_limit")),
    ],
)
def test_the_assured_reading_decides_where_the_profile_says_so(
    world: Callable[..., Inputs], engine: WasmEngine, changes: str, verdict: tuple[str, str]
) -> None:
    """Of 540 requests 18 slow ones pass at one look (P = 0.049), and not at two."""
    inputs = world(
        requests(latency_us=lambda n: 2_000_000 if n % 30 == 0 else 1),
        ("latency_limit_us = 1_500_000", f"latency_limit_us = 1_500_000\n{changes}"),
    )
    assert said(decide(inputs, engine)[0])["p95"] == verdict


def test_an_unbounded_gap_has_no_assured_reading(world: Callable[..., Inputs], engine: WasmEngine) -> None:
    """As of ten minutes ago nothing was observed yet, and no capacity bounds it: a null count is no error."""
    early = AS_OF - timedelta(minutes=10)
    decisions, _ = decide(replace(world(requests()), as_of=early), engine)
    assert said(decisions)["p95"] == ("inconclusive", "no_data")


@pytest.mark.parametrize("microseconds", [1, 999_999, 5_000_000, 9_999_999])
def test_an_as_of_off_the_slots_is_refused(world: Callable[..., Inputs], microseconds: int) -> None:
    snapshot = world(requests()).snapshot
    with pytest.raises(UsageError, match="is not on a 10 s boundary"):
        check_as_of(snapshot.collected_at, AS_OF - timedelta(microseconds=microseconds))


def test_an_as_of_is_no_later_than_the_collection(world: Callable[..., Inputs], engine: WasmEngine) -> None:
    inputs = world(requests())
    check_as_of(inputs.snapshot.collected_at, AS_OF)
    check_as_of(inputs.snapshot.collected_at, AS_OF - timedelta(seconds=10))
    with pytest.raises(UsageError, match="lies after the collection"):
        decide(replace(inputs, as_of=AS_OF + timedelta(seconds=10)), engine)


def test_shared_parameters_span_every_window_and_gather_every_value() -> None:
    windows = [
        Window(AS_OF - timedelta(minutes=minutes), AS_OF - timedelta(minutes=minutes - 2)) for minutes in (5, 9, 2)
    ]
    parameters = [{"limit": 3, "routes": ["b", "a"]}, {"limit": 1, "routes": ["a", "c"]}, {"limit": 3, "none": None}]
    declared = {name for control in PACK.controls.values() for name in control.metadata.parameters}
    assert shared_parameters(PACK, AS_OF, windows, parameters) == {
        **{f"all_{name}": [] for name in declared},
        "as_of_us": epoch_us(AS_OF),
        "horizon_start_us": epoch_us(AS_OF - timedelta(minutes=9)),
        "horizon_end_us": epoch_us(AS_OF),
        "all_limit": [1, 3],
        "all_routes": ["a", "b", "c"],
        "all_none": [],
    }


def test_only_what_is_read_is_derived_and_in_order(world: Callable[..., Inputs]) -> None:
    inputs = world(requests())
    window = Window(AS_OF - timedelta(minutes=9), AS_OF)
    shared = shared_parameters(PACK, AS_OF, [window], [{"latency_limit_us": 5, "request_sources": ["requests"]}])
    with SqlEngine(inputs.snapshot.tables) as sql:
        derive_tables(sql, PACK, [PACK.controls["coverage.source_observed"]], shared)
        assert sql.query("x", "select count(*) as n from record_slots", {}) == [{"n": 0}]
        with pytest.raises(ControlError, match="request_slots"):
            sql.query("x", "select count(*) as n from request_slots", {})


@pytest.mark.parametrize(
    "counts", ["2 as over, 1 as requests, 0 as unknown", "0 as over, 1 as requests, -1 as unknown"]
)
def test_counts_that_cannot_be_are_the_controls_fault(
    world: Callable[..., Inputs], engine: WasmEngine, counts: str
) -> None:
    control = replace(PACK.controls["slo.p95_latency"], sql=f"select 'r' as resource, {counts} order by resource")
    window = Window(AS_OF - timedelta(minutes=9), AS_OF)
    with (
        SqlEngine(world(requests()).snapshot.tables) as sql,
        pytest.raises(ControlError, match="control slo.p95_latency, r: no binomial reading"),
    ):
        decide_control(sql, engine, "l", BoundControl(control, {}), {}, window)
