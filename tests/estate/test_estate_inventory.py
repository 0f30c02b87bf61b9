"""The inventory and the findings of the example company: honest counts, and incidents that change what they say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from auditor.estate import inventory

START = datetime(2025, 1, 14, 10, tzinfo=UTC)
FIRST, LAST = START - timedelta(minutes=5), START + timedelta(minutes=125)
RESOURCES, CALLS = "inventory/resources.jsonl", "inventory/calls.jsonl"
FINDINGS, BEATS = "findings/securityhub.json", "heartbeats/securityhub.jsonl"
EXPORTS = "findings/calls.jsonl"


def written(*incidents):
    return inventory.files(START, FIRST, LAST, incidents)


def lines(files, name):
    return [json.loads(line) for line in files[name].splitlines()]


def findings(files):
    return json.loads(files[FINDINGS])["Findings"]


def test_calls_and_beats_counted_what_the_files_hold():
    files = written()
    assert sum(one["records"] for one in lines(files, CALLS)) == len(lines(files, RESOURCES)) >= 10
    assert sum(one["records"] for one in lines(files, BEATS)) == len(findings(files)) >= 5
    assert {one["region"] for one in lines(files, CALLS)} == {one["region"] for one in lines(files, BEATS)}
    assert sum(one["records"] for one in lines(files, EXPORTS)) == len(findings(files))
    assert {one["region"] for one in lines(files, EXPORTS)} == {one["region"] for one in lines(files, BEATS)}


def test_no_finding_of_a_healthy_day_is_an_alert():
    assert not {"HIGH", "CRITICAL"} & {one["Severity"]["Label"] for one in findings(written())}


@pytest.mark.parametrize("name", inventory.STRAYS)
def test_a_stray_store_is_one_more_and_is_listed(name):
    healthy, found = written(), written(name)
    assert lines(found, RESOURCES)[:-1] == lines(healthy, RESOURCES)
    stray = lines(found, RESOURCES)[-1]
    assert stray["awsRegion"] not in inventory.HOME_REGIONS
    assert sum(one["records"] for one in lines(found, CALLS)) == len(lines(found, RESOURCES))
    assert (found[FINDINGS], found[BEATS]) == (healthy[FINDINGS], healthy[BEATS])


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("inventory_denied", {CALLS}),
        ("inventory_cut_short", {RESOURCES}),
        ("security_alert", {FINDINGS, BEATS, EXPORTS}),
        ("alert_suppressed", {FINDINGS, BEATS, EXPORTS}),
        ("sample_alert", {FINDINGS, EXPORTS}),
        ("findings_feed_dead", {BEATS}),
        ("findings_lost", {FINDINGS, EXPORTS}),
        ("findings_exported_early", {EXPORTS}),
        ("inventory_old", {CALLS}),
        ("inventory_undated", {CALLS}),
        ("region_leak", set()),
    ],
)
def test_an_incident_changes_these_files_only(name, changed):
    healthy, found = written(), written(name)
    assert {path for path in healthy if healthy[path] != found[path]} == changed


def test_a_suppressed_alert_is_exported_before_and_after():
    versions = [one for one in findings(written("alert_suppressed")) if one["Severity"]["Label"] == "HIGH"]
    assert [one["Workflow"]["Status"] for one in versions] == ["NEW", "SUPPRESSED"]
    assert len({(one["Id"], one["CreatedAt"]) for one in versions}) == 1
