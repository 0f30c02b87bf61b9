"""Pages of DescribeTrails, GetTrailStatus and GetEventSelectors: how a trail is set up, and what it records.

Rules kept here: a basic selector records management events, and reads unless it is WriteOnly; an advanced one records
what its fields leave, and any field but eventCategory, readOnly, resources.type and an eventSource that is left out
narrows it in a way that is not looked into. An error that is empty text is none.
Sources: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html, API_GetTrailStatus.html,
API_EventSelector.html and API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.batches import shown
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import entries, listed, moment, name, one_of, strings
from auditor_collectors.values import boolean, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor_collectors.answers import Page

OPERATORS = ("Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith")
ReadWrite = one_of("All", "ReadOnly", "WriteOnly")


def trails(pages: Sequence[Page]) -> Iterator[dict[str, Any]]:
    """Yield a row of ``trails`` for each trail that is listed, without what only its status says."""
    for where, one in entries(pages, "trailList"):
        yield {
            "arn": member(where, one, "TrailARN", name),
            "home_region": member(where, one, "HomeRegion", name),
            "multi_region": member(where, one, "IsMultiRegionTrail", boolean),
            "organization": member(where, one, "IsOrganizationTrail", optional(boolean)),
            "validation": member(where, one, "LogFileValidationEnabled", boolean),
            "bucket": member(where, one, "S3BucketName", name),
            "prefix": member(where, one, "S3KeyPrefix", optional(text)) or "",
            "key_arn": member(where, one, "KmsKeyId", optional(name)),
        }


def status(pages: Sequence[Page]) -> dict[str, Any]:
    """Return the columns of ``trails`` that GetTrailStatus states; each is null where it was not answered."""
    for page in pages[:1]:
        where, one = page.where, page.document
        return {
            "logging": member(where, one, "IsLogging", boolean),
            "delivery_error": member(where, one, "LatestDeliveryError", optional(text)) or None,
            "digest_error": member(where, one, "LatestDigestDeliveryError", optional(text)) or None,
            "digest_at": member(where, one, "LatestDigestDeliveryTime", optional(moment)),
        }
    return dict.fromkeys(("logging", "delivery_error", "digest_error", "digest_at"))


def selectors(pages: Sequence[Page]) -> list[dict[str, Any]]:
    """Return the rows of ``trail_selectors`` of one answer, numbered from 1."""
    basic = (row for where, one in entries(pages, "EventSelectors", required=False) for row in _basic(where, one))
    advanced = (_advanced(where, one) for where, one in entries(pages, "AdvancedEventSelectors", required=False))
    return [{"selector": number, **row} for number, row in enumerate([*basic, *advanced], start=1)]


def _basic(where: str, one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a basic selector records: management events, and events of data."""
    kind = member(where, one, "ReadWriteType", optional(ReadWrite)) or "All"
    records = {"reads": kind != "WriteOnly", "writes": kind != "ReadOnly"}
    excluded = member(where, one, "ExcludeManagementEventSources", optional(strings)) or []
    if member(where, one, "IncludeManagementEvents", optional(boolean)) is not False:
        yield _row("Management", records, excluded, None, narrowed=False)
    for resource in member(where, one, "DataResources", optional(listed)) or []:
        if not isinstance(resource, dict):
            raise CollectionError(f"{where}: found a resource {shown(resource)}, expected an object", remedy=AGAIN)
        yield _row("Data", records, [], [member(where, resource, "Type", name)], narrowed=True)


def _advanced(where: str, one: dict[str, Any]) -> dict[str, Any]:
    category, records, narrowed = "", {"reads": True, "writes": True}, False
    excluded: list[str] = []
    types: list[str] | None = None
    for place, each in _fields(where, one):
        found = {operator: values for operator, values in _operators(place, each) if values}
        match member(place, each, "Field", name), found:
            case "eventCategory", {"Equals": [only], **rest} if not rest:
                category = only
            case "readOnly", {"Equals": [("true" | "false") as only], **rest} if not rest:
                records = {"reads": only == "true", "writes": only == "false"}
            case "eventSource", {"NotEquals": left_out, **rest} if not rest:
                excluded += left_out
            case "resources.type", {"Equals": kept, **rest} if not rest:
                types = kept
            case _:
                narrowed = True
    if not category:
        raise CollectionError(f"{where}: selects no eventCategory, expected one", remedy=AGAIN)
    return _row(category, records, excluded, types, narrowed=narrowed)


def _fields(where: str, one: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, each in enumerate(member(where, one, "FieldSelectors", listed), start=1):
        place = f"{where}, field {number}"
        if not isinstance(each, dict):
            raise CollectionError(f"{place}: found {shown(each)}, expected an object", remedy=AGAIN)
        yield place, each


def _operators(place: str, each: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for operator in OPERATORS:
        found: list[str] | None = member(place, each, operator, optional(strings))
        yield operator, found or []


def _row(
    category: str, records: dict[str, bool], excluded: Sequence[str], types: Sequence[str] | None, *, narrowed: bool
) -> dict[str, Any]:
    kept = None if types is None else ",".join(sorted(types))
    return {
        "category": category,
        **records,
        "excluded_sources": ",".join(sorted(excluded)),
        "resource_types": kept,
        "narrowed": narrowed,
    }
