"""The whole job on a cloud on the loopback: two accounts, three regions, a role in each; sealed, verified, replayed."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from auditor.adapters.signing.keys import generate_key
from auditor.cli.main import run
from auditor_collectors.aws import live
from aws import company, watched_cloud
from aws.loopback import Cloud, denied, serving, sometimes
from aws.sources import estate

if TYPE_CHECKING:
    from pathlib import Path

# Source names as the shipped profile's cells have them, and the kind that feeds each.
SOURCES = {
    "alarms": "aws_alarms",
    "aws_inspector": "aws_inspector",
    "aws_keys": "aws_keys",
    "aws_macie": "aws_macie",
    "budget_alerts": "aws_budgets",
    "models": "aws_bedrock",
    "securityhub": "aws_securityhub",
}
AS_OF = "2025-01-14T12:00:10Z"


def cloud(*faults: Any) -> Cloud:
    """Return a cloud that answers to every call of these sources, in every account and region."""
    history = {("cloudwatch", "DescribeAlarmHistory"): lambda _asked: {"AlarmHistoryItems": []}}
    made = company.cloud().answers
    return Cloud({**estate.cloud().answers, **watched_cloud.ANSWERS, **made, **history}, list(faults))


def write_config(root: Path, url: str) -> Path:
    common = company.options(url, regions=list(company.REGIONS))
    said = "".join(f"{name} = {json.dumps(value)}\n" for name, value in common.items())
    sources = "".join(f'[sources.{name}]\nkind = "{kind}"\nwith = ["aws"]\n' for name, kind in SOURCES.items())
    scope = '[scope]\nsystem = "support"\nenvironment = "production"\nrelease = "r1"\n'
    path = root / "auditor.toml"
    path.write_text(f"{scope}[shared.aws]\n{said}{sources}", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    company.log_in(monkeypatch)
    session = boto3.Session()
    monkeypatch.setattr(live.Live, "_boto", lambda _live: session)
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0)
    monkeypatch.setattr("auditor.shell.clock.utc_now", standing)
    monkeypatch.setattr("auditor_collectors.aws.buckets.Buckets.take", lambda *_, **__: None)


def standing() -> datetime:
    """Return noon where AWS is asked, and ten seconds later where a collection begins and ends."""
    main = threading.current_thread() is threading.main_thread()
    return datetime(2025, 1, 14, 12, 0, 10 if main else 0, tzinfo=UTC)


def manifest(snapshot: Path) -> dict[str, str]:
    document = json.loads((snapshot / "snapshot.json").read_bytes())
    return {one["name"]: one["sha256"] for one in document["tables"]}


def test_two_accounts_and_three_regions_are_collected_decided_sealed_and_verified(tmp_path, capsys):
    generate_key(tmp_path / "key.pem")
    with serving(cloud()) as served:
        config = write_config(tmp_path, served.url)
        arguments = ["--config", str(config), "--quiet"]
        kept = ["--output", str(tmp_path / "snapshot"), "--record", str(tmp_path / "answers")]
        assert run(["collect", *arguments, *kept]) == 0
        assert {one.account for one in served.asked} >= {*company.ACCOUNTS, company.HUB}
        assert {one.region for one in served.asked} >= set(company.REGIONS)
    places = {
        (row["account"], row["region"])
        for row in company.table(tmp_path, "source_answers")
        if row["source"] == "securityhub"
    }
    assert places == {(account, region) for account in company.ACCOUNTS for region in company.REGIONS}

    bundles = tmp_path / "bundles"
    given = ["--snapshot", str(tmp_path / "snapshot"), "--profile", "production-deployment", "--as-of", AS_OF]
    code = run(["evaluate", *given, "--key", str(tmp_path / "key.pem"), "--output", str(bundles), "--quiet"])
    (bundle,) = bundles.iterdir()
    assert code == 1
    decisions = json.loads((bundle / "data" / "decisions.json").read_bytes())
    found = {(one["line"], one["resource"]): (one["verdict"], one["reason"]) for one in decisions["findings"]}
    reasons = {line: {said for (one, _), said in found.items() if one == line} for line, _ in found}
    # What AWS was asked for decides its lines: alarms that are not there, or were never tested, and stores that are.
    assert ("fail", "alarm_missing") in reasons["line_22.configured"]
    assert ("fail", "alarm_untested") in reasons["line_22.tested"]
    assert found["line_22.configured", "cell alarms/111122223333/eu-central-1"] == ("pass", "answered")
    assert ("pass", "declared_region") in reasons["line_11.stores"]
    # What nobody was asked for is known by no line.
    assert {verdict for verdict, _ in reasons["line_10"]} == {"inconclusive"}

    capsys.readouterr()
    assert run(["verify", str(bundle), "--key", str(tmp_path / "key.pem.pub")]) == 0
    assert "decided again to the same bytes" in capsys.readouterr().out

    again = ["--output", str(tmp_path / "again"), "--from-recording", str(tmp_path / "answers")]
    assert run(["collect", *arguments, *again]) == 0
    assert manifest(tmp_path / "again") == manifest(tmp_path / "snapshot")


def test_half_of_all_requests_throttled_gives_the_same_facts(tmp_path):
    facts = []
    for name, faults in (("plain", ()), ("throttled", (sometimes(0.5, "ThrottlingException"),))):
        root = tmp_path / name
        root.mkdir()
        with serving(cloud(*faults)) as served:
            config = write_config(root, served.url)
            assert run(["collect", "--config", str(config), "--output", str(root / "snapshot"), "--quiet"]) == 0
        facts.append({table: one for table, one in manifest(root / "snapshot").items() if table != "coverage"})
    assert facts[0] == facts[1]


def test_a_call_that_is_denied_is_named_where_it_leaves_a_line_open(tmp_path):
    generate_key(tmp_path / "key.pem")
    with serving(cloud(denied("cloudwatch", "DescribeAlarmHistory"))) as served:
        config = write_config(tmp_path, served.url)
        assert run(["collect", "--config", str(config), "--output", str(tmp_path / "snapshot"), "--quiet"]) == 0
    given = ["--snapshot", str(tmp_path / "snapshot"), "--profile", "production-deployment", "--as-of", AS_OF]
    code = run(["evaluate", *given, "--key", str(tmp_path / "key.pem"), "--output", str(tmp_path / "b"), "--quiet"])
    assert code == 1
    (bundle,) = (tmp_path / "b").iterdir()
    decisions = json.loads((bundle / "data" / "decisions.json").read_bytes())
    tested = [one for one in decisions["findings"] if one["line"] == "line_22.tested"]
    alarms = [one for one in tested if one["resource"].startswith("alarm ")]
    assert alarms
    named = "DescribeAlarmHistory denied in alarms/111122223333/eu-central-1"
    assert {(one["verdict"], one["reason"], one["observed"]) for one in alarms} == {
        ("inconclusive", "calls_unanswered", named)
    }
