"""Every call of Bedrock, money and security products, denied and throttled in turn, over real HTTP."""

from __future__ import annotations

import boto3
import pytest

from auditor.adapters.rego.wasm import WasmEngine
from auditor_collectors.aws import live
from aws import company, watched_cloud
from aws.loopback import denied, serving, sometimes
from aws.stubbed import HOME
from aws.verdicts import better, observed, verdicts
from policies.shipped_cases import PACK

CALLS = [
    (source, operation.service, operation.name)
    for source, collector in sorted(watched_cloud.COLLECTORS.items())
    for operation in collector.operations
]
# What one call of a place fills: without it, no row of these is there.
FILLS = {
    ("bedrock", "ListGuardrails"): {"guardrails", "guardrail_filters"},
    ("bedrock", "GetGuardrail"): {"guardrails", "guardrail_filters"},
    ("bedrock", "GetModelInvocationLoggingConfiguration"): {"invocation_logging"},
    ("bedrock", "ListInferenceProfiles"): {"inference_profiles"},
    ("budgets", "DescribeBudgets"): {"budgets", "budget_notifications"},
    ("budgets", "DescribeNotificationsForBudget"): {"budget_notifications"},
    ("cost_explorer", "GetCostAndUsage"): {"costs"},
    ("inspector", "BatchGetAccountStatus"): {"security_products"},
    ("inspector", "ListFindings"): {"security_findings"},
    ("invocation_log", "GetModelInvocationLoggingConfiguration"): {"invocations", "invocation_logging"},
    ("invocation_log", "ListObjectsV2"): {"invocations"},
    ("invocation_log", "GetObject"): {"invocations"},
    ("macie", "GetMacieSession"): {"security_products"},
    ("macie", "ListFindings"): {"security_findings"},
    ("macie", "GetFindings"): {"security_findings"},
    ("securityhub", "DescribeHub"): {"security_products"},
    ("securityhub", "GetFindings"): {"security_findings"},
}
ACCOUNTED = {"coverage", "source_answers"}


@pytest.fixture(scope="module", name="session")
def _session():
    """One session for all collections, so that the models of the services are read once."""
    with pytest.MonkeyPatch.context() as patch:
        company.log_in(patch)
        return boto3.Session()


@pytest.fixture(autouse=True)
def _quick(monkeypatch, session):
    company.log_in(monkeypatch)
    monkeypatch.setattr(live.Live, "_boto", lambda _live: session)
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0)
    monkeypatch.setattr("auditor_collectors.aws.buckets.Buckets.take", lambda *_, **__: None)


@pytest.fixture(scope="module")
def plain(tmp_path_factory, session):
    """The rows of each source when all is answered."""
    root = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        company.log_in(patch)
        patch.setattr(live.Live, "_boto", lambda _live: session)
        patch.setattr("auditor_collectors.aws.buckets.Buckets.take", lambda *_, **__: None)
        with serving(watched_cloud.cloud()) as cloud:
            return {one: watched_cloud.collected(root, cloud.url, one, one) for one in watched_cloud.COLLECTORS}


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


@pytest.fixture(scope="module")
def decided(engine, plain):
    """The verdicts of the shipped lines on each source when all is answered."""
    return {source: verdicts(engine, f"aws_{source}", rows) for source, rows in plain.items()}


def of_call(rows, call):
    return {row["status"] for row in rows["coverage"] if row["call"] == call}


def facts(rows):
    return {name: set(map(repr, one)) for name, one in rows.items() if name not in ACCOUNTED}


@pytest.mark.parametrize("source", sorted(watched_cloud.COLLECTORS))
def test_what_is_answered_is_whole_in_every_place(plain, source):
    rows = plain[source]
    assert {row["status"] for row in rows["coverage"]} == {"ok"}
    assert {row["status"] for row in rows["source_answers"]} == {"ok"}
    reached = {row["region"] for row in rows["source_answers"]}
    assert reached == (
        set(watched_cloud.REGIONS) if source not in {"budgets", "cost_explorer"} else {company.REGIONS[0]}
    )
    asked = {row["call"] for row in rows["coverage"]} - {"read_files", "AssumeRole", "GetCallerIdentity"}
    assert asked == {operation.name for operation in watched_cloud.COLLECTORS[source].operations}


