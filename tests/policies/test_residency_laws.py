"""Laws of residency and transfers: only what is on a closed list passes, and what is worse never improves a verdict."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.rego.wasm import WasmEngine
from auditor.shipped import policies_dir
from policies.deciding import ACCOUNT, ANSWERED, CELL, DECLARED, answer, call, decided, profile
from policies.shipped_cases import PACK, RANK, law

STATE = {"cells": [CELL], "max_age_seconds": 900, "declared_regions": DECLARED}
ANSWERS = [answer("ListBuckets")]


def listed(name, member):
    return json.loads((policies_dir() / "lists" / f"{name}.json").read_text())[name][member]


REGIONS = listed("aws_regions", "regions")
IN_THE_EU = listed("eu_regions", "regions")
COUNTRIES = listed("aws_region_countries", "countries")
IN_THE_EEA = listed("eea_countries", "countries")
DECISIONS = listed("adequacy_decisions", "decisions")
near = st.sampled_from(REGIONS).flatmap(
    lambda region: st.sampled_from(
        [region, f"{region}a", f" {region}", region.upper(), region[:-1], f"{region}-lax-1a", region.replace("-", "_")]
    )
)
places = st.lists(st.one_of(near, st.text(max_size=12)), min_size=1, max_size=8, unique=True)


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def links(regions, kind="replication"):
    common = ANSWERED | {"kind": kind, "enabled": True, "arn": "arn:aws:s3:::b"}
    return [common | {"destination": f"d{number}", "destination_region": one} for number, one in enumerate(regions)]


def by_number(found):
    """Return the verdict of each destination, in the order in which they were given."""
    facts = {resource: one.verdict.value for resource, one in found.items() if resource != CELL}
    return {int(resource.rpartition(" (")[0].rpartition("d")[2]): value for resource, value in facts.items()}


@law()
@given(regions=places)
def test_only_a_declared_region_passes(regions, engine):
    tables = {"resource_links": links(regions), "source_answers": ANSWERS}
    found = by_number(decided(engine, "residency.destinations_in_declared_regions", STATE, tables))
    assert found == {number: "pass" if one in DECLARED else "fail" for number, one in enumerate(regions)}


@law()
@given(regions=places)
def test_only_keys_in_a_declared_region_pass(regions, engine):
    tables = {"resource_links": links(regions, "key_replica"), "source_answers": ANSWERS}
    found = by_number(decided(engine, "residency.keys_in_declared_regions", STATE, tables))
    assert found == {number: "pass" if one in DECLARED else "fail" for number, one in enumerate(regions)}


@law()
@given(regions=places.filter(lambda regions: not any("," in one for one in regions)))
def test_a_profile_passes_when_every_region_that_it_reaches_is_declared(regions, engine):
    arn = f"arn:aws:bedrock:eu-central-1:{ACCOUNT}:inference-profile/eu.anthropic.claude"
    tables = {"inference_profiles": profile(arn, *regions), "source_answers": ANSWERS}
    expected = "pass" if set(regions) <= set(DECLARED) else "fail"
    found = decided(engine, "residency.profile_destinations", STATE, tables)
    assert found[f"{ACCOUNT} eu-central-1 {arn}"].verdict.value == expected
    tables["audit_events"] = [call("eu-central-1", arn)]
    (made,) = decided(
        engine, "residency.inference_in_declared_regions", {"declared_regions": DECLARED}, tables
    ).values()
    assert made.verdict.value == expected


@law()
@given(regions=places, model=st.sampled_from(["anthropic.claude", "eu.anthropic.claude", None]))
def test_no_call_outside_passes_whatever_it_called(regions, model, engine):
    tables = {"audit_events": [call(region, model) for region in regions]}
    found = decided(engine, "residency.inference_in_declared_regions", {"declared_regions": DECLARED}, tables)
    for one in found.values():
        inside = one.observed["source"] in DECLARED
        assert (one.verdict.value == "pass") == (inside and model == "anthropic.claude")
        assert inside or one.verdict.value == "fail"


def test_no_region_outside_the_eu_can_be_declared_for_it(engine):
    tables = {"resource_links": links(["eu-west-1"]), "source_answers": ANSWERS}
    for region in REGIONS:
        parameters = STATE | {"declared_regions": ["eu-west-1", region] if region != "eu-west-1" else [region]}
        found = decided(engine, "residency.destinations_in_declared_regions", parameters, tables)
        expected = "pass" if region in IN_THE_EU else "inconclusive"
        assert {one.verdict.value for one in found.values()} == {expected}, region


def test_every_region_lies_in_a_country_and_the_eu_ones_in_the_eea(engine):
    assert sorted(COUNTRIES) == sorted(REGIONS)
    assert {region for region in REGIONS if COUNTRIES[region] in IN_THE_EEA} == set(IN_THE_EU)
    stores = [
        {"arn": f"a{number}", "service": "s3", "resource_type": "AWS::S3::Bucket", "kind": "store", "source": "aws"}
        | {"account": ACCOUNT, "region": region, "classification_signed": False}
        for number, region in enumerate(REGIONS)
    ]
    read = {"source": "records", "call": "read_files", "status": "ok", "pages": 1, "records": 0, "duplicates": 0}
    coverage = [read | {"collected_at": "2025-01-14T11:00:00Z"}]
    tables = {"resources": stores, "source_answers": ANSWERS, "coverage": coverage}
    parameters = {"cells": [CELL], "max_age_seconds": 900, "record_sources": ["records"]}
    found = decided(engine, "transfers.recorded", parameters, tables)
    passed = {resource.removeprefix("region ") for resource, one in found.items() if one.verdict.value == "pass"}
    assert passed - {CELL} == set(IN_THE_EU)


def test_the_dates_of_decisions_are_their_days():
    for one in DECISIONS:
        for written, day in ((one["valid_from"], one["from_day"]), (one["valid_until"], one["until_day"])):
            assert day == (None if written is None else (date.fromisoformat(written) - date(1970, 1, 1)).days), one
        assert one["until_day"] is None or one["from_day"] < one["until_day"]
        assert one["country"] not in IN_THE_EEA
        assert one["scope"] in {"all", "commercial", "certified"}
        assert isinstance(one["confirmed"], bool)


@law()
@given(data=st.data(), sizes=st.lists(st.one_of(st.none(), st.integers(1, 4000)), min_size=1, max_size=4))
def test_a_rule_that_keeps_shorter_never_turns_a_pass_of_the_minimum(data, sizes, engine):
    """The more a store deletes, the worse for the minimum; the less, the worse for the maximum."""
    name = f"arn:aws:s3:::{ACCOUNT}"
    rule = ANSWERED | {"arn": name, "basis": "lifecycle", "data_class": "chat", "oldest_at": "2025-01-14T08:00:00Z"}
    rows = [rule | {"rule": "" if number == 0 else f"p{number}", "days": one} for number, one in enumerate(sizes)]
    least = STATE | {"resources": [name]}
    del least["declared_regions"]
    most = {"cells": [CELL], "max_age_seconds": 900, "classes": ["chat"], "max_days": [365]}
    tables = {"retention_rules": rows, "source_answers": ANSWERS}
    kept = decided(engine, "retention.at_least", least, tables)[name].verdict.value
    bounded = decided(engine, "retention.bounded", most, tables)[name].verdict.value
    assert kept == ("pass" if all(one is None or one >= 184 for one in sizes) else "fail")
    assert bounded == ("pass" if sizes[0] is not None and sizes[0] <= 365 else "fail")
    position = data.draw(st.integers(0, len(rows) - 1))
    tables["retention_rules"] = [one | {"days": 1} if at == position else one for at, one in enumerate(rows)]
    shorter = decided(engine, "retention.at_least", least, tables)[name].verdict.value
    assert RANK.index(shorter) <= RANK.index(kept)
