"""Rows of amounts, from JSON lines and CSV by a declared mapping: what `costs` and `budgets` share.

Rules kept here: an amount is a decimal number, read exactly and never as a float, so a number of JSON keeps every digit
that it shows; it has a currency, of its column or declared for all; an instant has a time zone; the first wrong row is
refused with file, row, column, what was found and what was expected.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from auditor.errors import CollectionError
from auditor_collectors import values
from auditor_collectors.batches import refuse_row
from auditor_collectors.jsonlines import AGAIN
from auditor_collectors.mapping import Strict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from auditor_collectors.files import SourceFile

CURRENCY = r"^[A-Z]{3}$"
DECIMAL = r"^[+-]?([0-9]{1,60}(\.[0-9]{0,60})?|\.[0-9]{1,60})([eE][+-]?[0-9]{1,2})?$"
LARGEST = (1 << 63) - 1
EXACT = Context(prec=200)


class Currency(Strict):
    """The currency of every row (``value``), or the column that holds it."""

    value: str | None = Field(default=None, pattern=CURRENCY)
    column: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one(self) -> Currency:
        if (self.value is None) == (self.column is None):
            raise ValueError("needs either value or column, not both and not none")
        return self


class Row:
    """One row of a file; each method reads a column, or refuses the row."""

    def __init__(self, name: str, number: int, found: dict[str, Any]) -> None:
        self.name = name
        self.number = number
        self.values = found

    def refuse(self, column: str, expected: str) -> CollectionError:
        """Return the error for the value of ``column``."""
        return refuse_row(self.name, self.number, column, self.values.get(column), expected)

    def text(self, column: str) -> str:
        """Return a text that is not empty."""
        value = self.values.get(column)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.refuse(column, "a text that is not empty")
        return value

    def instant(self, column: str) -> datetime:
        """Return an instant with a time zone, in UTC, cut to microseconds."""
        try:
            return values.instant(self.values.get(column))
        except ValueError as error:
            raise self.refuse(column, str(error)) from error

    def period(self, start: str, end: str) -> tuple[datetime, datetime]:
        """Return a period that ends after its start."""
        first, last = self.instant(start), self.instant(end)
        if last <= first:
            raise self.refuse(end, f"an instant after {start} ({self.values[start]})")
        return first, last

    def nano(self, column: str, *, up: bool) -> int:
        """Return an amount, zero or more, in billionths, rounded up or down."""
        expected = "a decimal amount, zero or more"
        value = self.values.get(column)
        text = str(value) if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else ""
        if not re.match(DECIMAL, text):
            raise self.refuse(column, expected)
        shifted = Decimal(text).scaleb(9, EXACT)
        whole = int(shifted.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR, EXACT))
        if shifted < 0 or whole > LARGEST:
            raise self.refuse(column, expected if shifted < 0 else f"an amount below {LARGEST // 10**9}")
        return whole

    def currency(self, mapping: Currency) -> str:
        """Return the currency of the row."""
        if mapping.value is not None:
            return mapping.value
        column = mapping.column or ""
        value = self.values.get(column)
        if not isinstance(value, str) or not re.match(CURRENCY, value):
            raise self.refuse(column, "a currency of three capital letters, e.g. EUR")
        return value


def table(file: SourceFile, form: str) -> Iterator[Row]:
    """Yield the rows of one file, numbered as an editor counts its lines."""
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
            yield from _csv(file.name, text) if form == "csv" else _jsonl(file.name, text)
    except UnicodeDecodeError as error:
        raise CollectionError(f"{file.name}: not UTF-8 ({error.reason})", remedy=AGAIN) from error
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(
            f"{file.name}: cannot be read a second time ({error})",
            remedy="collect files that are no longer written to",
        ) from error


def _csv(name: str, text: io.TextIOWrapper) -> Iterator[Row]:
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, [])
        twice = sorted({column for column in header if header.count(column) > 1})
        if not header or twice:
            found = f"column {twice[0]!r} is there twice" if twice else "is blank, expected the header"
            raise CollectionError(f"{name}, line 1: {found}", remedy=AGAIN)
        for record in reader:
            if not record:
                continue
            if len(record) != len(header):
                raise CollectionError(
                    f"{name}, line {reader.line_num}: found {len(record)} values, expected {len(header)}", remedy=AGAIN
                )
            yield Row(name, reader.line_num, dict(zip(header, record, strict=True)))
    except csv.Error as error:
        raise CollectionError(f"{name}, line {reader.line_num}: not CSV ({error})", remedy=AGAIN) from error


def _jsonl(name: str, text: io.TextIOWrapper) -> Iterator[Row]:
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            document = json.loads(line, parse_float=Decimal, object_pairs_hook=lambda pairs: pairs)
        except (ValueError, RecursionError, ArithmeticError) as error:
            raise CollectionError(f"{where}: not JSON ({error})", remedy=AGAIN) from error
        pairs = isinstance(document, list) and line.lstrip().startswith("{")
        if not pairs:
            raise CollectionError(f"{where}: expected one JSON object a line", remedy=AGAIN)
        values = dict(document)
        if len(values) != len(document):
            raise CollectionError(f"{where}: a member is there twice, expected once", remedy=AGAIN)
        yield Row(name, number, values)


def refuse_overlaps(places: list[tuple[str, datetime, datetime, Row]], what: str) -> None:
    """Refuse two rows of one ``what`` whose periods overlap; the same row twice is one such."""
    ordered = sorted(places, key=lambda one: (*one[:3], one[3].name, one[3].number))
    for before, after in pairwise(ordered):
        if before[0] == after[0] and after[1] < before[2]:
            raise CollectionError(
                f"{after[3].name}, row {after[3].number}: {what} {after[0]!r} overlaps the period of "
                f"{before[3].name}, row {before[3].number}",
                remedy="export each period once",
            )
