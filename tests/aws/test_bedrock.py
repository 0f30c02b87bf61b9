"""Bedrock of a region: where its profiles go, what its guardrails do, where calls are logged, what it keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.errors import CollectionError
from auditor_collectors import bedrock_pages
from auditor_collectors.answers import Answer, Page
from auditor_collectors.aws.sources.bedrock import BedrockCollector
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

COLLECTOR = BedrockCollector()
AT = datetime(2025, 1, 10, tzinfo=UTC)
MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"
REGIONAL = f"arn:aws:bedrock:{HOME}::foundation-model/{MODEL}"
ANYWHERE = f"arn:aws:bedrock:::foundation-model/{MODEL}"
MINE = f"arn:aws:bedrock:{HOME}:{ACCOUNT}:application-inference-profile/4fz0abc1"
GUARDRAIL = f"arn:aws:bedrock:{HOME}:{ACCOUNT}:guardrail/g1"
SECRET = "Never mention Project Falcon"  # noqa: S105 - a text that nobody may read


def profile(name, *models, arn=None, kind="SYSTEM_DEFINED"):
    return {
        "inferenceProfileName": name,
        "description": SECRET,
        "inferenceProfileArn": arn or f"arn:aws:bedrock:{HOME}:{ACCOUNT}:inference-profile/{name}",
        "models": [{"modelArn": one} for one in models],
        "inferenceProfileId": name,
        "status": "ACTIVE",
        "type": kind,
    }


def guardrail(version, **policy):
    return {
        "name": "support",
        "description": SECRET,
        "guardrailId": "g1",
        "guardrailArn": GUARDRAIL,
        "version": version,
        "status": "READY",
        "topicPolicy": {"topics": [{"name": "t", "definition": SECRET, "examples": [SECRET], "type": "DENY"}]},
        "wordPolicy": {"words": [{"text": SECRET}]},
        "sensitiveInformationPolicy": policy,
        "createdAt": AT,
        "updatedAt": AT,
        "blockedInputMessaging": SECRET,
        "blockedOutputsMessaging": SECRET,
    }


def listed(version):
    return {
        "id": "g1",
        "arn": GUARDRAIL,
        "status": "READY",
        "name": "support",
        "version": version,
        "createdAt": AT,
        "updatedAt": AT,
    }


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def answered(stubs, **changes):
    """Answer every call of a region, with nothing in it but what ``changes`` says of the call."""
    empty = {
        "ListFoundationModels": {"modelSummaries": []},
        "GetModelInvocationLoggingConfiguration": {},
        "ListProvisionedModelThroughputs": {"provisionedModelSummaries": []},
        "ListCustomModels": {"modelSummaries": []},
        "ListModelInvocationJobs": {"invocationJobSummaries": []},
    }
    for name, nothing in empty.items():
        reply(stubs, "bedrock", name, changes.get(name, nothing))
    reply(stubs, "bedrock", "ListInferenceProfiles", changes.get("system", {"inferenceProfileSummaries": []}))
    reply(stubs, "bedrock", "ListInferenceProfiles", changes.get("mine", {"inferenceProfileSummaries": []}))
    if "profile" in changes:
        reply(stubs, "bedrock", "GetInferenceProfile", changes["profile"])
    reply(stubs, "bedrock", "ListGuardrails", changes.get("guardrails", {"guardrails": []}))
    if "versions" in changes:
        reply(stubs, "bedrock", "ListGuardrails", changes["versions"])
    for one in changes.get("each", []):
        reply(stubs, "bedrock", "GetGuardrail", one)
    reply(stubs, "bedrock-agent", "ListKnowledgeBases", changes.get("bases", {"knowledgeBaseSummaries": []}))
    if "base" in changes:
        reply(stubs, "bedrock-agent", "GetKnowledgeBase", changes["base"])


def reply(stubs, service, operation, response):
    if isinstance(response, str):
        stubs.refuse(service, operation, response)
    else:
        stubs.answer(service, operation, response)


def destinations(found, name):
    return [row["destination_region"] for row in found["inference_profiles"] if row["profile"] == name]


def test_trap_01_a_model_without_a_region_stays_without_one(stubs, tmp_path):
    answered(stubs, system={"inferenceProfileSummaries": [profile("global.m", REGIONAL, ANYWHERE)]})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert destinations(found, "global.m") == ["", HOME]
    assert {row["region"] for row in found["inference_profiles"]} == {HOME}


def test_trap_01_no_name_says_where_a_profile_goes(stubs, tmp_path):
    answered(stubs, system={"inferenceProfileSummaries": [profile("eu.m", ANYWHERE), profile("global.m", REGIONAL)]})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert destinations(found, "eu.m") == [""]
    assert destinations(found, "global.m") == [HOME]


def test_trap_02_the_same_profile_goes_elsewhere_from_another_source_region(stubs, tmp_path):
    zurich = "eu-central-2"
    for region, models in ((HOME, [REGIONAL]), (zurich, [REGIONAL, REGIONAL.replace(HOME, zurich)])):
        for operation, response in (
            ("ListFoundationModels", {"modelSummaries": []}),
            ("GetModelInvocationLoggingConfiguration", {}),
            ("ListProvisionedModelThroughputs", {"provisionedModelSummaries": []}),
            ("ListCustomModels", {"modelSummaries": []}),
            ("ListModelInvocationJobs", {"invocationJobSummaries": []}),
            ("ListInferenceProfiles", {"inferenceProfileSummaries": [profile("eu.m", *models)]}),
            ("ListInferenceProfiles", {"inferenceProfileSummaries": []}),
            ("ListGuardrails", {"guardrails": []}),
        ):
            stubs.answer("bedrock", operation, response, region=region)
        stubs.answer("bedrock-agent", "ListKnowledgeBases", {"knowledgeBaseSummaries": []}, region=region)
    found = rows_of(COLLECTOR, {"regions": [HOME, zurich]}, tmp_path, stubs)
    reached = {(row["region"], row["destination_region"]) for row in found["inference_profiles"]}
    assert reached == {(HOME, HOME), (zurich, HOME), (zurich, zurich)}


def test_trap_02_a_profile_of_the_account_is_resolved_by_its_arn(stubs, tmp_path):
    mine = profile("4fz0abc1", REGIONAL, arn=MINE, kind="APPLICATION")
    more = mine | {"models": [{"modelArn": REGIONAL}, {"modelArn": ANYWHERE}]}
    answered(stubs, mine={"inferenceProfileSummaries": [mine]}, profile=more)
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert destinations(found, "4fz0abc1") == [HOME, ""]
    assert {(row["arn"], row["type"]) for row in found["inference_profiles"]} == {(MINE, "APPLICATION")}
    asked = {row["call"]: row["subject"] for row in found["source_answers"] if row["subject"]}
    assert asked == {"ListInferenceProfiles": "APPLICATION", "GetInferenceProfile": MINE}


def test_a_profile_that_may_not_be_read_is_an_answer_that_says_so(stubs, tmp_path):
    mine = profile("4fz0abc1", REGIONAL, arn=MINE, kind="APPLICATION")
    answered(stubs, mine={"inferenceProfileSummaries": [mine]}, profile="AccessDeniedException")
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    [row] = [one for one in found["source_answers"] if one["call"] == "GetInferenceProfile"]
    assert (row["subject"], row["status"], row["records"]) == (MINE, "denied", 0)


def test_a_profile_without_a_model_is_refused():
    answer = Answer("x", "ListInferenceProfiles", ACCOUNT, HOME, AT, "ok", ("p",), {})
    page = Page("p", {"inferenceProfileSummaries": [profile("eu.m")]})
    with pytest.raises(CollectionError, match="where it goes is not known"):
        bedrock_pages.profiles(answer, [page], "ok", {})


def test_the_models_and_profiles_of_a_region_are_listed_as_kept_answers_list_them(stubs, tmp_path):
    model = {"modelArn": REGIONAL, "modelId": MODEL, "modelLifecycle": {"status": "LEGACY"}}
    answered(
        stubs,
        ListFoundationModels={"modelSummaries": [model]},
        system={"inferenceProfileSummaries": [profile("eu.m", REGIONAL)]},
    )
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [(row["model"], row["kind"], row["status"]) for row in found["models"]] == [
        (MODEL, "foundation_model", "LEGACY"),
        ("eu.m", "inference_profile", "ACTIVE"),
    ]
    offered = [row["subject"] for row in found["source_answers"] if row["call"] == "ListInferenceProfiles"]
    assert offered == ["", "APPLICATION"]


def test_each_version_of_a_guardrail_is_read_and_nothing_that_people_wrote(stubs, tmp_path):
    entity = {"type": "EMAIL", "action": "ANONYMIZE", "inputAction": "NONE", "inputEnabled": True}
    regex = {"name": "steuer-id", "pattern": SECRET, "action": "BLOCK", "description": SECRET}
    both = {"piiEntities": [entity], "regexes": [regex]}
    answered(
        stubs,
        guardrails={"guardrails": [listed("DRAFT")]},
        versions={"guardrails": [listed("DRAFT"), listed("1")]},
        each=[guardrail("1", **both), guardrail("DRAFT")],
    )
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [(row["guardrail"], row["version"], row["profile_arn"]) for row in found["guardrails"]] == [
        ("g1", "1", None),
        ("g1", "DRAFT", None),
    ]
    email, tax = sorted(found["guardrail_filters"], key=lambda row: row["kind"])
    assert (email["version"], email["type"], email["input_action"], email["output_action"]) == (
        "1",
        "EMAIL",
        "NONE",
        "ANONYMIZE",
    )
    assert (email["input_enabled"], email["output_enabled"]) == (True, None)
    assert (tax["kind"], tax["type"], tax["input_action"]) == ("regex", "steuer-id", "BLOCK")
    assert not any(SECRET in path.read_text(errors="replace") for path in files(tmp_path))
    assert SECRET not in str(found)


def files(root):
    found = [path for path in root.rglob("*") if path.is_file()]
    assert found
    return found


def test_a_guardrail_that_may_not_be_read_has_no_row_but_an_answer(stubs, tmp_path):
    one = {"guardrails": [listed("1")]}
    answered(stubs, guardrails=one, versions=one, each=["AccessDeniedException"])
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert "guardrails" not in found
    [row] = [one for one in found["source_answers"] if one["call"] == "GetGuardrail"]
    assert (row["subject"], row["status"]) == ("g1/1", "denied")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, (False, None, None, None)),
        ({"loggingConfig": {"textDataDeliveryEnabled": True}}, (False, None, None, True)),
        (
            {"loggingConfig": {"s3Config": {"bucketName": "logs"}, "textDataDeliveryEnabled": False}},
            (True, None, "logs", False),
        ),
        (
            {
                "loggingConfig": {
                    "cloudWatchConfig": {"logGroupName": "/bedrock", "roleArn": "arn:aws:iam::1:role/r" * 2}
                }
            },
            (True, "/bedrock", None, None),
        ),
    ],
)
def test_where_calls_are_logged(stubs, tmp_path, config, expected):
    answered(stubs, GetModelInvocationLoggingConfiguration=config)
    [row] = rows_of(COLLECTOR, {}, tmp_path, stubs)["invocation_logging"]
    assert (row["enabled"], row["log_group"], row["bucket"], row["text_delivered"]) == expected
    assert row["answered_at"] == COLLECTED_AT


def test_what_bedrock_keeps_is_a_resource_and_where_it_writes_to_a_link(stubs, tmp_path):
    job = {
        "jobArn": f"arn:aws:bedrock:{HOME}:{ACCOUNT}:model-invocation-job/abc",
        "jobName": "nightly",
        "modelId": MODEL,
        "roleArn": "arn:aws:iam::111122223333:role/batch",
        "message": SECRET,
        "submitTime": AT,
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://tickets/in/"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://elsewhere/out/", "s3BucketOwner": "444455556666"}},
    }
    custom = {
        "modelArn": f"arn:aws:bedrock:{HOME}:{ACCOUNT}:custom-model/m.1/xyz",
        "modelName": "m",
        "creationTime": AT,
        "baseModelArn": REGIONAL,
        "baseModelName": "b",
    }
    arn = f"arn:aws:bedrock:{HOME}:{ACCOUNT}:knowledge-base/KB12345678"
    collection = f"arn:aws:aoss:us-east-1:{ACCOUNT}:collection/c"
    answered(
        stubs,
        ListModelInvocationJobs={"invocationJobSummaries": [job]},
        ListCustomModels={"modelSummaries": [custom]},
        bases={
            "knowledgeBaseSummaries": [
                {"knowledgeBaseId": "KB12345678", "name": "kb", "status": "ACTIVE", "updatedAt": AT}
            ]
        },
        base={
            "knowledgeBase": {
                "knowledgeBaseId": "KB12345678",
                "name": "kb",
                "knowledgeBaseArn": arn,
                "roleArn": "arn:aws:iam::111122223333:role/kb",
                "knowledgeBaseConfiguration": {"type": "VECTOR"},
                "storageConfiguration": {
                    "type": "OPENSEARCH_SERVERLESS",
                    "opensearchServerlessConfiguration": {
                        "collectionArn": collection,
                        "vectorIndexName": "i",
                        "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
                    },
                },
                "status": "ACTIVE",
                "createdAt": AT,
                "updatedAt": AT,
            }
        },
    )
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert {(row["resource_type"], row["kind"], row["region"]) for row in found["resources"]} == {
        ("AWS::Bedrock::CustomModel", "store", HOME),
        ("AWS::Bedrock::ModelInvocationJob", "other", HOME),
        ("AWS::Bedrock::KnowledgeBase", "store", HOME),
    }
    links = {
        (row["destination"], row["destination_account"], row["destination_region"]) for row in found["resource_links"]
    }
    assert links == {
        ("arn:aws:s3:::tickets", None, None),
        ("arn:aws:s3:::elsewhere", "444455556666", None),
        (collection, ACCOUNT, "us-east-1"),
    }


@pytest.mark.parametrize(("code", "status"), [("AccessDeniedException", "denied"), ("ValidationException", "failed")])
@pytest.mark.parametrize(
    "call",
    [
        "ListFoundationModels",
        "GetModelInvocationLoggingConfiguration",
        "ListProvisionedModelThroughputs",
        "ListCustomModels",
        "ListModelInvocationJobs",
    ],
)
def test_a_call_that_is_refused_is_a_row_and_the_others_are_asked(stubs, tmp_path, call, code, status):
    answered(stubs, **{call: code}, system={"inferenceProfileSummaries": [profile("eu.m", REGIONAL)]})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert {row["call"]: row["status"] for row in found["source_answers"]}[call] == status
    assert destinations(found, "eu.m") == [HOME]
    [covered] = [row for row in found["coverage"] if row["call"] == call]
    assert covered["status"] == status
