"""The traps of AWS that make an auditor pass what is wrong, each at the verdict of the control that it is set for."""

import pytest

from auditor.adapters.rego.wasm import WasmEngine
from auditor.model import Window
from policies.deciding import (
    ACCOUNT,
    ANSWERED,
    CELL,
    DECLARED,
    END,
    PLACE,
    START,
    answer,
    call,
    decided,
    profile,
    verdict,
)
from policies.shipped_cases import PACK

STATE = {"cells": [CELL], "max_age_seconds": 900}
REACH = STATE | {"declared_regions": DECLARED}
CALLED = {"declared_regions": DECLARED}
GLOBAL = f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:inference-profile/global.anthropic.claude-sonnet-4-20250514-v1:0"
SIX = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"]
EU = {
    region: f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/eu.anthropic.claude"
    for region in [*SIX, "eu-west-2"]
}
APPLICATION = f"arn:aws:bedrock:eu-central-1:{ACCOUNT}:application-inference-profile/abc123"
LOOK_ALIKES = ["eu-west-2", "eu-central-2", "eu-isoe-west-1", "euiso-south-3r", "eu-west-1a", "eu", "EU-WEST-1", ""]
LISTED = {"source_answers": [answer("ListInferenceProfiles")]}
TRAIL = f"arn:aws:cloudtrail:eu-central-1:{ACCOUNT}:trail/all"
GROUP = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:inference"


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def test_trap_01_a_global_profile_names_its_source_and_an_empty_region(engine):
    rows = profile(GLOBAL, "eu-west-1", "", region="eu-west-1")
    unbounded = ("fail", "unbounded_destination")
    assert verdict(engine, "residency.profile_destinations", REACH, LISTED | {"inference_profiles": rows}) == unbounded
    for stated in (None, "eu-west-1"):
        made = [call("eu-west-1", GLOBAL, inference_region=stated)]
        tables = {"inference_profiles": rows, "audit_events": made}
        assert verdict(engine, "residency.inference_in_declared_regions", CALLED, tables) == unbounded
        renamed = {"audit_events": [call("eu-west-1", "eu.plain", inference_region=stated)]}
        renamed["inference_profiles"] = profile(
            EU["eu-west-1"], "eu-west-1", "", region="eu-west-1", profile="eu.plain"
        )
        assert verdict(engine, "residency.inference_in_declared_regions", CALLED, renamed) == unbounded


def test_trap_02_where_a_profile_goes_depends_on_where_it_is_called(engine):
    inside = profile(EU["eu-central-1"], *SIX)
    london = profile(EU["eu-west-2"], *SIX, "eu-west-2", region="eu-west-2")
    parameters = REACH | {"declared_regions": SIX}
    tables = LISTED | {"inference_profiles": inside + london}
    found = decided(engine, "residency.profile_destinations", parameters, tables)
    assert found[f"{ACCOUNT} eu-central-1 {EU['eu-central-1']}"].verdict.value == "pass"
    assert found[f"{ACCOUNT} eu-west-2 {EU['eu-west-2']}"].reason == "other_region"
    tables["audit_events"] = [call("eu-central-1", "eu.anthropic.claude"), call("eu-west-2", "eu.anthropic.claude")]
    found = decided(engine, "residency.inference_in_declared_regions", {"declared_regions": SIX}, tables)
    assert {one.verdict.value for resource, one in found.items() if " eu-west-2 " in resource} == {"fail"}
    assert {one.verdict.value for resource, one in found.items() if " eu-central-1 " in resource} == {"pass"}


def test_trap_02_an_application_profile_is_known_by_its_arn_alone(engine):
    made = {"audit_events": [call("eu-central-1", APPLICATION)]}
    control = "residency.inference_in_declared_regions"
    assert verdict(engine, control, CALLED, made) == ("inconclusive", "destination_unknown")
    for destinations, expected in ((DECLARED, "pass"), ([*DECLARED, "us-east-1"], "fail")):
        rows = profile(APPLICATION, *destinations, type="APPLICATION")
        assert verdict(engine, control, CALLED, made | {"inference_profiles": rows})[0] == expected
    other = profile(APPLICATION.replace("abc123", "zabc123"), *DECLARED, type="APPLICATION")
    assert verdict(engine, control, CALLED, made | {"inference_profiles": other})[0] == "inconclusive"


