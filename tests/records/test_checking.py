"""The models of records and their published JSON Schemas say the same; jsonschema is the judge of the schemas."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from typing import get_args

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from auditor.errors import CollectionError
from auditor.records import documents
from auditor.records.checking import SCHEMAS, record_of, schema_text, unsaid
from auditor.records.documents import KINDS
from auditor.tables import TABLES

ROOT = Path(__file__).parents[2]
ARN = "arn:aws:dynamodb:eu-central-1:111122223333:table/tickets"
WHOLE = {
    "register": {
        "kind": "register",
        "reviewed": "2025-01-02",
        "activities": [
            {
                "activity": "support",
                "controller": "Example GmbH, Berlin; its data protection officer: dpo@example.org",
                "purposes": ["answers"],
                "data_subjects": ["customers"],
                "personal_data": ["contact"],
                "recipients": ["processors"],
                "transfers": [],
                "retention": "90 days after the ticket was closed",
                "security": "encrypted, access by role",
                "systems": [ARN],
            }
        ],
    },
    "processors": {
        "kind": "processors",
        "reviewed": "2025-01-02",
        "processors": [
            {
                "vendor": "aws",
                "names": ["aws", "bedrock"],
                "contract_signed": "2024-01-10",
                "contract_until": "2026-12-31",
                "subprocessors": [{"subprocessor": "example-support", "country": "NO"}],
            },
            {"vendor": "mcp", "names": ["mcp"], "relation": "own"},
        ],
    },
    "assessments": {
        "kind": "assessments",
        "reviewed": "2025-01-02",
        "assessments": [
            {
                "assessment": "dpia-1",
                "covers": ["support", "anthropic.claude-3-5-sonnet-20241022-v2:0"],
                "made": "2025-01-02",
                "approved": "2025-01-03",
                "residual_risk": "medium",
            }
        ],
    },
    "transfers": {
        "kind": "transfers",
        "reviewed": "2025-01-02",
        "transfers": [
            {
                "record": "t-1",
                "vendor": "aws",
                "destinations": [{"country": "US", "region": "us-east-1"}, {"country": "JP"}],
                "mechanism": "adequacy",
                "decided": "2024-01-10",
                "valid_until": "2026-01-09",
            }
        ],
    },
    "purposes": {
        "kind": "purposes",
        "reviewed": "2025-01-02",
        "purposes": [{"purpose": "answers", "lawful_basis": "contract"}],
    },
}
# Kind, path to what is changed, value (... takes it away), and the path of the problem.
WRONG = [
    ("register", ("reviewed",), "2025-02-30", "reviewed"),
    ("register", ("reviewed",), "14.01.2025", "reviewed"),
    ("register", ("reviewed",), "20250114", "reviewed"),
    ("register", ("reviewed",), 20250114, "reviewed"),
    ("register", ("reviewed",), ..., "reviewed"),
    ("register", ("activities",), ..., "activities"),
    ("register", ("activities", 0, "purpose"), "x", "activities[0].purpose"),
    ("register", ("activities", 0, "activity"), "Jane Doe", "activities[0].activity"),
    ("register", ("activities", 0, "activity"), "jane@example.org", "activities[0].activity"),
    ("register", ("activities", 0, "activity"), 7, "activities[0].activity"),
    ("register", ("activities", 0, "systems", 0), "table/tickets", "activities[0].systems[0]"),
    ("register", ("activities", 0, "retention"), 90, "activities[0].retention"),
    ("register", ("activities", 0, "transfers"), "none", "activities[0].transfers"),
    ("processors", ("processors", 0, "names"), [], "processors[0].names"),
    ("processors", ("processors", 0, "relation"), "controller", "processors[0].relation"),
    (
        "processors",
        ("processors", 0, "subprocessors", 0, "country"),
        "Norway",
        "processors[0].subprocessors[0].country",
    ),
    ("processors", ("processors", 0, "contract_signed"), "", "processors[0].contract_signed"),
    ("assessments", ("assessments", 0, "required"), "yes", "assessments[0].required"),
    ("assessments", ("assessments", 0, "residual_risk"), "none", "assessments[0].residual_risk"),
    ("assessments", ("assessments", 0, "covers"), [], "assessments[0].covers"),
    ("transfers", ("transfers", 0, "mechanism"), "privacy_shield", "transfers[0].mechanism"),
    ("transfers", ("transfers", 0, "destinations", 0, "region"), "us", "transfers[0].destinations[0].region"),
    ("purposes", ("purposes", 0, "lawful_basis"), "", "purposes[0].lawful_basis"),
]


def changed(kind, path, value):
    document = copy.deepcopy(WHOLE[kind])
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def judge(kind):
    schema = json.loads(schema_text(kind))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_the_published_schemas_are_those_of_the_models():
    spec = importlib.util.spec_from_file_location("make_record_schemas", ROOT / "tools" / "make_record_schemas.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{kind}.schema.json" for kind in KINDS}
    assert all(schema_text(kind) == tool.schema(kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "write"), [("r.json", json.dumps), ("r.yaml", yaml.safe_dump)])
def test_a_whole_record_is_read_and_the_judge_agrees(kind, name, write):
    record = record_of(name, write(WHOLE[kind]).encode())
    assert record.kind == kind
    assert list(unsaid(record)) == []
    assert list(judge(kind).iter_errors(WHOLE[kind])) == []


@pytest.mark.parametrize(("kind", "path", "value", "place"), WRONG)
def test_what_is_wrong_is_named_by_its_path_and_the_judge_agrees(kind, path, value, place):
    document = changed(kind, path, value)
    with pytest.raises(CollectionError) as error:
        record_of("r.json", json.dumps(document).encode())
    assert [line.split(":")[0] for line in error.value.message.splitlines()[1:]] == [f"  - {place}"]
    assert list(judge(kind).iter_errors(document))


def test_every_problem_is_named_at_once():
    document = changed("register", ("reviewed",), "never")
    document["activities"][0] |= {"activity": "", "bogus": 1}
    with pytest.raises(CollectionError) as error:
        record_of("r.json", json.dumps(document).encode())
    assert len(error.value.message.splitlines()) == 4


@pytest.mark.parametrize("kind", ["ropa", None, 1, ["register"]])
def test_another_kind_is_refused(kind):
    with pytest.raises(CollectionError, match="expected one of register, processors"):
        record_of("r.json", json.dumps({"kind": kind}).encode())


@pytest.mark.parametrize("name", ["controller", "retention", "security", "recipients", "transfers"])
@pytest.mark.parametrize("value", [..., None])
def test_what_a_register_leaves_out_is_said(name, value):
    record = record_of("r.json", json.dumps(changed("register", ("activities", 0, name), value)).encode())
    assert list(unsaid(record)) == [f"activities[0] (support): {name} is not stated"]


@pytest.mark.parametrize(
    ("name", "value", "letter"),
    [
        ("controller", " \n", "controller"),
        ("purposes", [], "purposes"),
        ("data_subjects", [], "categories"),
        ("personal_data", [" "], "categories"),
        ("recipients", ["processors", ""], "recipients"),
    ],
)
def test_a_blank_says_nothing(name, value, letter):
    record = record_of("r.json", json.dumps(changed("register", ("activities", 0, name), value)).encode())
    assert list(unsaid(record)) == [f"activities[0] (support): {letter} is not stated"]


def test_what_a_processor_leaves_out_is_said_and_an_own_system_needs_nothing():
    document = copy.deepcopy(WHOLE["processors"])
    del document["processors"][0]["contract_signed"], document["processors"][0]["subprocessors"]
    assert list(unsaid(record_of("r.json", json.dumps(document).encode()))) == [
        "processors[0] (aws): contract_signed is not stated",
        "processors[0] (aws): subprocessors are not listed",
    ]


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("transfer_records", "mechanism", get_args(documents.Mechanism)),
        ("assessments", "residual_risk", ("low", "medium", "high")),
        ("processors", "relation", ("processor", "own")),
    ],
)
def test_the_models_know_the_values_of_the_tables(table, column, values):
    [declared] = [one for one in TABLES[table].columns if one.name == column]
    assert declared.values == values