def test_products_that_look_pass_when_all_is_answered(decided):
    assert {"pass"} <= {verdict for found in decided.values() for verdict in found.values()}
    assert decided["securityhub"]
    assert decided["bedrock"]


def test_a_hub_that_ignores_its_filters_gives_each_finding_once(plain):
    rows = plain["securityhub"]["security_findings"]
    assert len(rows) == 2 * len(watched_cloud.REGIONS)
    assert len({(row["finding_hi"], row["finding_lo"]) for row in rows}) == len(rows)


def test_trap_01_a_global_profile_has_a_row_without_a_region_in_each_source_region(plain):
    rows = [row for row in plain["bedrock"]["inference_profiles"] if row["profile"].startswith("global.")]
    assert {row["destination_region"] for row in rows} == {"", *watched_cloud.REGIONS}
    assert sum(row["destination_region"] == "" for row in rows) == len(watched_cloud.REGIONS)


@pytest.mark.parametrize(("source", "service", "operation"), CALLS)
def test_a_call_that_is_denied_gives_no_fact_of_it_adds_none_and_improves_no_verdict(
    plain, decided, engine, tmp_path, source, service, operation
):
    with serving(watched_cloud.cloud(denied(service, operation))) as cloud:
        rows = watched_cloud.collected(tmp_path, cloud.url, "snapshot", source)
    assert of_call(rows, operation) == {"denied"}
    assert better(decided[source], verdicts(engine, f"aws_{source}", rows)) == set()
    cell = observed(engine, f"aws_{source}", HOME, rows)
    assert (cell.verdict.value, cell.reason) == ("inconclusive", "call_denied")
    assert operation in cell.observed
    told = [row for row in rows["source_answers"] if row["call"] == operation]
    assert told
    assert {(row["status"], row["records"]) for row in told} == {("denied", 0)}
    whole, left = facts(plain[source]), facts(rows)
    changed = {"security_products", "resources"}
    for table, found in left.items():
        assert found <= whole[table] or table in changed, table
    for table in FILLS.get((source, operation), ()):
        assert table not in left, table
    assert left != whole
    for row in rows.get("security_products", ()):
        assert None in {
            row["enabled"],
            row["covered"] if source != "securityhub" else row["standards"],
            row["findings"],
        }


@pytest.mark.parametrize("source", sorted(watched_cloud.COLLECTORS))
def test_throttling_of_half_of_all_requests_changes_no_fact(plain, tmp_path, source):
    with serving(watched_cloud.cloud(sometimes(0.5, "ThrottlingException"))) as cloud:
        rows = watched_cloud.collected(tmp_path, cloud.url, "snapshot", source)
    assert facts(rows) == facts(plain[source])
    assert rows["source_answers"] == plain[source]["source_answers"]


@pytest.mark.parametrize(("source", "service", "operation"), CALLS[:: len(CALLS) // 4])
def test_a_call_that_is_always_throttled_is_said_to_be(tmp_path, source, service, operation):
    with serving(watched_cloud.cloud(denied(service, operation, "ThrottlingException"))) as cloud:
        rows = watched_cloud.collected(tmp_path, cloud.url, "snapshot", source)
    assert of_call(rows, operation) == {"throttled"}
    assert {row["status"] for row in rows["source_answers"] if row["call"] == operation} == {"throttled"}


def test_a_hub_that_is_off_is_off_and_no_failure(tmp_path):
    with serving(watched_cloud.cloud(denied("securityhub", "DescribeHub", "InvalidAccessException"))) as cloud:
        rows = watched_cloud.collected(tmp_path, cloud.url, "snapshot", "securityhub")
    assert of_call(rows, "DescribeHub") == {"disabled"}
    assert {row["enabled"] for row in rows["security_products"]} == {False}
    assert cloud.counted("securityhub", "GetFindings") == 0
    assert "security_findings" not in rows