@pytest.mark.parametrize("region", LOOK_ALIKES)
def test_trap_03_what_begins_with_eu_is_not_therefore_declared(region, engine):
    link = ANSWERED | {"arn": "arn:aws:s3:::b", "kind": "replication", "destination": "d", "enabled": True}
    tables = {"resource_links": [link | {"destination_region": region}], "source_answers": [answer("ListBuckets")]}
    assert verdict(engine, "residency.destinations_in_declared_regions", REACH, tables)[0] == "fail"
    tables["resource_links"][0] |= {"kind": "key"}
    assert verdict(engine, "residency.keys_in_declared_regions", REACH, tables)[0] == "fail"
    rows = profile(EU["eu-central-1"], "eu-central-1", region)
    assert verdict(engine, "residency.profile_destinations", REACH, LISTED | {"inference_profiles": rows})[0] == "fail"
    made = {"audit_events": [call(region, "anthropic.claude")]}
    assert verdict(engine, "residency.inference_in_declared_regions", CALLED, made)[0] == "fail"
    records = STATE | {"record_sources": ["records"]}
    collected = {"source": "records", "call": "read_files", "status": "ok", "pages": 1, "records": 1, "duplicates": 0}
    made |= {
        "source_answers": [answer("ListBuckets")],
        "coverage": [collected | {"collected_at": "2025-01-14T11:00:00Z"}],
    }
    assert verdict(engine, "transfers.recorded", records, made)[0] == "fail"


def test_trap_04_the_other_door_is_seen_though_the_log_of_bedrock_is_silent(engine):
    point = ANSWERED | {
        "namespace": "AWS/BedrockMantle",
        "metric": "Inferences",
        "dimensions": "",
        "period_us": 60_000_000,
    }
    point |= {"event_time": "2025-01-14T09:30:00Z"}
    question = answer("GetMetricData", "AWS/BedrockMantle/Inferences", answered_at="2025-01-14T10:00:00Z")
    question |= {"asked_from": START.isoformat(), "asked_until": END.isoformat()}
    control, cells = "bedrock.mantle_covered", {"cells": [CELL]}
    listing = answer("ListMetrics", "AWS/BedrockMantle/Inferences", answered_at="2025-01-14T10:00:00Z")
    assert verdict(engine, control, cells, {"source_answers": [question]}) == ("inconclusive", "metric_unlisted")
    assert verdict(engine, control, cells, {"source_answers": [question, listing]}) == ("pass", "door_unused")
    assert verdict(engine, control, cells, {}) == ("inconclusive", "metric_unasked")
    used = {"source_answers": [question], "datapoints": [point]}
    assert verdict(engine, control, cells, used) == ("fail", "door_uncovered")
    event = call("eu-central-1", None, "CreateInference", event_source="bedrock-mantle.amazonaws.com")
    assert verdict(engine, control, cells, {"audit_events": [event]}) == ("fail", "door_uncovered")
    through = {"audit_events": [event]}
    assert verdict(engine, "residency.inference_in_declared_regions", CALLED, through)[0] == "inconclusive"


def test_trap_05_a_trail_that_records_only_writes_has_seen_no_inference(engine):
    trail = ANSWERED | {"arn": TRAIL, "home_region": "eu-central-1", "multi_region": True, "validation": True}
    trail |= {"bucket": "b", "prefix": "", "logging": True, "digest_at": "2025-01-14T09:30:00Z"}
    selector = ANSWERED | {"arn": TRAIL, "selector": 1, "category": "Management", "writes": True}
    selector |= {"excluded_sources": "", "resource_types": "", "narrowed": False}
    answers = [answer("DescribeTrails"), answer("GetTrailStatus", TRAIL), answer("GetEventSelectors", TRAIL)]
    for reads, expected in ((True, "pass"), (False, "fail")):
        tables = {"trails": [trail], "trail_selectors": [selector | {"reads": reads}], "source_answers": answers}
        (found,) = decided(engine, "trail.records_inference", STATE, tables).values()
        assert found.verdict.value == expected, found
    assert found.reason == "trail_records_no_reads"
    # And what such a trail holds of inference, nothing, is no proof that there was none.
    (silent,) = decided(engine, "residency.inference_in_declared_regions", CALLED, {}).values()
    assert silent.verdict.value == "inconclusive"


