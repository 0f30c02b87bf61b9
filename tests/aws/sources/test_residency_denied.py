"""Every call of every source of residency is denied in turn: what is then known is less, never other, never better."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from auditor.adapters.rego.wasm import WasmEngine
from aws.company import log_in
from aws.loopback import denied, serving, sometimes
from aws.sources import estate
from aws.sources.asked import answers, calls
from aws.sources.test_residency_examples import SOURCES
from aws.stubbed import ACCOUNT, HOME, rows_of
from aws.verdicts import better, lines_of, observed, verdicts
from policies.shipped_cases import PACK

CLASS = {"data_class_tag": "Class"}
OPTIONS: dict[str, dict[str, Any]] = {
    "aws_backups": CLASS,
    "aws_buckets": CLASS,
    "aws_config": {
        "aggregator": {"name": "a", "account": ACCOUNT, "region": HOME},
        "kinds": {"AWS::S3::Bucket": "store"},
    },
    "aws_databases": CLASS,
    "aws_logs": CLASS | {"oldest_of": ["*"]},
    "aws_organization": {"management_account": ACCOUNT},
    "aws_tables": CLASS,
}
EACH = [(kind, one.service, one.name) for kind, source in SOURCES.items() for one in source.operations]
UNASKED = {("aws_regions", "ec2", "DescribeRegions")}  # asked only where the account does not answer
FACTS = ("regions", "resources", "resource_links", "resource_protection", "retention_rules", "recorders")
TABLES = (*FACTS, "region_policies", "backups")
KINDS = {("AWS::DynamoDB::Table", "store"), ("AWS::DynamoDB::GlobalTable", "replica")}


@pytest.fixture(name="session", scope="module")
def _session():
    return boto3.Session()


@pytest.fixture(autouse=True)
def _quick(monkeypatch, session):
    """Read the models of the services once for all tests: most of their time would go there."""
    log_in(monkeypatch, ACCOUNT)
    monkeypatch.setattr(boto3, "Session", lambda: session)
    monkeypatch.setattr("auditor_collectors.aws.live.PAUSE_SECONDS", 0)


def collected(kind: str, tmp_path: Any, *faults: Any) -> Any:
    with serving(estate.cloud(*faults)) as cloud:
        found = rows_of(SOURCES[kind](), {"endpoint_url": cloud.url} | OPTIONS.get(kind, {}), tmp_path)
    return found, {one.call() for one in cloud.asked}


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory):
    known: dict[str, Any] = {}

    def of(kind: str) -> Any:
        if kind not in known:
            known[kind] = collected(kind, tmp_path_factory.mktemp(kind))
        return known[kind]

    return of


def covers(row: dict[str, Any], known: dict[str, Any]) -> bool:
    """Say whether ``known`` says all that ``row`` says: each value is the same, or one that ``row`` does not know."""
    return all(value is None or value == known[name] for name, value in row.items() if name != "answered_at")


def row_of_a_table(row: dict[str, Any]) -> dict[str, Any]:
    """Return a resource without what tells a global table from another: both are stores of what is in them."""
    if (row.get("resource_type"), row.get("kind")) in KINDS:
        return row | {"resource_type": None, "kind": None}
    return row


@pytest.mark.parametrize("kind", SOURCES)
def test_an_account_that_answers_is_known_whole_and_every_call_of_a_source_is_made(whole, kind):
    found, asked = whole(kind)
    assert set(answers(found).values()) == {"ok"}
    assert {row["status"] for row in found["coverage"]} == {"ok"}
    assert {one for one in EACH if one[0] == kind and one[1:] not in asked} == {
        one for one in UNASKED if one[0] == kind
    }


@pytest.fixture(name="engine", scope="module")
def _engine():
    with WasmEngine(PACK) as engine:
        yield engine


@pytest.fixture(name="decided", scope="module")
def _decided(engine, whole):
    known: dict[str, Any] = {}

    def of(kind: str) -> Any:
        if kind not in known:
            known[kind] = verdicts(engine, kind, whole(kind)[0])
        return known[kind]

    return of


@pytest.mark.parametrize("kind", SOURCES)
def test_a_source_is_judged_on_what_it_answers(decided, kind):
    assert decided(kind) or not lines_of(kind)


def test_sources_pass_and_fail_when_all_is_answered(decided):
    assert {"pass", "fail"} <= {verdict for kind in SOURCES for verdict in decided(kind).values()}


@pytest.mark.parametrize(("kind", "service", "call"), EACH)
def test_a_call_that_is_denied_takes_knowledge_away_and_is_named(whole, decided, engine, tmp_path, kind, service, call):
    known, _ = whole(kind)
    instead = [denied("account", "ListRegions")] if (kind, service, call) in UNASKED else []
    found, _ = collected(kind, tmp_path, denied(service, call), *instead)
    region = HOME if call != "ListMultiRegionAccessPoints" else "us-west-2"
    assert calls(found)[region, call] == "denied"
    assert better(decided(kind), verdicts(engine, kind, found)) == set()
    cell = observed(engine, kind, region, found)
    assert (cell.verdict.value, cell.reason) == ("inconclusive", "call_denied")
    assert call in cell.observed
    assert "denied" in {status for (name, _), status in answers(found).items() if name == call}
    for table in TABLES:
        for row in map(row_of_a_table, found.get(table, [])):
            assert any(covers(row, other) for other in known.get(table, [])) or stands_in(service, call, row), row


@pytest.mark.parametrize("kind", SOURCES)
def test_throttling_of_half_of_all_requests_changes_no_fact(whole, tmp_path, kind):
    known, _ = whole(kind)
    found, _ = collected(kind, tmp_path, sometimes(0.5, "ThrottlingException"))
    assert set(answers(found).values()) == {"ok"}
    for table in TABLES:
        assert [unaged(row) for row in found.get(table, [])] == [unaged(row) for row in known.get(table, [])]


def unaged(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "answered_at"}


def stands_in(service: str, call: str, row: dict[str, Any]) -> bool:
    """Say whether another answer stands in for the denied one, or an empty region for one that is not known."""
    regions = call == "ListRegions" and row.get("name") == HOME
    located = (service, call) == ("s3", "GetBucketLocation") and row.get("region") == "" and row["kind"] == "store"
    return regions or located
