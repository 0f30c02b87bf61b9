"""The example company: the same bytes each time, honest counts, and incidents that change what they say and no more."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from auditor.errors import UsageError
from auditor.estate import INCIDENTS, write_estate
from auditor.estate.trail import HOME_REGIONS

if TYPE_CHECKING:
    from pathlib import Path

GENERATION_LIMIT_MS, CACHED_LIMIT_MS = 1500, 300
WINDOW = ("2025-01-14T10:00:00", "2025-01-14T12:00:00")
LOGGED = (
    "timestamp",
    "requestId",
    "routingPath",
    "type",
    "status",
    "latencyMs",
    "cache",
    "inputTokens",
    "outputTokens",
    "costEur",
)
# Of every file of the healthy company: the same on every machine, and changed only on purpose.
SHA256 = "1e02371007131b7d71b64e1007f68f5b9a76303226c2583a1adbdee73eff3425"


class Written:
    """An estate that was written, read back."""

    def __init__(self, root: Path, *incidents: str, seed: int = 20250114) -> None:
        write_estate(root / "estate", incidents=incidents, seed=seed)
        found = sorted(path for path in (root / "estate").rglob("*") if path.is_file())
        self.raw = {path.relative_to(root / "estate").as_posix(): path.read_bytes() for path in found}
        self.content = {name: gzip.decompress(raw) if name.endswith(".gz") else raw for name, raw in self.raw.items()}

    def lines(self, prefix: str) -> list[dict[str, Any]]:
        texts = [content for name, content in self.content.items() if name.startswith(prefix)]
        return [json.loads(line) for text in texts for line in text.splitlines()]

    @cached_property
    def requests(self) -> dict[str, dict[str, Any]]:
        return {one["requestId"]: one for one in self.lines("requests/")}

    @cached_property
    def beats(self) -> dict[str, int]:
        return {one["start"]: one["records"] for one in self.lines("heartbeats/requests")}

    @cached_property
    def trail(self) -> dict[str, dict[str, Any]]:
        logs = [json.loads(text) for name, text in self.content.items() if name.startswith("cloudtrail/")]
        return {record["eventID"]: record for log in logs for record in log["Records"]}

    @cached_property
    def trail_beats(self) -> dict[tuple[str, str], int]:
        return {(one["region"], one["start"]): one["records"] for one in self.lines("heartbeats/cloudtrail")}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("healthy"))


@pytest.fixture
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Written:
    return Written(tmp_path, request.param)


def incident(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("written", names, indirect=True)


def p95(estate: Written, kind: str, route: str) -> float:
    """Nearest rank: the smallest value that at least 95 % of all values do not exceed."""
    values = sorted(
        one["latencyMs"]
        for one in estate.requests.values()
        if (one["type"], one["routingPath"]) == (kind, route)
        and one["status"] in ("success", "timeout")
        and WINDOW[0] <= one["timestamp"] < WINDOW[1]
    )
    assert len(values) >= 200
    return values[-(-len(values) * 95 // 100) - 1]


def clock(moment: str) -> str:
    return moment[11:16]


def changed(before: dict[Any, Any], after: dict[Any, Any]) -> list[tuple[Any, Any]]:
    return [(before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)]


def only_latency_differs(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return all(before[name] == after[name] for name in LOGGED if name != "latencyMs")


def test_the_bytes_are_the_same_on_every_run(healthy, tmp_path):
    assert Written(tmp_path).raw == healthy.raw


def test_the_bytes_are_the_same_on_every_machine(healthy):
    listed = "".join(f"{hashlib.sha256(raw).hexdigest()}  {name}\n" for name, raw in healthy.raw.items())
    assert hashlib.sha256(listed.encode()).hexdigest() == SHA256


def test_another_seed_is_another_company(healthy, tmp_path):
    assert Written(tmp_path, seed=1).requests != healthy.requests


def test_the_order_of_incidents_does_not_matter(tmp_path):
    one = Written(tmp_path / "one", "region_leak", "slow_cached", "lost_rows")
    assert Written(tmp_path / "other", "lost_rows", "slow_cached", "region_leak", "region_leak").raw == one.raw


def test_an_unknown_incident_is_refused_with_the_names_there_are(tmp_path):
    with pytest.raises(UsageError, match=r"no_such.*slow_generation.*trail_gap"):
        write_estate(tmp_path / "estate", incidents=["no_such"])
    assert not (tmp_path / "estate").exists()


def test_a_folder_that_is_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_estate(tmp_path)


def test_the_observer_counted_what_the_log_holds(healthy):
    slots = Counter(one["timestamp"][:18] for one in healthy.requests.values())
    assert {start[:18]: records for start, records in healthy.beats.items()} == slots
    assert len(healthy.beats) >= 720


def test_the_trail_delivered_what_the_files_hold(healthy):
    for (region, start), records in healthy.trail_beats.items():
        within = [
            record
            for record in healthy.trail.values()
            if record["awsRegion"] == region and start <= record["eventTime"] and _five_minutes(record) == start
        ]
        assert len(within) == records
        assert (records > 0) == (region in HOME_REGIONS)
    assert sum(healthy.trail_beats.values()) == len(healthy.trail)


def _five_minutes(record: dict[str, Any]) -> str:
    hour, minute = record["eventTime"][:14], int(record["eventTime"][14:16])
    return f"{hour}{minute // 5 * 5:02d}:00Z"


def test_identifiers_are_unique(healthy):
    assert len(healthy.requests) == len(healthy.lines("requests/")) == sum(healthy.beats.values())
    assert len(healthy.trail) == sum(healthy.trail_beats.values())


def test_a_bare_model_call_never_states_a_destination_and_a_profile_call_always_does(healthy):
    calls = [one for one in healthy.trail.values() if one["eventName"] in ("InvokeModel", "Converse")]
    assert len(calls) > 500
    for one in calls:
        stated = one.get("additionalEventData", {}).get("inferenceRegion")
        bare = one["requestParameters"]["modelId"].startswith("anthropic.")
        assert (stated is None) if bare else (stated in ("eu-central-1", "eu-west-1"))


@pytest.mark.parametrize("route", ["direct_bedrock", "mcp"])
def test_p95_is_healthy_on_a_healthy_day(healthy, route):
    assert p95(healthy, "generation", route) <= GENERATION_LIMIT_MS
    assert p95(healthy, "cache_hit", route) <= CACHED_LIMIT_MS


@incident("slow_generation")
def test_slow_generation_moves_the_p95_of_generation_only(healthy, written):
    for route in ("direct_bedrock", "mcp"):
        assert p95(written, "generation", route) > GENERATION_LIMIT_MS
        assert p95(written, "cache_hit", route) == p95(healthy, "cache_hit", route)
    assert max(one["latencyMs"] for one in written.requests.values()) < 3000


@incident("slow_cached")
def test_slow_cached_moves_the_p95_of_cached_only(healthy, written):
    for route in ("direct_bedrock", "mcp"):
        assert p95(written, "cache_hit", route) > CACHED_LIMIT_MS
        assert p95(written, "generation", route) == p95(healthy, "generation", route)


@pytest.mark.parametrize(
    ("written", "kind", "start", "end"),
    [
        ("slow_generation", "generation", "09:55", "12:05"),
        ("slow_cached", "cache_hit", "09:55", "12:05"),
        ("sustained_latency", "generation", "10:40", "10:46"),
        ("brief_latency", "generation", "10:40", "10:43"),
        ("unmeasured_latency", "generation", "09:55", "12:05"),
    ],
    indirect=["written"],
)
def test_an_incident_of_latency_changes_latencies_of_one_kind_in_its_time(healthy, written, kind, start, end):
    differences = changed(healthy.requests, written.requests)
    assert differences
    for before, after in differences:
        assert only_latency_differs(before, after)
        assert before["type"] == kind
        assert start <= clock(before["timestamp"]) < end
    assert written.beats == healthy.beats
    assert written.trail == healthy.trail


@incident("sustained_latency", "brief_latency")
def test_a_spike_does_not_show_in_the_p95_of_two_hours(written):
    for route in ("direct_bedrock", "mcp"):
        assert p95(written, "generation", route) <= GENERATION_LIMIT_MS


@incident("unmeasured_latency")
def test_about_a_fifth_of_generation_is_unmeasured(written):
    latencies = [one["latencyMs"] for one in written.requests.values() if one["type"] == "generation"]
    assert 0.15 < latencies.count(None) / len(latencies) < 0.25


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("lost_rows", "11:00:00", "11:20:00"),
        ("lost_seconds", "11:00:00", "11:00:10"),
        ("collector_blind", "11:00:00", "11:30:00"),
    ],
    indirect=["written"],
)
def test_lost_rows_are_all_rows_of_their_time(healthy, written, start, end):
    kept = {key: one for key, one in healthy.requests.items() if not start <= one["timestamp"][11:19] < end}
    assert written.requests == kept
    assert len(kept) < len(healthy.requests)
    assert written.trail == healthy.trail


@incident("lost_rows", "lost_seconds")
def test_the_observer_still_counts_what_the_log_lost(healthy, written):
    assert written.beats == healthy.beats


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [("collector_blind", "11:00", "11:30"), ("observer_stopped", "11:50", "99")],
    indirect=["written"],
)
def test_an_observer_that_is_silent_reports_nothing(healthy, written, start, end):
    assert written.beats == {key: n for key, n in healthy.beats.items() if not start <= clock(key) < end}
    assert len(written.beats) < len(healthy.beats)


@incident("observer_stopped")
def test_a_stopped_observer_takes_no_rows(healthy, written):
    assert written.requests == healthy.requests


@incident("route_silent")
def test_a_silent_route_is_idle_not_lost(healthy, written):
    assert written.requests == {k: one for k, one in healthy.requests.items() if one["routingPath"] == "mcp"}
    assert sum(written.beats.values()) == len(written.requests)


@pytest.mark.parametrize(
    ("written", "region"), [("region_leak", "us-east-1"), ("unknown_region", "eu-nowhere-9")], indirect=["written"]
)
def test_a_stray_region_is_added_with_its_heartbeat(healthy, written, region):
    added = {key: one for key, one in written.trail.items() if key not in healthy.trail}
    assert {one["awsRegion"] for one in added.values()} == {region}
    assert {key: one for key, one in written.trail.items() if key not in added} == healthy.trail
    beats = {key: n for key, n in written.trail_beats.items() if n != healthy.trail_beats.get(key)}
    assert {key[0] for key in beats} == {region}
    assert sum(beats.values()) == len(added) >= 2
    assert any(f"/{region}/" in name for name in written.raw)


@pytest.mark.parametrize(
    ("written", "member"),
    [("global_profile", "requestParameters"), ("unnamed_destination", "additionalEventData")],
    indirect=["written"],
)
def test_an_incident_of_profiles_changes_one_member_of_a_few_calls(healthy, written, member):
    differences = changed(healthy.trail, written.trail)
    assert 3 <= len(differences) <= 10
    for before, after in differences:
        assert before["requestParameters"]["modelId"].startswith("eu.")
        assert before[member] != after.get(member)
        assert {k: v for k, v in before.items() if k != member} == {k: v for k, v in after.items() if k != member}
    assert written.trail_beats == healthy.trail_beats


@incident("trail_gap")
def test_a_trail_gap_takes_an_hour_of_one_region_and_leaves_its_heartbeats(healthy, written):
    gone = [before for before, after in changed(healthy.trail, written.trail) if after is None]
    assert {one["awsRegion"] for one in gone} == {"eu-west-1"}
    assert min(clock(one["eventTime"]) for one in gone) >= "10:30"
    assert max(clock(one["eventTime"]) for one in gone) < "11:30"
    assert len(healthy.raw) - len(written.raw) == 12
    assert written.trail_beats == healthy.trail_beats


@pytest.mark.parametrize("name", [n for n in INCIDENTS if "residency.inference_regions" in INCIDENTS[n].flips])
def test_an_incident_of_the_trail_leaves_the_requests_alone(healthy, tmp_path, name):
    found = Written(tmp_path, name)
    for path, raw in healthy.raw.items():
        if path.startswith(("requests/", "heartbeats/requests", "auditor.toml")):
            assert found.raw[path] == raw