@pytest.mark.parametrize(("days", "expected"), [(180, "fail"), (365, "pass"), (None, "pass")])
def test_trap_08_180_days_are_less_than_six_months(days, expected, engine):
    rule = ANSWERED | {
        "arn": GROUP,
        "basis": "log_group",
        "rule": "",
        "days": days,
        "oldest_at": "2024-01-14T10:00:00Z",
    }
    tables = {"retention_rules": [rule], "source_answers": [answer("DescribeLogGroups")]}
    live = Window(START.replace(year=2024), END)
    parameters = STATE | {"resources": [GROUP]}
    assert verdict(engine, "retention.at_least", parameters, tables, window=live)[0] == expected


def test_trap_08_what_never_expires_is_long_enough_and_too_long(engine):
    rule = ANSWERED | {"arn": GROUP, "basis": "log_group", "rule": "", "data_class": "chat", "days": None}
    tables = {"retention_rules": [rule], "source_answers": [answer("DescribeLogGroups")]}
    parameters = STATE | {"classes": ["chat"], "max_days": [90]}
    assert verdict(engine, "retention.bounded", parameters, tables) == ("fail", "never_deleted")


def test_trap_08_six_months_cannot_be_declared_to_be_180_days(engine):
    rule = ANSWERED | {"arn": GROUP, "basis": "log_group", "rule": "", "days": 180, "oldest_at": "2024-01-14T10:00:00Z"}
    tables = {"retention_rules": [rule], "source_answers": [answer("DescribeLogGroups")]}
    parameters = STATE | {"resources": [GROUP], "min_days": 180}
    found = decided(engine, "retention.at_least", parameters, tables, window=Window(START.replace(year=2024), END))
    assert {one.reason for one in found.values()} == {"config"}


def test_nothing_that_was_not_asked_passes(engine):
    for control, more in {
        "residency.destinations_in_declared_regions": {"declared_regions": DECLARED},
        "residency.keys_in_declared_regions": {"declared_regions": DECLARED},
        "residency.profile_destinations": {"declared_regions": DECLARED},
        "residency.regions_recorded": {},
        "residency.regions_bounded": {"declared_regions": DECLARED, "targets": ["r-1"]},
        "bedrock.guardrail_redacts": {"guardrails": ["g:1"], "types": ["EMAIL"]},
        "bedrock.calls_logged": {},
        "protection.encrypted": {"key_managers": ["customer"]},
        "protection.public_blocked": {"services": ["s3"]},
        "retention.bounded": {"classes": ["chat"], "max_days": [90]},
        "retention.at_least": {"resources": [GROUP]},
        "transfers.recorded": {"record_sources": ["records"]},
    }.items():
        nothing = decided(engine, control, STATE | more, {})
        assert {one.verdict.value for one in nothing.values()} == {"inconclusive"}, control
        refused = {"source_answers": [answer("ListBuckets", status="denied")]}
        found = decided(engine, control, STATE | more, refused)
        assert "fail" not in {one.verdict.value for one in found.values()}, control
        assert f"{CELL} ListBuckets" in found, control
        assert found[f"{CELL} ListBuckets"].verdict.value == "inconclusive"


def test_facts_of_another_place_answer_for_no_cell(engine):
    elsewhere = [answer("ListBuckets", **(PLACE | {"region": "eu-west-1"}))]
    found = decided(engine, "residency.destinations_in_declared_regions", REACH, {"source_answers": elsewhere})
    assert found[CELL].verdict.value == "inconclusive"
