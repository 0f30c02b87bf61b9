"""The regions of an account are asked of it, and of EC2 where it does not answer."""

from __future__ import annotations

import pytest

from auditor.errors import CollectionError
from auditor_collectors.answers import Answer, Page
from auditor_collectors.aws.sources import region_pages
from auditor_collectors.aws.sources.regions import RegionsCollector
from aws.sources.asked import answers, calls
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

COLLECTOR = RegionsCollector()
DESCRIBED = [
    {"RegionName": "eu-central-1", "OptInStatus": "opt-in-not-required"},
    {"RegionName": "eu-south-1", "OptInStatus": "opted-in"},
    {"RegionName": "eu-south-2", "OptInStatus": "not-opted-in"},
]


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def test_the_account_is_asked_page_by_page(stubs, tmp_path):
    first = [{"RegionName": "eu-central-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]
    last = [{"RegionName": "eu-south-1", "RegionOptStatus": "DISABLING"}]
    stubs.answer("account", "ListRegions", {"Regions": first, "NextToken": "t"})
    stubs.answer("account", "ListRegions", {"Regions": last}, {"NextToken": "t"})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [(row["name"], row["opt_status"]) for row in found["regions"]] == [
        ("eu-central-1", "ENABLED_BY_DEFAULT"),
        ("eu-south-1", "DISABLING"),
    ]
    assert answers(found) == {("ListRegions", ""): "ok"}


def test_ec2_is_asked_where_the_account_does_not_answer_and_both_are_said(stubs, tmp_path):
    stubs.refuse("account", "ListRegions", "AccessDeniedException")
    stubs.answer("ec2", "DescribeRegions", {"Regions": DESCRIBED}, {"AllRegions": True})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert [(row["name"], row["opt_status"]) for row in found["regions"]] == [
        ("eu-central-1", "ENABLED_BY_DEFAULT"),
        ("eu-south-1", "ENABLED"),
        ("eu-south-2", "DISABLED"),
    ]
    assert answers(found) == {("ListRegions", ""): "denied", ("DescribeRegions", ""): "ok"}


def test_an_account_that_tells_nobody_has_no_region(stubs, tmp_path):
    stubs.refuse("account", "ListRegions", "AccessDeniedException")
    stubs.refuse("ec2", "DescribeRegions", "UnauthorizedOperation")
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert "regions" not in found
    assert (calls(found)[HOME, "ListRegions"], calls(found)[HOME, "DescribeRegions"]) == ("denied", "denied")


def test_a_status_that_is_not_known_is_refused():
    asked = Answer("a", "DescribeRegions", ACCOUNT, HOME, COLLECTED_AT, "ok", (), {})
    page = Page("page", {"Regions": [{"RegionName": "eu-central-1", "OptInStatus": "perhaps"}]})
    with pytest.raises(CollectionError, match="'perhaps'"):
        region_pages.described(asked, [page])
