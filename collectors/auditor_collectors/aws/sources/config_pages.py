"""Pages of AWS Config: the recorders of a region, and resources that an aggregator knows.

Rules kept here: a recorder records every type only where its group or its strategy says so and leaves none out; a
result is a text that holds one JSON object.
Sources: https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html and
https://docs.aws.amazon.com/config/latest/developerguide/querying-AWS-resources.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditor_collectors.aws.sources.members import an_object
from auditor_collectors.calls import ACCOUNT
from auditor_collectors.jsonlines import json_object, member
from auditor_collectors.page_members import entries, listed, name
from auditor_collectors.values import boolean, count, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor_collectors.answers import Answer, Page

EVERY = "ALL_SUPPORTED_RESOURCE_TYPES"


class Recorder(NamedTuple):
    """The state of a recorder."""

    name: str
    recording: bool
    last_status: str | None


class Listed(NamedTuple):
    """A resource as Config knows it; ``arn`` is its type and id where Config states no ARN."""

    arn: str
    resource_type: str
    account: str
    region: str


def statuses(_answer: Answer, pages: Sequence[Page]) -> list[Recorder]:
    """Return the recorders of a region with their states."""
    return [
        Recorder(
            member(where, one, "name", name),
            member(where, one, "recording", boolean),
            member(where, one, "lastStatus", optional(name)),
        )
        for where, one in entries(pages, "ConfigurationRecordersStatus")
    ]


def recorders(_answer: Answer, pages: Sequence[Page]) -> list[tuple[str, bool]]:
    """Return the name of each recorder, and whether it records every supported type."""
    return [
        (member(where, one, "name", name), _every(where, one))
        for where, one in entries(pages, "ConfigurationRecorders")
    ]


def _every(where: str, recorder: dict[str, Any]) -> bool:
    group = member(where, recorder, "recordingGroup", optional(an_object)) or {}
    strategy = member(where, group, "recordingStrategy", optional(an_object)) or {}
    used = member(where, strategy, "useOnly", optional(name))
    return bool(member(where, group, "allSupported", optional(boolean))) if used is None else used == EVERY


def types(_answer: Answer, pages: Sequence[Page]) -> list[tuple[str, int]]:
    """Return the types of which there are resources, and how many."""
    return [
        (member(where, one, "resourceType", name), member(where, one, "COUNT(*)", count)) for where, one in _rows(pages)
    ]


def resources(_answer: Answer, pages: Sequence[Page]) -> list[Listed]:
    """Return the resources that a query found."""
    found = []
    for where, one in _rows(pages):
        kind = member(where, one, "resourceType", name)
        arn = member(where, one, "arn", optional(name)) or f"{kind}/{member(where, one, 'resourceId', name)}"
        region = member(where, one, "awsRegion", name)
        found.append(Listed(arn, kind, member(where, one, "accountId", _account), "" if region == "global" else region))
    return found


def _rows(pages: Sequence[Page]) -> Iterator[tuple[str, dict[str, Any]]]:
    for page in pages:
        for number, one in enumerate(member(page.where, page.document, "Results", listed), start=1):
            where = f"{page.where}, result {number}"
            yield where, json_object(where, text(one).encode())


def _account(value: Any) -> str:
    if isinstance(value, str) and ACCOUNT.fullmatch(value):
        return value
    raise ValueError("12 digits")
