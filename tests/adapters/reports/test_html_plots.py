"""The plots of the HTML report: they tell what the facts hold, and what was sealed about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from attacks.scene import scene
from auditor.adapters.bundle import layout
from auditor.adapters.reports.html.burn import plot_burn
from auditor.adapters.reports.html.exhibit import POINTS, Exhibit, Judged, NotDrawnError
from auditor.adapters.reports.html.exhibits import CONTROL, Exhibits
from auditor.adapters.reports.html.facts import Facts
from auditor.adapters.reports.html.flags import plot_flags
from auditor.adapters.reports.html.latency import plot_latency
from auditor.adapters.reports.html.shares import plot_shares
from auditor.adapters.reports.html.time_axis import HOUR, MINUTE, microseconds
from auditor.shell.sealed_run import sealed_decisions
from auditor.tables import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = datetime(2025, 1, 14, 10, tzinfo=UTC)
FROM = microseconds(START.isoformat())
SCOPE = {"system": "s", "environment": "production", "release": "r", "phase": "", "source": "log"}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def kept(bundle: Path, table: str, rows: list[dict[str, Any]]) -> None:
    folder = bundle / layout.SNAPSHOT
    folder.mkdir(parents=True, exist_ok=True)
    form = schema(table)
    whole = [{name: row.get(name) for name in form.names} | SCOPE for row in rows]
    parquet.write_table(pa.Table.from_pylist(whole, schema=form), folder / f"{table}.parquet")


def request(number: int, seconds: float, **said: Any) -> dict[str, Any]:
    plain = {"route": "direct", "kind": "generation", "outcome": "ok", "latency_us": 100_000}
    return {"event_time": at(seconds), "request_hi": number, "request_lo": number} | plain | said


def beat(minute: int, records: int | None) -> dict[str, Any]:
    times = {"start_time": at(60 * minute), "end_time": at(60 * minute + 60)}
    return {"account": "", "region": "", "records": records} | times


def judged(control: str, minutes: int, *findings: dict[str, Any], **parameters: Any) -> Judged:
    end = FROM + minutes * MINUTE
    given = {"request_sources": ["log"]} | parameters
    return Judged("p", "line", "A line", control, given, findings, FROM, end, end, end)


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    """Return ten minutes of ten requests: in minute 3 four fail, 5 has no observer, 7 lacks one that was counted."""
    bundle = tmp_path_factory.mktemp("traffic")
    rows = []
    for minute in range(10):
        for place in range(10):
            outcome = "error" if minute == 3 and place < 4 else "ok"
            latency = 1_000_000 * (place + 1)
            rows.append(request(10 * minute + place, 60 * minute + place, outcome=outcome, latency_us=latency))
    kept(bundle, "requests", rows)
    kept(bundle, "heartbeats", [beat(one, 11 if one == 7 else 10) for one in range(10) if one != 5])
    with Facts(bundle) as facts:
        yield facts


def states(exhibit: Exhibit) -> dict[int, str]:
    return {place: row[-1] for place, row in enumerate(exhibit.rows) if row[-1] != "within the limit"}


def test_minutes_over_the_limit_and_minutes_that_nobody_observed_are_marked(traffic: Facts) -> None:
    found = plot_shares(judged("rollback.errors_brief", 10, limit_ppm=100_000), traffic)
    assert states(found) == {3: "over the limit", 5: "not observed in full", 7: "not observed in full"}
    assert found.rows[3][:4] == ("2025-01-14 10:03:00", "10", "4", "40 %")
    assert "1 of 10 periods of 1 minute are over 10 %, 2 were not observed in full" in found.caption
    assert found.svg.count("<pattern") == 1
    assert "var(--fail)" in found.svg


def test_minutes_before_the_first_and_after_the_last_fact_are_unknown(traffic: Facts) -> None:
    found = plot_shares(judged("rollback.errors_brief", 12, limit_ppm=100_000), traffic)
    assert [row[3] for row in found.rows[-2:]] == ["none", "none"]
    assert set(states(found)) == {3, 5, 7, 10, 11}


def test_slow_requests_are_counted_against_the_limit_of_a_minute(traffic: Facts) -> None:
    line = judged("rollback.latency_breaches_brief", 10, latency_limit_us=9_000_000, kinds=["generation"])
    found = plot_shares(line, traffic)
    assert {row[2] for row in found.rows} == {"1"}
    assert found.rows[3][1] == "6"  # an error has no latency
    assert all("over the limit" in row[-1] for row in found.rows)  # one in ten is more than one in twenty


def test_a_long_window_is_gathered_by_the_worst_of_its_minutes(tmp_path: Path) -> None:
    minutes = 10 * POINTS
    rows = [request(one, 60 * one, outcome="error" if one == 777 else "ok") for one in range(minutes)]
    kept(tmp_path, "requests", rows)
    kept(tmp_path, "heartbeats", [beat(one, 1) for one in range(minutes) if one != 333])
    with Facts(tmp_path) as facts:
        found = plot_shares(judged("rollback.errors_brief", minutes, limit_ppm=100_000), facts)
    assert len(found.rows) == POINTS
    assert states(found) == {77: "over the limit", 33: "not observed in full"}
    assert "worst of 10 periods" in found.caption


@pytest.mark.parametrize(("limit", "over"), [(4_000_000, 6), (3_999_999, 7), (100_000_000, 0), (1, 10)])
def test_a_bar_never_holds_requests_on_both_sides_of_the_limit(traffic: Facts, limit: int, over: int) -> None:
    line = judged("slo.p95_latency", 1, latency_limit_us=limit, kind="generation")
    found = plot_latency(line, traffic)
    told = {row[0]: int(row[1]) for row in found.rows}
    assert sum(told.values()) == 10
    within = [
        count
        for label, count in told.items()
        if label != "longer" and float(label.split()[2].replace(",", "")) * 1000 <= limit * 1.001
    ]
    assert sum(within) == 10 - over
    assert f"{over} of 10 requests" in found.svg


def test_the_distribution_has_the_sealed_percentile(traffic: Facts) -> None:
    found = plot_latency(judged("slo.p95_latency", 1, latency_limit_us=4_000_000, kind="generation"), traffic)
    assert "direct: P95 10.000 s, 6 of 10 requests (60 %) over the limit" in found.svg


def test_monitoring_windows_stand_over_the_flags(tmp_path: Path) -> None:
    steps = [("a", 10, "completed", True), ("b", 40, "completed", True), ("a", 200, "changed", False)]
    rows = [
        {"event_time": at(seconds), "flag": flag, "kind": kind, "enabled": on, "rollout_percent": 100}
        for flag, seconds, kind, on in steps
    ]
    kept(tmp_path, "flag_changes", rows)
    seen = {"activated_us": FROM, "until_us": FROM + MINUTE}
    finding = {"resource": "b", "evidence": seen, "verdict": "pass"}
    line = judged("flags.monitored", 10, finding, flags=["a", "b", "never"], change_sources=["log"])
    with Facts(tmp_path) as facts:
        found = plot_flags(line, facts)
    assert "a on from 2025-01-14 10:00:10 UTC; b on from" in found.svg
    assert "never never on for everybody" in found.svg
    assert [row[1:] for row in found.rows] == [
        ("a", "completed", "100 %", "on for everybody"),
        ("b", "completed", "100 %", "on for everybody"),
        ("a", "changed", "100 %", "off"),
    ]
    assert "var(--pass)" in found.svg


def test_what_cannot_be_drawn_is_said(traffic: Facts, tmp_path: Path) -> None:
    line = judged("slo.p95_latency", 1, latency_limit_us=4_000_000, kind="cached")
    with pytest.raises(NotDrawnError, match="no measured request of this window"):
        plot_latency(line, traffic)
    with pytest.raises(NotDrawnError, match="does not give latency_limit_us"):
        plot_latency(judged("slo.p95_latency", 1, kind="cached"), traffic)
    with Facts(tmp_path) as nothing, pytest.raises(NotDrawnError, match="holds no table requests"):
        plot_latency(line, nothing)
    folder = tmp_path / layout.SNAPSHOT
    folder.mkdir(parents=True)
    (folder / "requests.parquet").write_bytes(b"PAR1 no more")
    with Facts(tmp_path) as broken, pytest.raises(NotDrawnError, match="requests cannot be drawn"):
        plot_latency(line, broken)
    (folder / "requests.parquet").unlink()
    (folder / "requests.parquet").symlink_to(traffic.tables["requests"])
    with Facts(tmp_path) as linked, pytest.raises(NotDrawnError, match="holds no table requests"):
        plot_latency(line, linked)


def test_the_plots_of_a_run_tell_what_was_sealed(tmp_path: Path) -> None:
    bundle = scene(tmp_path, "slow_generation").bundle
    document = sealed_decisions(bundle)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in document["findings"]:
        found.setdefault(one["control"], []).append(one)
    with Facts(bundle) as facts:
        exhibits = Exhibits(document, facts)
        drawn = {control: list(exhibits.of("x", control, rows)) for control, rows in found.items()}
    assert {exhibit.words for each in drawn.values() for exhibit in each} == {""}
    assert all(len(each) <= CONTROL for each in drawn.values())
    for one in found["slo.p95_latency"]:
        said = f"{one['evidence']['route']}: P95 "
        told = f"{one['evidence']['over']:,} of {one['evidence']['requests']:,} requests"
        assert any(said in each.svg and told in each.svg for each in drawn["slo.p95_latency"])
    (rate,) = drawn["slo.error_rate"]
    errors, requests = (
        sum(one["evidence"][name] for one in found["slo.error_rate"]) for name in ("errors", "requests")
    )
    assert sum(int(row[2]) for row in rate.rows) == errors
    assert sum(int(row[1]) for row in rate.rows) == requests
    (burn,) = drawn["slo.burn_rate_bounded"]
    sealed = found["slo.burn_rate_bounded"][0]["evidence"]
    for cell, side in zip(burn.rows[-1][1:], ("long", "short"), strict=True):
        expected = sealed[f"{side}_errors"] / sealed[f"{side}_requests"] / 0.01
        assert float(cell.removesuffix(" times")) == pytest.approx(expected, rel=0.01)
    spent = found["cost.within_allocation"][0]["evidence"]["spent_micro"]
    assert drawn["cost.within_allocation"][0].rows[-1][1] == f"{spent / 1_000_000:,.2f}"
    for control in ("residency.inference_in_declared_regions", "residency.store_in_declared_region"):
        members = sum(int(row[2].split()[0].replace(",", "")) for row in drawn[control][0].rows)
        assert members == sum(one["members"] for one in found[control])


def test_a_burn_rate_is_that_of_the_windows_that_end_there(tmp_path: Path) -> None:
    kept(tmp_path, "requests", [request(one, 60 * one, outcome="error" if one >= 115 else "ok") for one in range(120)])
    given = {"short_seconds": [300], "long_seconds": [3600], "threshold_tenths": [144], "budget_ppm": 10_000}
    with Facts(tmp_path) as facts:
        found = plot_burn(judged("slo.burn_rate_bounded", 120, **given), facts)
    assert found.rows[-1] == ("2025-01-14 12:00:00", "8.33 times", "100 times")
    assert found.rows[0] == ("2025-01-14 11:00:00", "0 times", "0 times")
    assert len(found.rows) == HOUR // MINUTE + 1


def test_lines_of_the_same_facts_share_a_plot(tmp_path: Path) -> None:
    kept(tmp_path, "flag_changes", [{"event_time": at(9), "flag": "a", "kind": "completed", "enabled": True}])
    given = {"flags": ["a"], "change_sources": ["log"]}
    window = {"start": "2025-01-14T10:00:00Z", "end": "2025-01-14T11:00:00Z"}
    lines = [
        {"line": name, "title": name, "controls": [{"control": "flags.activated_in_order", "parameters": given}]}
        for name in ("one", "two")
    ]
    findings = [{"line": name, "resource": "a", "window": window, "evidence": {}} for name in ("one", "two")]
    with Facts(tmp_path) as facts:
        exhibits = Exhibits({"lines": lines, "asOf": "2025-01-14T12:00:00Z"}, facts)
        first, second = exhibits.of("x", "flags.activated_in_order", findings)
    assert (first.line, first.words) == ("one", "")
    assert first.svg
    assert (second.line, second.svg, second.words) == ("two", "", "Its facts and its plot are those above.")
