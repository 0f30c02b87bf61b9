"""Rows about one store that several sources of AWS state alike.

Rules kept here: a resource is listed where it lies, by the listing of its own region; a class of data is what its tag
says, and a tag is signed by nobody, so no resource of AWS has a signed classification; what was not learnt is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor_collectors.aws import arns
from auditor_collectors.aws.sources.members import an_object
from auditor_collectors.aws.told import fact
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries
from auditor_collectors.values import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Fact
    from auditor_collectors.aws.sources.key_users import Used

_STATES = (
    "encrypted",
    "key_arn",
    "key_manager",
    "public_blocked",
    "versioned",
    "point_in_time",
    "lock_days",
    "masked",
    "rotated",
    "origin",
    "state",
)


class NoOptions(BaseModel):
    """A section of ``auditor.toml`` that has nothing beside what every source of AWS has."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreOptions(BaseModel):
    """What sources of stores have beside what every source of AWS has: the key of the tag that names the class."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_class_tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_ .:/=+@-]+$", max_length=128)] | None = None


def resource(
    answer: Answer, arn: str, resource_type: str, kind: str, place: Place, data_class: str | None = None
) -> Fact:
    """Return the row of a resource that lies in ``place``."""
    _, placed = fact(
        answer,
        "resources",
        arn=arn,
        service=arns.service_of(arn),
        resource_type=resource_type,
        kind=kind,
        data_class=data_class or None,
        classification_signed=False,
    )
    del placed["answered_at"]
    return "resources", placed | {"account": place.account, "region": place.region}


def protection(answer: Answer, arn: str, **states: Any) -> Fact:
    """Return the row of how a resource is protected; what ``states`` leaves out is not known."""
    row = dict.fromkeys(_STATES) | states
    return fact(answer, "resource_protection", arn=arn, service=arns.service_of(arn), **row)


def retention(
    answer: Answer,
    arn: str,
    basis: str,
    days: int | None,
    *,
    rule: str = "",
    data_class: str | None = None,
    oldest_at: datetime | None = None,
) -> Fact:
    """Return the row of a rule by which a resource deletes after ``days``, or never."""
    row = {"arn": arn, "basis": basis, "rule": rule, "data_class": data_class or None, "days": days}
    return fact(answer, "retention_rules", **row, oldest_at=oldest_at)


def link(
    answer: Answer,
    arn: str,
    kind: str,
    destination: str,
    at: arns.Where | None = None,
    *,
    enabled: bool | None = True,
) -> Fact:
    """Return the row of another place, where its ARN says unless ``at`` does."""
    at = at or arns.where(destination)
    return fact(
        answer,
        "resource_links",
        arn=arn,
        kind=kind,
        destination=destination,
        destination_account=at.account,
        destination_region=at.region,
        enabled=enabled,
    )


def key_link(answer: Answer, arn: str, used: Used, place: Place) -> Fact:
    """Return the row of the key of a store in ``place``; a name that is no ARN is that of a key beside the store."""
    at = arns.where(used.arn)
    return link(answer, arn, "key", used.arn, arns.Where(place.account, place.region) if at.region is None else at)


def tag_reader(list_name: str) -> Callable[[Answer, Sequence[Page]], list[tuple[str, str]]]:
    """Return the reader of the tags in list ``list_name`` of a page: pairs of key and value."""

    def read(_answer: Answer, pages: Sequence[Page]) -> list[tuple[str, str]]:
        return [tag(where, one) for where, one in entries(pages, list_name)]

    return read


def tag_map_reader(map_name: str) -> Callable[[Answer, Sequence[Page]], list[tuple[str, str]]]:
    """Return the reader of the tags in object ``map_name`` of a page: pairs of key and value."""

    def read(_answer: Answer, pages: Sequence[Page]) -> list[tuple[str, str]]:
        found = [(page.where, member(page.where, page.document, map_name, an_object)) for page in pages]
        return [(key, member(where, stated, key, text)) for where, stated in found for key in stated]

    return read


def tag(where: str, document: dict[str, Any]) -> tuple[str, str]:
    """Return the key and the value of a tag."""
    return member(where, document, "Key", text), member(where, document, "Value", text)
