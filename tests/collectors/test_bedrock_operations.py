"""Every operation of Bedrock, as CloudTrail records it, through the collector to its verdict: none is overlooked."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_tables
from collecting import COLLECTED_AT
from policies.shipped_cases import PACK

CONTROL = PACK.controls["residency.inference_in_declared_regions"]
WINDOW = Window(datetime(2025, 1, 14, 10, tzinfo=UTC), datetime(2025, 1, 14, 11, tzinfo=UTC))
BARE, PROFILE = "anthropic.claude-3-5-sonnet-20241022-v2:0", "eu.anthropic.claude-3-5-sonnet-20241022-v2:0"
# Operations whose request names a model, and those whose record does not say which one was called.
NAMED = {
    "bedrock.amazonaws.com": (
        "Converse", "ConverseStream", "CountTokens", "CreateModelInvocationJob", "InvokeModel",
        "InvokeModelWithBidirectionalStream", "InvokeModelWithResponseStream", "StartAsyncInvoke",
    ),
}  # fmt: skip
UNNAMED = {
    "bedrock.amazonaws.com": ("ApplyGuardrail", "CreateEvaluationJob", "CreateModelCustomizationJob"),
    "bedrock-agent.amazonaws.com": ("IngestKnowledgeBaseDocuments", "StartIngestionJob"),
    "bedrock-agent-runtime.amazonaws.com": (
        "GenerateQuery", "InvokeAgent", "InvokeFlow", "InvokeInlineAgent", "OptimizePrompt", "PutInvocationStep",
        "Rerank", "Retrieve", "RetrieveAndGenerate", "RetrieveAndGenerateStream", "StartFlowExecution",
    ),
    "bedrock-agentcore.amazonaws.com": ("InvokeAgentRuntime", "InvokeCodeInterpreter", "RetrieveMemoryRecords"),
    "bedrock-data-automation-runtime.amazonaws.com": ("InvokeDataAutomationAsync",),
    "bedrock-mantle.amazonaws.com": ("CreateInference", "CreateResponse", "AnythingElse"),
}  # fmt: skip
NO_INFERENCE = {
    "bedrock.amazonaws.com": ("GetInferenceProfile", "ListFoundationModels", "PutFoundationModelEntitlement"),
    "s3.amazonaws.com": ("InvokeModel",),
}
OUTSIDE = ["us-east-1", "eu-west-2", "eu-central-2", "eu-isoe-west-1", "euiso-south-3r"]


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def records(operations, region, **changes):
    """Yield a record of each operation, as CloudTrail writes it."""
    for source, names in operations.items():
        for name in names:
            yield {
                "eventVersion": "1.11",
                "eventTime": "2025-01-14T10:30:00Z",
                "eventSource": source,
                "eventName": name,
                "awsRegion": region,
                "requestID": f"{source}{name}{region}",
                "eventID": f"{source}{name}{region}",
                "readOnly": True,
                "managementEvent": True,
                "recipientAccountId": "111122223333",
                "eventCategory": "Management",
                "userIdentity": {"type": "AssumedRole", "accountId": "111122223333"},
            } | changes


def findings(site, engine, told):
    told = list(told)
    site.write("trail/one.json", json.dumps({"Records": told}))
    site.source("cloudtrail", "cloudtrail", files=["trail/*.json"])
    tables = open_snapshot(site.snapshot()).tables
    parameters, problems = CONTROL.metadata.effective({"declared_regions": ["eu-central-1", "eu-west-1"]})
    assert not problems
    case = Case(CONTROL, "test", "", parameters, WINDOW, COLLECTED_AT, {}, [])
    return decide_tables(PACK, case, tables, engine)


def test_a_bare_model_in_a_declared_region_passes(site, engine):
    told = list(records(NAMED, "eu-central-1", requestParameters={"modelId": BARE}))
    (found,) = findings(site, engine, told)
    assert (found.verdict.value, found.members) == ("pass", len(told))


def test_a_profile_without_a_destination_is_not_decided(site, engine):
    told = list(records(NAMED, "eu-central-1", requestParameters={"modelId": PROFILE}))
    (found,) = findings(site, engine, told)
    assert (found.verdict.value, found.reason, found.members) == ("inconclusive", "destination_unknown", len(told))


def test_a_profile_with_a_destination_goes_there(site, engine):
    stated = {"requestParameters": {"modelId": PROFILE}}
    inside = records(NAMED, "eu-central-1", **stated, additionalEventData={"inferenceRegion": "eu-west-1"})
    outside = records(NAMED, "eu-west-1", **stated, additionalEventData={"inferenceRegion": "eu-north-1"})
    found = {one.resource.rpartition(" ")[2]: one for one in findings(site, engine, [*inside, *outside])}
    assert (found["eu-west-1"].verdict.value, found["eu-north-1"].verdict.value) == ("pass", "fail")


def test_what_names_no_model_is_not_decided(site, engine):
    told = list(records(UNNAMED, "eu-central-1"))
    found = findings(site, engine, told)
    assert sum(one.members for one in found) == len(told)
    assert {(one.verdict.value, one.reason) for one in found} == {("inconclusive", "destination_unknown")}


@pytest.mark.parametrize("region", OUTSIDE)
def test_none_of_them_passes_elsewhere(region, site, engine):
    told = [
        *records(NAMED, region, requestParameters={"modelId": BARE}),
        *records(UNNAMED, region, requestParameters={"modelId": None}),
    ]
    found = findings(site, engine, told)
    assert sum(one.members for one in found) == len(told)
    assert {one.verdict.value for one in found} == {"fail"}


def test_the_platform_of_a_models_maker_leads_to_no_region_of_the_eu(site, engine):
    (found,) = findings(
        site, engine, records({"aws-external-anthropic.amazonaws.com": ("CreateMessage",)}, "eu-west-1")
    )
    assert (found.verdict.value, found.reason) == ("fail", "unbounded_destination")


def test_what_is_no_inference_is_none(site, engine):
    (found,) = findings(site, engine, records(NO_INFERENCE, "us-east-1"))
    assert (found.resource, found.verdict.value) == ("(population)", "inconclusive")
