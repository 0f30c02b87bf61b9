"""A small cloud of two accounts and three regions, and how it is collected, for the tests of how AWS is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from auditor.config import Config, Source
from auditor.model import Scope
from auditor.shell.collect import collect_sources
from aws.loopback import Cloud, identity
from aws.one_call import TopicsCollector

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from auditor.shell.recording import Wanted
    from aws.loopback import Asked

ACCOUNTS = ("111122223333", "444455556666")
HUB = "999900001111"
REGIONS = ("eu-central-1", "eu-north-1", "eu-west-1")
COLLECTED_AT = datetime(2025, 1, 14, 12, tzinfo=UTC)
TOPICS = 3


def alarms(asked: Asked) -> dict[str, Any]:
    """Return the alarms of a place: one on each page, one page for each topic."""
    number = int(asked.parameters.get("NextToken", "0"))
    alarm = {
        "AlarmName": f"alarm-{number}",
        "ActionsEnabled": True,
        "AlarmActions": [f"arn:aws:sns:{asked.region}:{asked.account}:topic-{number}"],
        "StateValue": "OK",
        "StateUpdatedTimestamp": datetime(2025, 1, 14, 9, tzinfo=UTC),
    }
    more = {"NextToken": str(number + 1)} if number + 1 < TOPICS else {}
    return {"MetricAlarms": [alarm], "CompositeAlarms": []} | more


def subscriptions(asked: Asked) -> dict[str, Any]:
    topic = asked.parameters["TopicArn"]
    one = {"SubscriptionArn": f"{topic}:1", "Owner": asked.account, "Protocol": "email", "TopicArn": topic}
    return {"Subscriptions": [one | {"Endpoint": "a.person@example.com"}]}


def regions(asked: Asked) -> dict[str, Any]:
    if "RegionOptStatusContains" in asked.parameters:
        assert asked.parameters["RegionOptStatusContains"] == ["ENABLED", "ENABLED_BY_DEFAULT"]
    return {"Regions": [{"RegionName": one, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for one in REGIONS]}


def accounts(_asked: Asked) -> dict[str, Any]:
    listed = [{"Id": one, "Status": "ACTIVE", "Email": "root@example.com"} for one in ACCOUNTS]
    return {"Accounts": [*listed, {"Id": "777788889999", "Status": "SUSPENDED"}]}


def cloud(*faults: Any) -> Cloud:
    """Return the cloud, not yet served."""
    answers = {
        ("account", "ListRegions"): regions,
        ("cloudwatch", "DescribeAlarms"): alarms,
        ("organizations", "ListAccounts"): accounts,
        ("sns", "ListSubscriptionsByTopic"): subscriptions,
    }
    return Cloud(answers, list(faults))


def options(url: str, **changes: Any) -> dict[str, Any]:
    """Return what every source says: a role in each account, and the regions that it has enabled."""
    said = {
        "accounts": list(ACCOUNTS),
        "regions": "enabled",
        "home_region": "eu-central-1",
        "role": "auditor-readonly",
        "external_id": "EXTERNAL-ID-OF-THE-AUDITOR",
        "endpoint_url": url,
        "max_concurrency": 4,
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def config(root: Path, url: str, **changes: Any) -> Config:
    """Return a configuration whose one source asks the cloud at ``url``."""
    wanted = options(url, **changes)
    collector = TopicsCollector()
    assert collector.check(wanted) == []
    return Config(root, Scope("shop", "production", "r1", "live"), (Source("alarms", "topics", collector, wanted),))


def collected(
    root: Path, url: str, name: str = "snapshot", wanted: Wanted | None = None, **changes: Any
) -> dict[str, bytes]:
    """Collect, and return every file of the snapshot by name."""
    path = collect_sources(config(root, url, **changes), root / name, collected_at=COLLECTED_AT, wanted=wanted)
    return {one.name: one.read_bytes() for one in sorted(path.iterdir())}


def table(root: Path, name: str, snapshot: str = "snapshot") -> list[dict[str, Any]]:
    """Return the rows of a table of a snapshot."""
    found: list[dict[str, Any]] = pq.read_table(root / snapshot / f"{name}.parquet").to_pylist()
    return found


def log_in(patch: pytest.MonkeyPatch, account: str = HUB) -> None:
    """Be the hub's user, as an environment of CI has it, and nobody's configuration."""
    patch.setenv("AWS_ACCESS_KEY_ID", identity(account))
    patch.setenv("AWS_SECRET_ACCESS_KEY", "SECRET-OF-THE-ENVIRONMENT")
    patch.setenv("AWS_SESSION_TOKEN", "TOKEN-OF-THE-ENVIRONMENT")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    patch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    patch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    patch.setattr("botocore.retries.adaptive.ClientRateLimiter.on_sending_request", lambda *_, **__: None)
