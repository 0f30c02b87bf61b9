import json
from datetime import UTC, datetime

import pytest

from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor.model import Scope
from auditor_collectors.baselines import BaselinesCollector

COLLECTED_AT = datetime(2025, 1, 14, 12, tzinfo=UTC)
PERIOD = {
    "metric": "throughput",
    "start": "2025-01-07T10:00:00Z",
    "end": "2025-01-07T10:01:00Z",
    "offered": 72,
    "completed": 70,
}
LATER = PERIOD | {"start": "2025-01-07T10:01:00Z", "end": "2025-01-07T10:02:00Z"}


@pytest.fixture
def collected(tmp_path):
    def run(*documents, text=None):
        lines = "".join(json.dumps(one) + "\n" for one in documents) if text is None else text
        (tmp_path / "baseline.jsonl").write_text(lines)
        (tmp_path / "work").mkdir(exist_ok=True)
        scope = Scope("shop", "production", "r1")
        context = CollectContext("before", scope, tmp_path, tmp_path / "work", COLLECTED_AT)
        batches = BaselinesCollector().collect({"files": ["baseline.jsonl"]}, context)
        return {batch.table: batch.rows.to_pylist() for batch in batches}

    return run


def test_periods_become_rows_with_the_scope_and_the_source(collected):
    found = collected(PERIOD, LATER | {"stratum": "direct"})
    first, second = found["baselines"]
    assert first == {
        "system": "shop",
        "environment": "production",
        "source": "before",
        "metric": "throughput",
        "stratum": "",
        "period_start": datetime(2025, 1, 7, 10, tzinfo=UTC),
        "period_end": datetime(2025, 1, 7, 10, 1, tzinfo=UTC),
        "offered": 72,
        "completed": 70,
    }
    assert second["stratum"] == "direct"
    (coverage,) = found["coverage"]
    assert (coverage["source"], coverage["status"], coverage["records"]) == ("before", "ok", 2)


def test_an_instant_of_another_zone_is_the_same_instant(collected):
    moved = PERIOD | {"start": "2025-01-07T12:00:00+02:00", "end": "2025-01-07T12:01:00+02:00"}
    assert collected(moved)["baselines"] == collected(PERIOD)["baselines"]


@pytest.mark.parametrize("other", [{"metric": "visits"}, {"stratum": "mcp"}])
def test_periods_of_another_metric_or_stratum_may_overlap(collected, other):
    assert len(collected(PERIOD, PERIOD | other)["baselines"]) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"completed": 73}, r"row 1, column 'completed': found 73, expected at most what was offered \(72\)"),
        ({"completed": -1}, "row 1, column 'completed': found -1, expected a count"),
        ({"offered": 72.0}, "row 1, column 'offered': found 72.0, expected a count"),
        ({"offered": True}, "row 1, column 'offered': found True, expected a count"),
        ({"offered": 1 << 63}, "column 'offered'"),
        ({"start": "2025-01-07T10:00:00"}, "row 1, column 'start': .* expected an RFC 3339 instant with a time zone"),
        ({"start": "2025-02-30T10:00:00Z"}, "row 1, column 'start'"),
        ({"start": 1736244000}, "row 1, column 'start'"),
        ({"end": "2025-01-07T10:00:00Z"}, "row 1, column 'end': .* expected an instant after start"),
        ({"end": "2025-01-14T12:02:01Z"}, "row 1, column 'end': .* at most 2 minutes after the collection"),
        ({"metric": ""}, "row 1, column 'metric': found '', expected the name of a metric"),
        ({"metric": 5}, "row 1, column 'metric': found 5, expected text in ASCII"),
        ({"stratum": None}, "row 1, column 'stratum': found None, expected text in ASCII"),
        ({"rate": 3}, "line 1: found members completed, end, metric, offered, rate, start"),
    ],
)
def test_what_is_no_period_is_refused_by_its_place(collected, change, message):
    with pytest.raises(CollectionError, match=message):
        collected(PERIOD | change)


@pytest.mark.parametrize("member", sorted(PERIOD))
def test_a_period_without_a_member_is_refused(collected, member):
    with pytest.raises(CollectionError, match="line 2: found members"):
        collected(PERIOD, {name: value for name, value in LATER.items() if name != member})


@pytest.mark.parametrize("start", ["2025-01-07T10:00:00Z", "2025-01-07T10:00:59.999999Z"])
def test_overlapping_periods_are_refused(collected, start):
    with pytest.raises(CollectionError, match="baseline.jsonl, row 2: overlaps the period of baseline.jsonl, row 1"):
        collected(PERIOD, LATER | {"start": start})


def test_a_file_without_periods_is_refused(collected):
    with pytest.raises(CollectionError, match="hold no period"):
        collected(text="\n")


def test_unknown_options_are_named():
    assert BaselinesCollector().check({"files": ["a"], "unit": "1"})
    assert not BaselinesCollector().check({"files": ["a"]})
