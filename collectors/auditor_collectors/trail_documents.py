"""CloudTrail documents that are too big for the fast route, read one by one, with only the members that are needed.

Rules kept here: memory holds one document's text and no member of it that is not named; what a document is, is decided
as the fast route does: an array of records, an object with an array ``Records``, or one record.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator
    from pathlib import Path

    from auditor_collectors.files import SourceFile

BLOCK = 1 << 20
SPACE = re.compile(r"\s*")


def write_records(file: SourceFile, members: Collection[str], limit: int, target: Path) -> None:
    """Write each record of ``file``, cut down to ``members`` at any depth, as a line ``[record]`` into ``target``.

    Raises ``CollectionError`` for what is no JSON, or a document of more than ``limit`` characters.
    """
    with target.open("wb") as output:
        for document in _documents(file, frozenset(members) | {"Records"}, limit):
            found = document.get("Records") if isinstance(document, dict) else document
            records = found if isinstance(found, list) else [document]
            for record in records:
                try:
                    output.write(json.dumps([record], ensure_ascii=False).encode() + b"\n")
                except UnicodeEncodeError as error:
                    raise _no_json(file, error.reason) from error


def _documents(file: SourceFile, members: frozenset[str], limit: int) -> Iterator[Any]:
    """Yield the JSON values of ``file``. A document that is not whole yet is tried again at twice its length."""
    decoder = json.JSONDecoder(
        object_pairs_hook=lambda pairs: {key: one for key, one in reversed(pairs) if key in members}
    )
    text, enough = "", BLOCK
    for block in _text(file):
        text += block
        if len(text) < enough:
            continue
        rest = yield from _whole(decoder, text, file, last=False)
        if len(rest) > limit:
            raise CollectionError(
                f"{file.name}: found a document longer than {limit >> 20} MiB, which CloudTrail writes none of",
                remedy="check that this is the file you mean",
            )
        text, enough = rest, min(max(BLOCK, 2 * len(rest)), limit + 1)
    yield from _whole(decoder, text, file, last=True)


def _whole(decoder: json.JSONDecoder, text: str, file: SourceFile, *, last: bool) -> Generator[Any, None, str]:
    """Yield the whole values at the start of ``text``; return what follows them, of which the ``last`` leaves none."""
    position = _skipped(text, 0)
    while position < len(text):
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            if last:
                raise _no_json(file, str(error)) from error
            break
        yield value
        position = _skipped(text, end)
    return text[position:]


def _skipped(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match else position


def _text(file: SourceFile) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            while block := stream.read(BLOCK):
                yield decoder.decode(block)
            yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _no_json(file, f"not UTF-8: {error.reason}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(
            f"{file.name}: cannot be read a second time ({error})",
            remedy="collect files that are no longer written to",
        ) from error


def _no_json(file: SourceFile, found: str) -> CollectionError:
    return CollectionError(f"{file.name}: no CloudTrail JSON ({found})", remedy=AGAIN)
