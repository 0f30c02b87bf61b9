"""Whether the doctor finds a rollout that cannot fit into its phase, and how it says so."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.config import load_config
from auditor.errors import UsageError
from auditor.shell.doctor import Patient, examine
from auditor.shell.doctor_flags import Plan, plan_of, rollout_problem
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
HEAD = """\
id = "small"
version = 1
title = "Small"
validity_seconds = 60
[sources.flag_changes]
"""
WINDOW = 'window = { anchor = "as_of", start_seconds = -600, end_seconds = 0 }'
MONITORED = f"""
[[lines]]
id = "monitored"
title = "Monitored"
control = "flags.monitored"
{WINDOW}
[lines.parameters]
flags = ["A", "B", "C", "D", "E"]
monitor_seconds = 120
change_sources = ["flag_changes"]
request_sources = ["requests"]
cells = ["requests//"]
"""
PHASE = f"""
[[lines]]
id = "phase"
title = "Phase"
control = "deployment.phase_within_limit"
{WINDOW}
[lines.parameters]
phase = "phase_5"
order = ["phase_5"]
limit_seconds = 600
flags = ["A", "B", "C", "D", "E"]
change_sources = ["flag_changes"]
log_source = "deployment_log"
cells = ["deployment_log//"]
"""
GATE = """
[[gates]]
id = "gate"
title = "Gate"
kind = "go_no_go"
lines = ["{line}"]
"""
CONFIG = """\
[scope]
system = "s"
environment = "e"
release = "r"
[sources.flag_changes]
kind = "flags"
files = ["*.json"]
format = "appconfig_deployments"
versions = "versions/{version}.json"
"""
PLAN = Plan(5, 120, 600)


def profile(root, *lines):
    (root / "profiles").mkdir(exist_ok=True)
    first = "monitored" if lines[0].count('"monitored"') else "phase"
    (root / "profiles" / "small.toml").write_text(HEAD + "".join(lines) + GATE.format(line=first))
    return load_profile(replace(PACK, root=root), "small")


def config(root, strategy=None, *, named=True):
    text = CONFIG + ('strategy = "strategy.json"\n' if named else "")
    (root / "auditor.toml").write_text(text)
    if strategy is not None:
        (root / "strategy.json").write_text(json.dumps(strategy))
    return load_config(root / "auditor.toml")


def minutes(duration, bake):
    return {"Name": "slow", "DeploymentDurationInMinutes": duration, "FinalBakeTimeInMinutes": bake}


def test_the_plan_is_the_profiles(tmp_path):
    assert plan_of(profile(tmp_path, MONITORED, PHASE)) == PLAN


def test_the_tightest_limit_counts(tmp_path):
    tighter = PHASE.replace('"phase"', '"tighter"').replace("600\nflags", "540\nflags")
    assert plan_of(profile(tmp_path, MONITORED, PHASE, tighter)) == Plan(5, 120, 540)


@pytest.mark.parametrize(
    "lines",
    [
        (MONITORED,),
        (PHASE,),
        (MONITORED, PHASE.replace('flags = ["A", "B", "C", "D", "E"]\n', "")),
        (MONITORED, PHASE.replace('"E"]', '"F"]')),
    ],
)
def test_without_both_there_is_no_plan(tmp_path, lines):
    assert plan_of(profile(tmp_path, *lines)) is None


def test_what_fits_exactly_is_told(tmp_path):
    found, problems = rollout_problem(config(tmp_path, minutes(2, 0)), PLAN)
    assert problems == []
    assert found == "source flag_changes: the last of 5 flags is active after 600 s at the soonest, of 600 s"


def test_a_bake_time_that_leaves_no_time_is_a_problem(tmp_path):
    _, [problem] = rollout_problem(config(tmp_path, minutes(0, 10)), PLAN)
    assert problem == (
        "source flag_changes: the last of 5 flags is active after 2400 s at the soonest, but its phase may take 600 s"
    )


def test_no_strategy_is_told_too(tmp_path):
    told = ("no source of flags names a deployment strategy", [])
    assert rollout_problem(config(tmp_path, named=False), PLAN) == told


@pytest.mark.parametrize("value", [None, -1, 1441, 1.5, "1", True])
@pytest.mark.parametrize("name", ["DeploymentDurationInMinutes", "FinalBakeTimeInMinutes"])
def test_what_is_no_strategy_is_refused(tmp_path, name, value):
    with pytest.raises(UsageError, match=f"{name} is {value!r}, expected a whole number of minutes up to 1440"):
        rollout_problem(config(tmp_path, minutes(1, 1) | {name: value}), PLAN)


def test_the_longest_that_appconfig_knows_is_read(tmp_path):
    _, [problem] = rollout_problem(config(tmp_path, minutes(1440, 1440)), PLAN)
    assert f"after {86_400 + 4 * 172_800} s" in problem


@pytest.mark.parametrize("content", [None, "[]", "{"])
def test_a_file_that_is_none_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "strategy.json").write_text(content)
    with pytest.raises(UsageError, match="flag_changes"):
        rollout_problem(config(tmp_path), PLAN)


def test_a_strategy_lies_beside_the_configuration(tmp_path):
    (tmp_path / "auditor.toml").write_text(CONFIG + 'strategy = "/etc/strategy.json"\n')
    with pytest.raises(UsageError, match=r"strategy: .*expected a path relative to auditor.toml"):
        load_config(tmp_path / "auditor.toml")


@pytest.mark.parametrize(("bake", "status"), [(0, "OK"), (10, "WRONG")])
def test_the_doctor_says_so(tmp_path, bake, status):
    pack = tmp_path / "pack"
    shutil.copytree(policies_dir(), pack)
    profile(pack, MONITORED, PHASE)
    lock = json.loads((pack / "pack.lock").read_text())
    lock["sources"]["profiles/small.toml"] = hashlib.sha256((pack / "profiles" / "small.toml").read_bytes()).hexdigest()
    (pack / "pack.lock").write_text(json.dumps(lock))
    config(tmp_path, minutes(1, bake))
    patient = Patient(tmp_path / "auditor.toml", tmp_path / "key", pack, "small", None)
    [check] = [one for one in examine(patient) if one.name == "flag rollout"]
    assert check.status == status
    assert ("shorter duration or bake time" in check.remedy) == (status == "WRONG")


def test_a_profile_without_flags_is_well(tmp_path):
    patient = Patient(tmp_path / "auditor.toml", tmp_path / "key", None, "hybrid-routing-gates", None)
    [check] = [one for one in examine(patient) if one.name == "flag rollout"]
    assert (check.status, check.found) == ("OK", "hybrid-routing-gates plans no activation of flags")
