"""Objects within an object of a response page."""

from __future__ import annotations

from typing import Any

from auditor_collectors.jsonlines import member
from auditor_collectors.values import optional


def part(where: str, document: dict[str, Any], key: str) -> dict[str, Any]:
    """Return member ``key``, which is an object; one without members where it is absent."""
    return member(where, document, key, optional(_an_object)) or {}


def _an_object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError("an object")
