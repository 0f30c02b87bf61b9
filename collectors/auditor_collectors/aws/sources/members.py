"""Objects within a page of AWS, read as strictly as the members of ``auditor_collectors.page_members``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors.answers import Page
from auditor_collectors.page_members import entries

if TYPE_CHECKING:
    from collections.abc import Iterator


def an_object(value: Any) -> dict[str, Any]:
    """Return ``value``, which is an object."""
    if isinstance(value, dict):
        return value
    raise ValueError("an object")


def within(where: str, document: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place and the object of each entry of list ``key`` of ``document``, which may have none."""
    return entries([Page(where, document)], key, required=False)
