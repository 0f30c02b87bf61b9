"""Decide one control on a few rows: what laws and named tests of verdicts share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_case
from policies.shipped_cases import PACK

if TYPE_CHECKING:
    from auditor.model import Finding
    from auditor.shell.decide import PolicyEngine

START, END = datetime(2025, 1, 14, 9, tzinfo=UTC), datetime(2025, 1, 14, 10, tzinfo=UTC)
ACCOUNT, REGION = "111122223333", "eu-central-1"
CELL = f"aws/{ACCOUNT}/{REGION}"
DECLARED = ["eu-central-1", "eu-west-1"]
PLACE = {"source": "aws", "account": ACCOUNT, "region": REGION}
ANSWERED = PLACE | {"answered_at": "2025-01-14T09:59:00Z"}


def answer(call: str, subject: str = "", status: str = "ok", **changes: Any) -> dict[str, Any]:
    """Return a row of ``source_answers`` of the one cell."""
    return ANSWERED | {"call": call, "subject": subject, "status": status, "records": 1} | changes


def call(region: str, model: str | None, name: str = "InvokeModel", **changes: Any) -> dict[str, Any]:
    """Return a row of ``audit_events`` of a call through Bedrock."""
    row = PLACE | {"region": region, "event_time": "2025-01-14T09:30:00Z", "event_source": "bedrock.amazonaws.com"}
    return row | {"event_name": name, "model_id": model} | changes


def profile(arn: str, *destinations: str, region: str = REGION, **changes: Any) -> list[dict[str, Any]]:
    """Return the rows of ``inference_profiles`` of one profile, as its source ``region`` lists it."""
    row = ANSWERED | {"region": region, "profile": arn.rpartition("/")[2], "arn": arn, "type": "SYSTEM_DEFINED"}
    row |= {"status": "ACTIVE", "model": "anthropic.claude"} | changes
    return [row | {"destination_region": destination} for destination in destinations]


def decided(
    engine: PolicyEngine,
    control: str,
    parameters: dict[str, Any],
    tables: dict[str, list[dict[str, Any]]],
    window: Window | None = None,
    as_of: datetime | None = None,
) -> dict[str, Finding]:
    """Return the findings of ``control`` on ``tables`` by resource, at the as-of, or at the end of the window."""
    found = PACK.controls[control]
    values, problems = found.metadata.effective(parameters)
    assert not problems, problems
    window = window or Window(START, END)
    case = Case(found, "test", "", values, window, as_of or window.end, tables, [])
    return {one.resource: one for one in decide_case(PACK, case, engine)}


def verdict(*given: Any, **named: Any) -> tuple[str, str]:
    """Return verdict and reason of the one finding about a fact: those of cells are left out."""
    (finding,) = [one for resource, one in decided(*given, **named).items() if resource != CELL]
    return finding.verdict.value, finding.reason
