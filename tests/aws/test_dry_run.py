"""What a collection would ask, and cost, told before it; and what sources share is said once."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from importlib.resources import files

import pytest

from auditor.cli.main import run
from auditor.config import load_config
from auditor.errors import UsageError
from aws import company
from aws.loopback import serving
from aws.sources.estate import cloud

SCOPE = '[scope]\nsystem = "support"\nenvironment = "production"\nrelease = "r1"\n'
SHARED = """[shared.aws]
accounts = ["111122223333", "444455556666"]
regions = ["eu-central-1", "eu-west-1"]
home_region = "eu-central-1"
role = "auditor-readonly"
external_id = "EXTERNAL-ID"
"""
KEYS = '[sources.keys]\nkind = "aws_keys"\nwith = ["aws"]\n'
COSTS = '[sources.money]\nkind = "aws_cost_explorer"\nwith = ["aws"]\n'


def written(root, *parts):
    path = root / "auditor.toml"
    path.write_text(SCOPE + "".join(parts), encoding="utf-8")
    return path


def told(root, capsys, *parts):
    assert run(["collect", "--config", str(written(root, *parts)), "--dry-run"]) == 0
    return capsys.readouterr().out


def test_a_dry_run_asks_nothing_and_writes_nothing(tmp_path, capsys, monkeypatch):
    company.log_in(monkeypatch)
    with serving(cloud()) as served:
        shared = SHARED + f"endpoint_url = {json.dumps(served.url)}\n"
        said = told(tmp_path, capsys, shared, KEYS)
    assert served.asked == []
    assert [one.name for one in tmp_path.iterdir()] == ["auditor.toml"]
    assert "kms ListKeys: 2 accounts x 2 regions, at least 4 calls" in said


def test_a_dry_run_needs_no_credentials(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "kms ListKeys" in told(tmp_path, capsys, SHARED, KEYS)


def test_the_permissions_of_a_dry_run_are_in_the_policy_that_is_shipped(tmp_path, capsys):
    said = told(tmp_path, capsys, SHARED, KEYS, COSTS)
    (line,) = [one for one in said.splitlines() if one.startswith("permissions: ")]
    asked = set(line.removeprefix("permissions: ").split(", "))
    policy = json.loads(files("auditor_collectors.aws").joinpath("readonly_policy.json").read_text(encoding="utf-8"))
    allowed = {
        action
        for one in policy["Statement"]
        if one["Effect"] == "Allow"
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    assert {"kms:ListKeys", "kms:DescribeKey", "ce:GetCostAndUsage", "sts:AssumeRole"} <= asked
    assert asked - {"sts:AssumeRole"} <= allowed


def test_the_cost_is_the_sum_of_what_the_calls_cost(tmp_path, capsys):
    said = told(tmp_path, capsys, SHARED, KEYS, COSTS)
    priced = re.findall(r"at least ([0-9]+) calls?, ([0-9.]+) USD each", said)
    assert len(priced) >= 2
    (total,) = re.findall(r"^cost: at least ([0-9.]+) USD$", said, re.MULTILINE)
    assert Decimal(total) == sum(int(calls) * Decimal(price) for calls, price in priced)
    assert ("2", "0.01") in priced


def test_what_sources_share_is_theirs_and_their_own_word_goes_first(tmp_path):
    own = KEYS + 'regions = ["eu-north-1"]\n'
    found = {one.name: one.options for one in load_config(written(tmp_path, SHARED, own, COSTS)).sources}
    assert found["keys"]["accounts"] == found["money"]["accounts"] == ["111122223333", "444455556666"]
    assert (found["keys"]["regions"], found["money"]["regions"]) == (["eu-north-1"], ["eu-central-1", "eu-west-1"])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((SHARED, KEYS.replace('"aws"]', '"azure"]')), r"azure"),
        ((KEYS,), r"aws"),
        ((SHARED, KEYS.replace('["aws"]', '"aws"')), r"with"),
    ],
)
def test_what_is_shared_by_nobody_is_refused_by_name(tmp_path, parts, said):
    with pytest.raises(UsageError, match=said):
        load_config(written(tmp_path, *parts))
