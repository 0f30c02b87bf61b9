"""LookupEvents: what CloudTrail itself says of the last days, as a spot check beside the log files.

Rules kept here: it holds management events of 90 days, and proves nothing of their integrity; it is asked twice a
second at most, for one event source or name at a time, so never for all that a busy account did. Who did it is hidden
from a recording, except in the record itself, which a page keeps as the text that it is.
Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables import identifier_halves
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation
from auditor_collectors.jsonlines import AGAIN, json_object, member
from auditor_collectors.page_members import entries, name
from auditor_collectors.values import boolean, identifier, instant, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Page
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

LOOKUP = Operation(
    "cloudtrail",
    "LookupEvents",
    ("cloudtrail:LookupEvents",),
    per_second=2,
    hidden=("Username", "AccessKeyId", "Resources"),
)
ATTRIBUTES = {"event_names": "EventName", "event_sources": "EventSource"}
DISTURBING = ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"]

EXAMPLE = """\
# A spot check of the last hours: events of these names, as CloudTrail itself lists them (two requests a second).
[sources.aws_trail_lookup]
kind = "aws_trail_lookup"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]
event_names = ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"]
hours = 26
"""


class LookupOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_trail_lookup"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_names: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=lambda: list(DISTURBING))
    event_sources: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    hours: Annotated[int, Field(ge=1, le=24 * 90)] = 26


class LookupSource:
    """Asks each region for the events of each name and source."""

    operations: tuple[Operation, ...] = (LOOKUP,)
    options: type[BaseModel] = LookupOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: Any, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield the events that are listed, each once, and how each question was answered."""
        until = context.collected_at
        window = {"StartTime": until - timedelta(hours=options.hours), "EndTime": until}
        seen: set[str] = set()
        for option, attribute in ATTRIBUTES.items():
            for value in getattr(options, option):
                asked = {"LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}], **window}
                reply = ask(LOOKUP, place, asked, subject=f"{attribute}={value}")
                found = list(_events(list(reply.pages)))
                yield _answered(reply.answer, f"{attribute}={value}", len(found), window)
                yield from (("audit_events", row) for event, row in found if event not in seen)
                seen |= {event for event, _ in found}


class TrailLookupCollector(AwsCollector):
    """Collects what LookupEvents lists."""

    source = LookupSource()


def _answered(answer: Any, subject: str, records: int, window: dict[str, Any]) -> Fact:
    row = {"call": answer.call, "subject": subject, "status": answer.status, "records": records}
    return "source_answers", answer.place() | row | {
        "asked_from": window["StartTime"],
        "asked_until": window["EndTime"],
    }


def _events(pages: list[Page]) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, one in entries(pages, "Events"):
        event = json_object(where, member(where, one, "CloudTrailEvent", text).encode())
        found = member(where, event, "eventID", identifier)
        if found != member(where, one, "EventId", identifier):
            raise CollectionError(f"{where}: its record has another eventID, expected the same", remedy=AGAIN)
        yield found, _row(where, event, found)


def _row(where: str, event: dict[str, Any], found: str) -> dict[str, Any]:
    (high, low), request = identifier_halves(found), member(where, event, "requestID", optional(identifier))
    request_high, request_low = identifier_halves(request) if request else (None, None)
    caller, parameters, more = (
        _part(where, event, key) for key in ("userIdentity", "requestParameters", "additionalEventData")
    )
    account = event.get("recipientAccountId") or caller.get("accountId")
    return {
        "event_time": member(where, event, "eventTime", instant),
        "event_hi": high,
        "event_lo": low,
        "request_hi": request_high,
        "request_lo": request_low,
        "account": member(where, {"recipientAccountId": account}, "recipientAccountId", name),
        "region": member(where, event, "awsRegion", text),
        "event_source": member(where, event, "eventSource", name),
        "event_name": member(where, event, "eventName", name),
        "event_category": member(where, event, "eventCategory", optional(text)),
        "read_only": member(where, event, "readOnly", optional(boolean)),
        "management_event": member(where, event, "managementEvent", optional(boolean)),
        "error_code": member(where, event, "errorCode", optional(text)),
        "model_id": member(where, parameters, "modelId", optional(text)),
        "inference_region": member(where, more, "inferenceRegion", optional(text)),
    }


def _part(where: str, event: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] | None = member(where, event, key, optional(_object))
    return found or {}


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError("an object")
