"""Requests of data subjects from a register of them: one JSON object a line, with the members that are declared.

Rules kept here: those of ``auditor_collectors.recorded``; nothing of a person leaves: a request is its id's digest, its
kind, its state and its instants, which are turned into days of the controller's time zone too; a request that is closed
says how, and nothing happens to it before it was received.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.local_days import least_offset_us, local_day, zone_name
from auditor_collectors.mapping import Strict
from auditor_collectors.options import problems_of
from auditor_collectors.recorded import RecordOptions, collected, halves
from auditor_collectors.values import boolean, country, not_after, one_of, optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

Kind = Literal["access", "rectification", "erasure", "restriction", "portability", "objection"]
Outcome = Literal["granted", "partly_granted", "refused", "withdrawn"]
OUTCOMES: dict[str, Outcome] = {name: name for name in get_args(Outcome)}
STEPS = ("suspended_at", "resumed_at", "extended_at", "closed_at")


class Members(Strict):
    """Where each fact stands in a record."""

    id: str = "id"
    kind: str = "kind"
    received_at: str = "received_at"
    member_state: str | None = None
    suspended_at: str | None = None
    resumed_at: str | None = None
    extended_at: str | None = None
    extension_reasoned: str | None = None
    closed_at: str = "closed_at"
    outcome: str = "outcome"
    refusal_reasoned: str | None = None


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "privacy_requests"``."""

    members: Members = Members()
    kinds: dict[str, Kind] = Field(min_length=1)
    outcomes: dict[str, Outcome] = OUTCOMES
    time_zone: Annotated[str, AfterValidator(zone_name)]
    member_state: str = Field(pattern="^[A-Z]{2}$")


EXAMPLE = """\
# Requests of data subjects, one JSON object a line: the law counts in local days, by the holidays of a member state.
[sources.privacy_requests]
kind = "privacy_requests"
files = ["privacy/requests.jsonl"]
exports = ["privacy/requests-exports.jsonl"]    # {"exported_at": "...Z", "records": 3}: when, and how many requests
time_zone = "Europe/Berlin"
member_state = "DE"
kinds = { access = "access", erasure = "erasure", rectification = "rectification", portability = "portability" }

[sources.privacy_requests.members]       # id, kind, received_at, closed_at and outcome are so called by default
suspended_at = "identity_asked_at"       # since when it is verified who asks, and until when
resumed_at = "identity_proven_at"
extended_at = "extension_told_at"        # when the person was told of two more months, and whether with the reasons
extension_reasoned = "extension_reasoned"
refusal_reasoned = "refusal_reasoned"    # with the right to complain
"""


class PrivacyRequestsCollector:
    """Reads registers of requests."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield requests and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        read = partial(_request, wanted, ZoneInfo(wanted.time_zone), context)
        return collected("privacy_requests", "request", wanted, context, read)


def _request(
    wanted: Options, zone: ZoneInfo, context: CollectContext, where: str, document: dict[str, Any]
) -> dict[str, Any]:
    names, when = wanted.members, partial(not_after, context=context)

    def perhaps(name: str | None, read: Any) -> Any:
        return member(where, document, name, optional(read)) if name else None

    received = member(where, document, names.received_at, when)
    steps = {step: perhaps(getattr(names, step), when) for step in STEPS}
    if any(at is not None and at < received for at in steps.values()):
        raise CollectionError(f"{where}: something happened before it was received", remedy=AGAIN)
    if steps["resumed_at"] and not (steps["suspended_at"] and steps["suspended_at"] <= steps["resumed_at"]):
        raise CollectionError(f"{where}: resumed, expected a suspension that began no later", remedy=AGAIN)
    outcome = member(where, document, names.outcome, optional(partial(one_of, known=wanted.outcomes)))
    if (outcome is None) != (steps["closed_at"] is None):
        raise CollectionError(f"{where}: expected both when it was closed and how, or neither", remedy=AGAIN)
    days = {step: None if at is None else local_day(at, zone) for step, at in steps.items()}
    return {
        "event_time": received,
        **halves("request", where, document, names.id),
        "kind": member(where, document, names.kind, partial(one_of, known=wanted.kinds)),
        "member_state": perhaps(names.member_state, country) or wanted.member_state,
        "received_day": local_day(received, zone),
        "offset_us": least_offset_us(received, zone),
        "suspended_day": days["suspended_at"],
        "resumed_day": days["resumed_at"],
        "extension_day": days["extended_at"],
        "extension_reasoned": perhaps(names.extension_reasoned, boolean),
        "closed_at": steps["closed_at"],
        "closed_day": days["closed_at"],
        "outcome": outcome,
        "refusal_reasoned": perhaps(names.refusal_reasoned, boolean),
    }
