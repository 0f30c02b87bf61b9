"""Real CloudTrail records of attacks, whose publisher scrambled the regions: read whole, and judged for what they are.

They are not ours to ship, so they lie beside the repository; see their README for where they come from.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.sql.engine import SqlEngine
from auditor.model import Verdict, Window
from auditor.shell.decide import decide_control, derive_tables, shared_parameters
from auditor.shell.policy_cases import Case, decide_tables
from auditor.shipped import policies_dir
from collecting import COLLECTED_AT

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cloudtrail-stratus"
CONTROL = "residency.inference_in_declared_regions"
LINE = "residency.inference_regions"

pytestmark = pytest.mark.skipif(
    not list(SAMPLES.glob("*.json")), reason=f"the sample of real CloudTrail records is not at {SAMPLES}"
)


@pytest.fixture
def records():
    return [one for path in sorted(SAMPLES.glob("*.json")) for one in json.loads(path.read_bytes())]


@pytest.fixture
def snapshot(site):
    for path in SAMPLES.glob("*.json"):
        (site.root / path.name).symlink_to(path)
    site.source("cloudtrail", "cloudtrail", files=["*.json"])
    return open_snapshot(site.snapshot())


def of(snapshot, query):
    with SqlEngine(snapshot.tables, memory_limit="512MB", threads=1) as sql:
        return sql.query(Path("test.sql"), query, {})


def test_every_record_becomes_a_row(snapshot, records):
    assert len(records) >= 22
    (row,) = of(snapshot, "select count(*) as n, count(distinct event_lo) as ids from audit_events")
    assert row == {"n": len(records), "ids": len({one["eventID"] for one in records})}
    cells = of(snapshot, "select account, region, records, duplicates from coverage order by account, region")
    seen = sorted({(one["recipientAccountId"], one["awsRegion"]) for one in records})
    assert [(cell["account"], cell["region"]) for cell in cells] == seen
    assert sum(cell["records"] for cell in cells) == len(records)
    assert sum(cell["duplicates"] for cell in cells) == 0


def test_every_kind_of_event_is_counted_alike(snapshot, records):
    query = """
        select event_source, event_name, count(*) as n
        from audit_events
        group by event_source, event_name
        order by event_source, event_name
    """
    found = {(row["event_source"], row["event_name"]): row["n"] for row in of(snapshot, query)}
    expected: dict[tuple[str, str], int] = {}
    for one in records:
        key = (one["eventSource"], one["eventName"])
        expected[key] = expected.get(key, 0) + 1
    assert found == expected


def test_inference_in_regions_that_are_none_fails_and_nothing_passes(snapshot, records):
    pack = load_pack(policies_dir())
    profile = load_profile(pack, "hybrid-routing-gates")
    (bound,) = [one for one in profile.bound[LINE] if one.control.id == CONTROL]
    window = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    shared = shared_parameters(pack, COLLECTED_AT, [window], [bound.parameters])
    with SqlEngine(snapshot.tables, memory_limit="512MB", threads=1) as sql, WasmEngine(pack) as engine:
        derive_tables(sql, pack, [bound.control], shared)
        found = decide_control(sql, engine, LINE, bound, shared, window)
    calls = [one for one in records if one["eventName"] == "InvokeModel"]
    assert calls
    assert sum(one.members for one in found) == len(calls)
    assert {one.verdict for one in found} == {Verdict.FAIL}
    assert {one.reason for one in found} == {"unknown_region"}
    assert {one.observed["source"] for one in found} == {one["awsRegion"] for one in calls}


def test_no_call_to_a_region_that_is_none_is_a_recorded_transfer(snapshot, records):
    pack = load_pack(policies_dir())
    control = pack.controls["transfers.recorded"]
    given = {"cells": ["aws/111122223333/eu-central-1"], "record_sources": ["records"], "max_age_seconds": 900}
    parameters, problems = control.metadata.effective(given)
    assert not problems
    window = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    case = Case(control, "test", "", parameters, window, COLLECTED_AT, {}, [])
    with WasmEngine(pack) as engine:
        found = decide_tables(pack, case, snapshot.tables, engine)
    seen = {f"region {one['awsRegion']}" for one in records if one["eventName"] == "InvokeModel"}
    assert {one.resource for one in found if one.resource.startswith("region ")} == seen
    assert {one.reason for one in found if one.resource in seen} == {"unknown_region"}
    assert "pass" not in {one.verdict.value for one in found}
