"""``auditor controls``: what a control is, who binds it, and what it is made of."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

    Run = Callable[..., Said]

PACK = load_pack(policies_dir())
IDS = sorted(PACK.controls)


def test_list_names_every_control_with_its_lines(auditor: Run) -> None:
    done = auditor("controls", "list")
    assert (done.code, done.err) == (0, "")
    heads = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert [head.split()[0] for head in heads] == IDS
    assert "slo.p95_latency  (critical)\n    P95 latency is within its limit\n" in done.out
    assert "line slo.p95_cached of hybrid-routing-gates\n" in done.out


def test_list_as_json_says_the_same_without_the_sources(auditor: Run) -> None:
    found = json.loads(auditor("controls", "list", "--json").out)
    assert [one["id"] for one in found] == IDS
    assert not any({"sql", "rego"} & one.keys() for one in found)


@pytest.mark.parametrize("control", IDS)
def test_show_holds_sources_cases_and_effective_parameters(control: str, auditor: Run) -> None:
    folder = policies_dir() / "controls" / control.replace(".", "/")
    name = control.split(".")[1]
    one = json.loads(auditor("controls", "show", control, "--json").out)
    own = (folder / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    assert one["sql"] == PACK.controls[control].sql  # what runs: with the windowed queries that its own text names
    assert {line for line in own if not line.startswith("with ")} <= set(one["sql"].splitlines())
    assert one["rego"] == (folder / f"{name}.rego").read_text(encoding="utf-8")
    assert one["cases"] == len((folder / f"{name}.cases.jsonl").read_text(encoding="utf-8").splitlines())
    assert one["evidenceFor"]
    assert one["lines"]
    assert all(line["parameters"].keys() == one["parameters"].keys() for line in one["lines"])
    text = auditor("controls", "show", control).out
    assert one["sql"].rstrip("\n") in text
    assert one["rego"].rstrip("\n") in text
    assert all(word in text for word in (one["title"], one["severity"], *one["evidenceFor"], *one["parameters"]))


def test_show_tells_type_unit_and_default_of_a_parameter(auditor: Run) -> None:
    said = auditor("controls", "show", "slo.p95_latency").out
    assert "latency_limit_us  (integer in us, needed)" in said
    assert "min_samples  (integer, default 200)" in said
    assert "kind  (string generation|cached, needed)" in said
    assert "request_sources  (array of string, needed)" in said
    assert 'requires      coverage.source_observed with observation = "bounded"' in said
    assert "latency_limit_us = 1500000" in said
    assert "latency_limit_us = 300000" in said


def test_a_required_control_says_who_requires_it(auditor: Run) -> None:
    one = json.loads(auditor("controls", "show", "coverage.source_observed", "--json").out)
    requiring = {
        one.id
        for one in PACK.controls.values()
        if any(needed.control == "coverage.source_observed" for needed in one.metadata.requires)
    }
    assert {line["requiredBy"] for line in one["lines"] if line["requiredBy"]} == requiring


def test_an_unknown_control_is_told_its_nearest(auditor: Run) -> None:
    done = auditor("controls", "show", "slo.p95_latencies")
    assert done.code == 2
    assert "no control 'slo.p95_latencies'; nearest: slo.p95_latency" in done.err
    assert "auditor controls list" in done.err


def test_an_unknown_profile_and_a_stale_pack_are_refused(auditor: Run, tmp_path: Path) -> None:
    done = auditor("controls", "list", "--profile", "nobody")
    assert (done.code, "the pack has: eu-compliance, hybrid-routing-gates" in done.err) == (2, True)
    pack = shutil.copytree(policies_dir(), tmp_path / "pack")
    (pack / "profiles" / "more.toml").write_text("")
    done = auditor("controls", "list", "--policies", pack)
    assert (done.code, "profiles/more.toml: not in the lock" in done.err) == (2, True)
