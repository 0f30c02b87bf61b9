"""Logs and audit events searched for personal data: plain or gzip text, one record a line (a JSON line is one).

Rules kept here: what matched never leaves, only its type, its place, its length and a digest under a key that is drawn
for this source and forgotten, so that nobody can try known addresses against it; every line of every file is scanned,
or the source is refused, as is a file that is no text; files are read in blocks of whole lines, so memory is flat. The
scanner is measured on the labelled corpus each time, and its figures stand beside what it found.
"""

from __future__ import annotations

import gzip
import hmac
import secrets
import zlib
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.pii import TYPES
from auditor.pii.detector import detect
from auditor.pii.measure import limit_of_detection
from auditor.pii.plain import plain
from auditor_collectors import files
from auditor_collectors.batches import coverage, rows
from auditor_collectors.options import Globs, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext
    from auditor.pii.spans import Span

BLOCK = 1 << 20
BATCH_ROWS = 10_000
KEPT_HITS = 1_000


def _known(kind: str) -> str:
    if kind not in TYPES:
        raise ValueError(f"{kind!r} is not one of {', '.join(TYPES)}")
    return kind


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "pii_scan"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    types: Annotated[list[Annotated[str, AfterValidator(_known)]], Field(min_length=1)] = list(TYPES)
    kept_hits: Annotated[int, Field(ge=0, le=1_000_000)] = KEPT_HITS


EXAMPLE = """\
# Logs that have to be free of personal data. Nothing of their text is kept: counts, types and places.
[sources.log_scan]
kind = "pii_scan"
files = ["logs/*.log"]
types = ["EMAIL", "PHONE_DE", "PHONE_INTERNATIONAL", "IBAN", "CREDIT_CARD", "SSN_US", "GERMAN_ID", "IP_ADDRESS"]
kept_hits = 1000                         # places kept of each file and type; all are counted
"""


class PiiScanCollector:
    """Searches files for personal data."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield hits, a row for each file and type, and one coverage row. Raises ``CollectionError``."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=lambda _done, _total: None)
        total = sum(file.content for file in found)
        key = secrets.token_bytes(32)
        done = records = 0
        for number, file in enumerate(found, start=1):
            scan = _Scan(file, number, wanted, context, key)
            yield from scan.hits(done, total)
            yield rows("pii_scans", scan.counted())
            done, records = done + file.content, records + scan.records
        files.refuse_changed(found)
        if not records:
            raise CollectionError(
                f"source {context.source!r}: its files hold blank lines only", remedy="correct `files` in auditor.toml"
            )
        yield rows(
            "coverage",
            [coverage(context, pages=len(found), records=records, sha256=files.listing_digest(found))],
        )


class _Scan:
    """One file, scanned block by block."""

    def __init__(
        self, file: files.SourceFile, number: int, wanted: Options, context: CollectContext, key: bytes
    ) -> None:
        self._file, self._number, self._wanted, self._context, self._key = file, number, wanted, context, key
        self._counts = Counter[str]()
        self._lines = 0
        self.records = 0

    def hits(self, done: int, total: int) -> Iterator[Batch]:
        """Yield the hits that are kept; ``done`` bytes of ``total`` were scanned before this file."""
        batch: list[dict[str, Any]] = []
        for block in _blocks(self._file):
            batch += self._found(plain(self._text(block)))
            if len(batch) >= BATCH_ROWS:
                yield rows("pii_hits", batch)
                batch = []
            done += len(block)
            self._context.progress(done, total)
        if batch:
            yield rows("pii_hits", batch)

    def counted(self) -> list[dict[str, Any]]:
        """Return a row for each type that was looked for."""
        known = limit_of_detection()
        return [
            self._scope()
            | {
                "scanned_at": self._context.collected_at,
                "sha256": self._file.sha256,
                "type": kind,
                "records": self.records,
                "bytes": self._file.content,
                "hits": self._counts[kind],
                "scanner_planted": known[kind].planted,
                "scanner_found": known[kind].found,
                "scanner_near_misses": known[kind].near_misses,
                "scanner_false": known[kind].false_positives,
            }
            for kind in sorted(self._wanted.types)
        ]

    def _text(self, block: bytes) -> str:
        """Return the text of a block: UTF-8, or one byte a character where it is not."""
        if b"\0" in block:
            raise CollectionError(
                f"{self._file.name}: holds bytes of zero, so it is no text that can be searched (UTF-16, or packed)",
                remedy="give it as UTF-8 text, plain or gzip",
            )
        try:
            return block.decode()
        except UnicodeDecodeError:
            return block.decode("latin-1")

    def _found(self, text: str) -> Iterator[dict[str, Any]]:
        """Yield the hits in a block of whole lines, and count them and its records."""
        lines = text.split("\n")
        lines = lines[:-1] if lines[-1] == "" else lines
        self.records += sum(1 for line in lines if line and not line.isspace())
        spans = [span for span in detect(text) if span.type in self._wanted.types]
        starts = _starts(lines) if spans else []
        for span in spans:
            self._counts[span.type] += 1
            if self._counts[span.type] <= self._wanted.kept_hits:
                line = bisect_right(starts, span.start)
                yield self._row(text, span, self._lines + line, span.start - starts[line - 1] + 1)
        self._lines += len(lines)

    def _row(self, text: str, span: Span, record: int, position: int) -> dict[str, Any]:
        digest = hmac.digest(self._key, text[span.start : span.end].encode(errors="replace"), "sha256")
        return self._scope() | {
            "record": record,
            "position": position,
            "length": span.end - span.start,
            "type": span.type,
            "match_hi": int.from_bytes(digest[:8], "big", signed=True),
            "match_lo": int.from_bytes(digest[8:16], "big", signed=True),
        }

    def _scope(self) -> dict[str, Any]:
        scope = self._context.scope
        named = {"system": scope.system, "environment": scope.environment, "source": self._context.source}
        return named | {"file": self._number}


def _starts(lines: list[str]) -> list[int]:
    """Return where each of ``lines`` begins in their block."""
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _blocks(file: files.SourceFile) -> Iterator[bytes]:
    """Yield the content in blocks of whole lines; a line is no longer than ``files.MAX_LINE``, as was inspected."""
    rest = b""
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            while block := stream.read(BLOCK):
                head, newline, tail = block.rpartition(b"\n")
                if newline:
                    yield rest + head + newline
                    rest = tail
                else:
                    rest += block
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(
            f"{file.name}: cannot be read a second time ({error})",
            remedy="collect files that are no longer written to",
        ) from error
    if rest:
        yield rest
