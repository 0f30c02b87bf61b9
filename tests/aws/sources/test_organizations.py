"""Service control policies: what they leave open of the regions, of whom, and whether calls of Bedrock are among it."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest

from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor_collectors.answers import Answer, Page
from auditor_collectors.aws.sources import policy_pages
from auditor_collectors.aws.sources.organizations import OrganizationCollector
from auditor_collectors.aws.sources.policy_pages import Bound
from aws.sources.asked import answers, calls
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

COLLECTOR = OrganizationCollector()
ASKED = Answer("o", "DescribePolicy", ACCOUNT, HOME, COLLECTED_AT, "ok", (), {})
EU = ("eu-central-1", "eu-west-1")
POLICY = "p-12345678"
ROOT = "r-abcd"


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def statement(regions: Any = EU, operator: str = "StringNotEquals", **more: Any) -> dict[str, Any]:
    condition = {operator: {"aws:RequestedRegion": list(regions)}}
    return {"Effect": "Deny", "Resource": "*", "Condition": condition} | (more or {"Action": "*"})


def policy(*statements: Any) -> dict[str, Any]:
    content = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return {"Policy": {"PolicySummary": {"Id": POLICY}, "Content": content}}


def bounds(*statements: Any) -> list[Bound]:
    return policy_pages.bounds(ASKED, [Page("page", policy(*statements))])


def conditions(**more: Any) -> dict[str, Any]:
    return {"StringNotEquals": {"aws:RequestedRegion": list(EU)}} | more


BOUND = Bound(EU, covers_bedrock=True, denies_unspecified=True, exempts=False)
GLOBAL = statement(["unspecified"], "StringEquals", Action="bedrock:*")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement()], BOUND),
        ([statement(operator="StringNotLike")], BOUND),
        ([statement(operator="StringNotEqualsIfExists")], BOUND),
        ([statement(operator="ForAnyValue:StringNotEquals")], BOUND),
        ([statement(Action=["s3:*", "bedrock:*"])], BOUND),
        ([statement(Action=["BEDROCK:*"])], BOUND),
        ([statement(NotAction=["iam:*", "sts:*"])], BOUND),
        ([statement(NotAction=["iam:*", "bedrock:*"])], BOUND._replace(covers_bedrock=False, denies_unspecified=False)),
        ([statement(NotAction=["bedrock:Invoke*"])], BOUND._replace(covers_bedrock=False, denies_unspecified=False)),
        ([statement(Action="bedrock:InvokeModel")], BOUND._replace(covers_bedrock=False, denies_unspecified=False)),
        ([statement([*EU, "unspecified"])], BOUND._replace(allowed=(*EU, "unspecified"), denies_unspecified=False)),
        ([statement([*EU, "unspecified"]), GLOBAL], BOUND._replace(allowed=(*EU, "unspecified"))),
        ([statement(["*"], "StringNotLike")], BOUND._replace(allowed=("*",), denies_unspecified=False)),
        ([statement(["eu-*"], "StringNotLike")], BOUND._replace(allowed=("eu-*",))),
        ([statement(), statement(["eu-central-1", "us-east-1"])], BOUND._replace(allowed=("eu-central-1",))),
        ([statement(["us-east-1"], Action="s3:*"), statement()], BOUND),
        ([statement(Condition=conditions(ArnNotLike={"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}), Action="*")],
         BOUND._replace(exempts=True)),
        ([statement(Condition={"StringNotEquals": {"AWS:requestedregion": "eu-west-1"}}, Action="*")],
         BOUND._replace(allowed=("eu-west-1",))),
    ],
)  # fmt: skip
def test_a_policy_leaves_open_what_each_of_its_statements_leaves_open(statements, expected):
    assert bounds(*statements) == [expected]


@pytest.mark.parametrize(
    "one",
    [
        statement(["us-east-1"], "StringEquals"),
        GLOBAL,
        statement(Effect="Allow", Action="*"),
        statement(Resource="arn:aws:s3:::b", Action="*"),
        {"Effect": "Deny", "Resource": "*", "Action": "*"},
        statement(Condition={"Null": {"aws:RequestedRegion": "true"}}, Action="*"),
        statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": False}}, Action="*"),
        statement(Condition=conditions(StringNotLike={"aws:RequestedRegion": "us-*"}), Action="*"),
    ],
)
def test_what_denies_some_regions_or_something_else_bounds_nothing(one):
    assert bounds(one) == []


def test_one_statement_that_stands_alone_is_read_as_a_list_of_one():
    content = json.dumps({"Version": "2012-10-17", "Statement": statement()})
    assert policy_pages.bounds(ASKED, [Page("page", {"Policy": {"Content": content}})]) == [BOUND]


@pytest.mark.parametrize("content", ["{", '{"Statement": [1]}', '{"Statement": [{"Effect": "Deny", "Condition": 1}]}'])
def test_a_policy_that_is_not_understood_is_refused(content):
    with pytest.raises(CollectionError, match="page, Content"):
        policy_pages.bounds(ASKED, [Page("page", {"Policy": {"Content": content}})])


def listed(stubs: Stubs, *ids: str) -> None:
    summaries = [{"Id": one, "Type": "SERVICE_CONTROL_POLICY"} for one in ids]
    stubs.answer("organizations", "ListPolicies", {"Policies": summaries}, {"Filter": "SERVICE_CONTROL_POLICY"})


def test_a_policy_is_a_row_for_each_thing_it_is_attached_to(stubs, tmp_path):
    listed(stubs, "p-FullAWSAccess", POLICY)
    stubs.answer("organizations", "DescribePolicy", policy({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    stubs.answer("organizations", "DescribePolicy", policy(statement()))
    targets = [{"TargetId": ROOT, "Name": "jo@example.com"}, {"TargetId": ACCOUNT, "Name": "x"}]
    stubs.answer("organizations", "ListTargetsForPolicy", {"Targets": targets})
    found = rows_of(COLLECTOR, {"management_account": ACCOUNT}, tmp_path, stubs)
    assert {(row["policy"], row["target"], row["allowed"]) for row in found["region_policies"]} == {
        (POLICY, ACCOUNT, "eu-central-1,eu-west-1"),
        (POLICY, ROOT, "eu-central-1,eu-west-1"),
    }
    assert answers(found)["DescribePolicy", "p-FullAWSAccess"] == "ok"
    assert "jo@example.com" not in str(found)


def test_all_policies_of_a_target_are_as_old_as_the_listing_that_named_them(stubs, tmp_path, monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr(CollectContext, "now", lambda _context: COLLECTED_AT + timedelta(seconds=next(seconds)))
    listed(stubs, POLICY, "p-87654321")
    for _ in range(2):
        stubs.answer("organizations", "DescribePolicy", policy(statement()))
        stubs.answer("organizations", "ListTargetsForPolicy", {"Targets": [{"TargetId": ROOT}]})
    found = rows_of(COLLECTOR, {"management_account": ACCOUNT}, tmp_path, stubs)
    [at] = {row["answered_at"] for row in found["source_answers"] if row["call"] == "ListPolicies"}
    assert [row["answered_at"] for row in found["region_policies"]] == [at, at]
    assert len({row["answered_at"] for row in found["source_answers"]}) == 5


@pytest.mark.parametrize("call", ["ListPolicies", "DescribePolicy", "ListTargetsForPolicy"])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", "denied"),
        ("AWSOrganizationsNotInUseException", "disabled"),
        ("ServiceException", "failed"),
    ],
)
def test_a_call_that_is_refused_bounds_nothing_and_is_said(stubs, tmp_path, call, code, status):
    steps = (
        ("ListPolicies", {"Policies": [{"Id": POLICY}]}),
        ("DescribePolicy", policy(statement())),
        ("ListTargetsForPolicy", {"Targets": [{"TargetId": ROOT}]}),
    )
    for name, response in steps:
        if name == call:
            stubs.refuse("organizations", name, code)
            break
        stubs.answer("organizations", name, response)
    found = rows_of(COLLECTOR, {"management_account": ACCOUNT}, tmp_path, stubs)
    assert "region_policies" not in found
    assert calls(found)[HOME, call] == status
    assert answers(found)[call, "" if call == "ListPolicies" else POLICY] == status
