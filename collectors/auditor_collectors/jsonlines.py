"""JSON lines, read one by one: one object a line, in UTF-8, no member twice; plain or gzip.

Rules kept here: a line that is anything else is refused with its number as an editor counts it; blank lines are none.
The fast route of big sources is DuckDB's; they come here only to name the line that DuckDB refused.
"""

from __future__ import annotations

import gzip
import json
import zlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.errors import CollectionError
from auditor_collectors.batches import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor_collectors.files import SourceFile

BOM = b"\xef\xbb\xbf"
AGAIN = "export the file again"
T = TypeVar("T")


def objects(file: SourceFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each line and its object. Raises ``CollectionError`` for the first that holds none."""
    for number, line in lines(file):
        if line.strip():
            yield number, json_object(f"{file.name}, line {number}", line)


def lines(file: SourceFile) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number, without the mark of byte order that some exports begin with."""
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                yield number, line.removeprefix(BOM) if number == 1 else line
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(
            f"{file.name}: cannot be read a second time ({error})",
            remedy="collect files that are no longer written to",
        ) from error


def json_object(where: str, text: bytes) -> dict[str, Any]:
    """Return the object that ``text`` is, its broken numbers as exact ``Decimal``; else ``CollectionError``."""
    try:
        document = json.loads(
            text.strip().decode(),
            object_pairs_hook=lambda pairs: _distinct(where, pairs),
            parse_float=Decimal,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise CollectionError(f"{where}: not UTF-8 ({error.reason})", remedy=AGAIN) from error
    except json.JSONDecodeError as error:
        place = f"{error.msg}, at character {error.pos + 1} of the JSON"
        raise CollectionError(f"{where}: not JSON ({place})", remedy=AGAIN) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise CollectionError(f"{where}: not JSON ({error})", remedy=AGAIN) from error
    if not isinstance(document, dict):
        raise CollectionError(f"{where}: found {type(document).__name__}, expected one JSON object", remedy=AGAIN)
    return document


def member(where: str, document: dict[str, Any], name: str, read: Callable[[Any], T], *, remedy: str = AGAIN) -> T:
    """Return member ``name`` as ``read`` takes it, which raises ``ValueError`` with what it expects."""
    try:
        return read(document.get(name))
    except ValueError as error:
        raise CollectionError(
            f"{where}, member {name!r}: found {shown(document[name]) if name in document else 'none'}, "
            f"expected {error}",
            remedy=remedy,
        ) from error


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def _distinct(where: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CollectionError(f"{where}: member {twice!r} is there twice, expected once", remedy=AGAIN)
    return document
