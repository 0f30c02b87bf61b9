"""Results of a labelled corpus of personal data that went through the audited system: counts by type, and no text.

Rules kept here: only counts, instants and listed names leave; a type or a corpus that ``auditor.toml`` does not list is
``undeclared``; more can neither be detected nor left unredacted than was planted; a row without a count is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from auditor.tables.audit import UNDECLARED
from auditor_collectors.batches import literal, not_future
from auditor_collectors.mapped_source import MappedSource, collect_mapped
from auditor_collectors.mapping import Instant, Mapped, Plain, Strict, count, instant, mapped, text
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.table_checks import future

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

OPTIONAL = ("near_misses", "false_positives")
COUNTS = ("planted", "detected", "unredacted", "scanner_planted", "scanner_found")
AT_MOST = {"detected": "planted", "unredacted": "planted", "scanner_found": "scanner_planted"}


class Columns(Strict):
    """Where each declared column is in the source."""

    event_time: Instant
    corpus: Mapped
    type: Mapped
    planted: Plain
    detected: Plain
    unredacted: Plain
    scanner_planted: Plain
    scanner_found: Plain
    near_misses: Plain | None = None
    false_positives: Plain | None = None

    def texts(self) -> dict[str, str]:
        """Return the column of the source by the name under which its text is kept."""
        names = ("event_time", "corpus", "type", *COUNTS, *self.given())
        return {f"{name}_text": getattr(self, name).column for name in names}

    def given(self) -> list[str]:
        """Return the counts that may be left out and are not."""
        return [name for name in OPTIONAL if getattr(self, name) is not None]

    def parsed(self) -> str:
        """Return the SQL columns of every parsed value and the text that it was parsed from."""
        columns = [f"{text(self.event_time)} as event_time_text, {instant(self.event_time)} as event_time"]
        read = [(name, mapped(getattr(self, name))) for name in ("corpus", "type")]
        read += [(name, count(getattr(self, name))) for name in (*COUNTS, *self.given())]
        columns += [f"{text(getattr(self, name))} as {name}_text, {value} as {name}" for name, value in read]
        columns += [f"null::bigint as {name}" for name in OPTIONAL if name not in self.given()]
        return ", ".join(columns)

    def problems(self, at_most: str) -> list[tuple[str, str, str]]:
        """Return, for everything that may be wrong: its condition, the text to show, and what was expected."""
        problems = [
            ("event_time is null", "event_time_text", self.event_time.expected()),
            (future("event_time"), "event_time_text", at_most),
            ("corpus_text is null", "corpus_text", "the name of a corpus"),
            ("type_text is null", "type_text", "the name of a type"),
        ]
        problems += [
            (f"{name} is null", f"{name}_text", "a whole number, zero or more") for name in (*COUNTS, *self.given())
        ]
        problems += [(f"{few} > {many}", f"{few}_text", f"at most what is {many}") for few, many in AT_MOST.items()]
        return problems


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "pii_results"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["jsonl", "csv"]
    columns: Columns


EXAMPLE = """\
# What the system reported of a labelled corpus of personal data, and what was left of it in what it put out.
[sources.pii_results]
kind = "pii_results"
files = ["pii/*.jsonl"]
format = "jsonl"                         # or csv

[sources.pii_results.columns]
event_time = { column = "ranAt", unit = "rfc3339" }
corpus = { column = "corpus", values = { "support-v3" = "support-v3" } }
type = { column = "type", values = { EMAIL = "EMAIL", IBAN = "IBAN" } }
planted = { column = "planted" }
detected = { column = "detected" }
unredacted = { column = "unredacted" }
scanner_planted = { column = "scannerPlanted" }   # pieces shown to the scanner of the output, to test it
scanner_found = { column = "scannerFound" }
near_misses = { column = "nearMisses" }           # may be left out, as the next: then false positives are unknown
false_positives = { column = "falsePositives" }
"""


class PiiResultsCollector:
    """Reads results of a labelled corpus."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield results and one coverage row. Raises ``CollectionError`` naming file, row and column."""
        wanted = Options.model_validate(options)
        columns = wanted.columns
        source = MappedSource(
            table="pii_results",
            noun="result",
            unnamed="names that the mapping does not list",
            texts=columns.texts(),
            parsed=columns.parsed(),
            problems=columns.problems(not_future(context)),
            named=["corpus", "type"],
            select=_select,
        )
        return collect_mapped(wanted.files, wanted.format, source, context)


def _select(parts: str, context: CollectContext) -> str:
    return f"""
        select distinct
            {literal(context.scope.system)} as system, {literal(context.scope.environment)} as environment,
            {literal(context.source)} as source, event_time, coalesce(corpus, {literal(UNDECLARED)}) as corpus,
            coalesce(type, {literal(UNDECLARED)}) as type, {", ".join((*COUNTS, *OPTIONAL))}
        from read_parquet({parts})
    """
