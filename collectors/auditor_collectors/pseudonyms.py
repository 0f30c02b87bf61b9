"""Persons, told apart by pseudonyms of the vault, or not at all.

Rules kept here: an identifier goes to the vault and nowhere else; a pseudonym is of one calendar month in UTC, so that
months cannot be put together by anyone without the vault; without a vault there is no person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors.jsonlines import member
from auditor_collectors.values import identifier, optional

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.collector import CollectContext


def person(where: str, document: dict[str, Any], name: str, moment: datetime, context: CollectContext) -> str | None:
    """Return the pseudonym of the person that member ``name`` identifies, in the month of ``moment``; null for none."""
    if context.pseudonym is None:
        return None
    found = member(where, document, name, optional(_of_a_person))
    return context.pseudonym(found, f"{moment:%Y-%m}") if found else None


def _of_a_person(value: Any) -> str:
    return "" if value == "" else identifier(value)
