"""JSON lines, read one by one: one object a line, in UTF-8, no member twice; plain or gzip.

Rules kept here: a line that is anything else is refused with its number as an editor counts it; blank lines are none.
The fast route of big sources is DuckDB's; they come here only to name the line that DuckDB refused.
"""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor_collectors.files import SourceFile

BOM = b"\xef\xbb\xbf"
AGAIN = "export the file again"


def objects(file: SourceFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each line and its object. Raises ``CollectionError`` for the first that holds none."""
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                text = line.removeprefix(BOM) if number == 1 else line
                if text.strip():
                    yield number, _object(f"{file.name}, line {number}", text.rstrip())
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(
            f"{file.name}: cannot be read a second time ({error})",
            remedy="collect files that are no longer written to",
        ) from error


def _object(where: str, line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line.decode(), object_pairs_hook=lambda pairs: _distinct(where, pairs))
    except UnicodeDecodeError as error:
        raise CollectionError(f"{where}: not UTF-8 ({error.reason})", remedy=AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise CollectionError(f"{where}: not JSON ({error})", remedy=AGAIN) from error
    if not isinstance(document, dict):
        raise CollectionError(
            f"{where}: found {type(document).__name__}, expected one JSON object a line", remedy=AGAIN
        )
    return document


def _distinct(where: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CollectionError(f"{where}: member {twice!r} is there twice, expected once", remedy=AGAIN)
    return document
