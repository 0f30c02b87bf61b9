"""Members of a response page of AWS, read strictly, and what a parsed answer is.

Rules kept here: an instant is what either version of the AWS command line prints, RFC 3339 text or a number of seconds
since the epoch (cut to the microsecond); a name is printable text in ASCII; what a page lacks is refused, never
assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors import calls, values
from auditor_collectors.batches import shown
from auditor_collectors.jsonlines import AGAIN, member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditor_collectors.answers import Answer, Page

LAST_SECOND = 253_402_214_400  # the last day of the year 9999 begins: later ones have no UTC everywhere


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call was asked of, how that was answered, and for which period."""

    name: str
    status: str
    records: int = 0
    asked_from: datetime | None = None
    asked_until: datetime | None = None


@dataclass(slots=True)
class Parsed:
    """Rows by table, without scope and place, and what was asked about."""

    subjects: list[Subject]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        """Add one row of ``table``."""
        self.rows.setdefault(table, []).append(row)


def moment(value: Any) -> datetime:
    """Return the instant that a page states."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if not 0 < value < LAST_SECOND:
            raise ValueError("seconds since the epoch")
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(value * 1_000_000))
    return values.instant(value)


def name(value: Any) -> str:
    """Return ``value``, which is a name or an ARN."""
    if calls.plain(value) and value:
        return str(value)
    raise ValueError("a name: printable text in ASCII")


def known(value: Any, names: Sequence[str]) -> str:
    """Return ``value``, which is one of ``names``."""
    if isinstance(value, str) and value in names:
        return value
    raise ValueError(f"one of {', '.join(names)}")


def one_of(*names: str) -> Callable[[Any], str]:
    """Return the reader of a value that is one of ``names``."""
    return partial(known, names=names)


def listed(value: Any) -> list[Any]:
    """Return ``value``, which is a list."""
    if isinstance(value, list):
        return value
    raise ValueError("a list")


def strings(value: Any) -> list[str]:
    """Return ``value``, which is a list of names."""
    return [name(one) for one in listed(value)]


def entries(pages: Iterable[Page], key: str, *, required: bool = True) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place and the object of each entry of list ``key`` of the pages."""
    for page in pages:
        if key not in page.document and not required:
            continue
        for number, one in enumerate(member(page.where, page.document, key, listed), start=1):
            where = f"{page.where}, {key} {number}"
            if not isinstance(one, dict):
                raise CollectionError(f"{where}: found {shown(one)}, expected an object", remedy=AGAIN)
            yield where, one


def dimensions(where: str, document: Mapping[str, Any]) -> str:
    """Return the ``Dimensions`` of a metric as sorted ``Name=Value``, comma between them; empty when there is none."""
    found = []
    for one in member(where, dict(document), "Dimensions", values.optional(listed)) or []:
        if not isinstance(one, dict):
            raise CollectionError(f"{where}: found a dimension {shown(one)}, expected an object", remedy=AGAIN)
        found.append(f"{member(where, one, 'Name', name)}={member(where, one, 'Value', name)}")
    return ",".join(sorted(found))


def asked(answer: Answer, parameter: str) -> str:
    """Return the parameter of the request that says what was asked about, which the response does not repeat."""
    return member(f"{answer.where}, request", answer.request, parameter, name)
