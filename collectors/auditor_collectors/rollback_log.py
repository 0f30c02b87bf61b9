"""The log of a rollback: one JSON object a line, with the members and words that ``auditor.toml`` declares.

Rules kept here: only the declared members are read, so whoever ran the script stays behind, and of a notice only the
digest of its id is kept; a step that the mapping does not name is ``other`` and counted, never left out; whether a step
was rehearsed is null where the log does not say. A log in which nothing happened has one line that says it was opened.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables import identifier_halves, schema
from auditor.tables.deployment import ROLLBACK_STEPS
from auditor_collectors import files
from auditor_collectors.batches import connect, coverage, exactly, rows, stream
from auditor_collectors.jsonlines import member, objects
from auditor_collectors.options import Globs, Values, problems_of
from auditor_collectors.spilled import spill
from auditor_collectors.values import boolean, identifier, not_after, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.collector import Batch, CollectContext

WIDEST_EXIT = 1 << 32  # Windows has exit codes of 32 bits


def _known(steps: dict[str, str]) -> dict[str, str]:
    foreign = sorted(set(steps.values()) - set(ROLLBACK_STEPS))
    if foreign:
        raise ValueError(f"gives {foreign[0]!r}, expected one of {', '.join(ROLLBACK_STEPS)}")
    return steps


class Members(BaseModel):
    """The members of a line; ``reference`` is the id of the notice that was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str
    step: str
    exit_code: str | None = None
    dry_run: str | None = None
    reference: str | None = None


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "rollback_log"``; ``steps`` says what the words of the log mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    members: Members
    steps: Annotated[Values, AfterValidator(_known)] = Field(default={step: step for step in ROLLBACK_STEPS})


EXAMPLE = """\
# What the rollback script and its operators did. A log in which nothing happened has one line with the step "opened":
# {"at": "2025-01-14T07:45:00Z", "step": "opened", "dry_run": false}
[sources.rollback_log]
kind = "rollback_log"
files = ["rollback/*.jsonl"]
members = { at = "at", step = "step", exit_code = "exit_code", dry_run = "dry_run", reference = "notice_id" }

[sources.rollback_log.steps]
opened = "opened"
triggered = "triggered"
script_started = "script_started"
script_finished = "script_finished"
flags_disabled = "flags_disabled"
mcp_only_verified = "mcp_only_verified"
notified = "notified"
"""


class RollbackLogCollector:
    """Reads logs of rollbacks."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield the steps and one coverage row. Raises ``CollectionError`` naming file and line."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        unnamed = Counter[str]()
        with connect(context) as connection:
            part = context.work / "steps.parquet"
            count = spill(part, schema("rollback_steps"), _steps(found, wanted, context, unnamed))
            files.refuse_changed(found)
            if not count:
                raise CollectionError(
                    f"source {context.source!r}: its files hold no step",
                    remedy="a log in which nothing happened has one line that says when it was opened",
                )
            names, kept = ", ".join(schema("rollback_steps").names), 0
            for batch in stream(
                connection, "rollback_steps", f"select distinct {names} from read_parquet({exactly(part)})"
            ):
                kept += batch.rows.num_rows
                yield batch
        row = coverage(
            context,
            pages=len(found),
            records=count,
            duplicates=count - kept,
            sha256=files.listing_digest(found),
            detail=f"{unnamed.total()} steps that the mapping does not name" if unnamed else None,
        )
        yield rows("coverage", [row])


def _steps(
    found: Sequence[files.SourceFile], wanted: Options, context: CollectContext, unnamed: Counter[str]
) -> Iterator[dict[str, Any]]:
    """Yield the row of each line; ``unnamed`` counts the words that the mapping does not name."""
    names = wanted.members
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    when = partial(not_after, context=context)
    for file in found:
        for number, document in objects(file):
            where = f"{file.name}, line {number}"
            at = member(where, document, names.at, when)
            word = member(where, document, names.step, text)
            step = wanted.steps.get(word, "other")
            if word not in wanted.steps:
                unnamed[word] += 1
            code = member(where, document, names.exit_code, optional(_exit_code)) if names.exit_code else None
            rehearsed = member(where, document, names.dry_run, optional(boolean)) if names.dry_run else None
            notice = member(where, document, names.reference, optional(identifier)) if names.reference else None
            halves = (None, None) if notice is None else identifier_halves(notice)
            yield scope | {
                "event_time": at,
                "step": step,
                "exit_code": code,
                "dry_run": rehearsed,
                "reference_hi": halves[0],
                "reference_lo": halves[1],
            }


def _exit_code(value: Any) -> int:
    if type(value) is int and -WIDEST_EXIT < value < WIDEST_EXIT:
        return value
    raise ValueError("a whole number of at most 32 bits")
