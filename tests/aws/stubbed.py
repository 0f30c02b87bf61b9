"""Sources of AWS asked through the asker with botocore's Stubber, which checks every answer against its model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.stub import Stubber

from auditor.collector import CollectContext
from auditor.model import Scope
from auditor_collectors.aws.live import Live

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from auditor_collectors.aws.collector import AwsCollector

ACCOUNT = "111122223333"
HOME = "eu-central-1"
COLLECTED_AT = datetime(2025, 1, 14, 12, tzinfo=UTC)
COMMON = {"accounts": [ACCOUNT], "regions": [HOME], "home_region": HOME}


class Stubs:
    """Clients whose answers are given beforehand, by service and region; each is asked in the order given."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._clients: dict[tuple[str, str], tuple[Any, Stubber]] = {}
        patch.setattr(Live, "_made", lambda _live, service, region, _credentials: self._of(service, region)[0])

    def answer(
        self, service: str, operation: str, response: dict[str, Any], asked: Any = None, region: str = HOME
    ) -> None:
        """Answer the next call of ``operation`` (its name in the service model) with ``response``."""
        client, stubber = self._of(service, region)
        stubber.add_response(_method(client, operation), response, asked)

    def refuse(self, service: str, operation: str, code: str, region: str = HOME, status: int = 400) -> None:
        """Refuse the next call of ``operation`` with error ``code``."""
        client, stubber = self._of(service, region)
        stubber.add_client_error(_method(client, operation), code, "a message that nobody keeps", status)

    def done(self) -> None:
        """Refuse answers that nobody asked for."""
        for _, stubber in self._clients.values():
            stubber.assert_no_pending_responses()

    def _of(self, service: str, region: str) -> tuple[Any, Stubber]:
        key = service, region
        if key not in self._clients:
            client = boto3.client(
                service,
                region_name=region,
                aws_access_key_id="a",
                aws_secret_access_key="b",  # noqa: S106 - no key
            )
            stubber = Stubber(client)
            stubber.activate()
            self._clients[key] = client, stubber
            if service == "sts":
                who = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/u", "UserId": "U"}
                stubber.add_response("get_caller_identity", who)
        return self._clients[key]


def rows_of(
    collector: AwsCollector, options: dict[str, Any], root: Path, stubs: Stubs | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Collect with ``options`` beside the common ones, and return the rows by table, without their scope."""
    wanted = COMMON | options
    assert collector.check(wanted) == []
    work = root / "work"
    work.mkdir(exist_ok=True)
    context = CollectContext("s", Scope("shop", "production", "r1", "live"), root, work, COLLECTED_AT)
    found: dict[str, list[dict[str, Any]]] = {}
    for batch in collector.collect(wanted, context):
        for row in batch.rows.to_pylist():
            scope = row.pop("system"), row.pop("environment"), row.pop("source")
            assert scope == ("shop", "production", "s")
            found.setdefault(batch.table, []).append(row)
    if stubs is not None:
        stubs.done()
    return found


def _method(client: Any, operation: str) -> str:
    return next(name for name, one in client.meta.method_to_api_mapping.items() if one == operation)
