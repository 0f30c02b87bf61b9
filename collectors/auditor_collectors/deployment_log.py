"""A deployment's log, one JSON object a line: its phases, and what happened in them.

Rules kept here: no text leaves but what ``auditor.toml`` lists (any other is ``undeclared``) and versions of a plain
form, so no message and no person; a kind of record that nobody declared is kept as such, for it may be an error; the
log's own numbers are kept, so that a policy can tell whether a record is missing; two records of one number are
refused, and so is the end of a phase that did not begin; memory is flat.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auditor.errors import CollectionError
from auditor.tables import schema
from auditor.tables.audit import UNDECLARED
from auditor.tables.deployment import DEPLOYMENT_EVENTS
from auditor_collectors import files
from auditor_collectors.batches import connect, coverage, exactly, rows, stream
from auditor_collectors.deployment_phases import phases_of
from auditor_collectors.jsonlines import AGAIN, member, objects
from auditor_collectors.options import Globs, Values, problems_of
from auditor_collectors.spilled import placed, spill
from auditor_collectors.values import not_after, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

VERSION = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}"
BOUNDARIES = ("phase_started", "phase_ended")


class Members(BaseModel):
    """The members of the log's lines; those without a default may be absent from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str = Field(min_length=1)
    event: str = Field(min_length=1)
    phase: str = Field(min_length=1)
    component: str | None = Field(default=None, min_length=1)
    version: str | None = Field(default=None, min_length=1)
    position: str | None = Field(default=None, min_length=1)


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "deployment_log"``: ``events`` and ``phases`` say what its words mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    members: Members
    events: Values
    phases: Values
    components: Values = {}

    @model_validator(mode="after")
    def _known_kinds(self) -> Self:
        expected = [kind for kind in DEPLOYMENT_EVENTS if kind != UNDECLARED]
        foreign = sorted(set(self.events.values()) - set(expected))
        if foreign:
            raise ValueError(f"events gives {foreign[0]!r}, expected one of {', '.join(expected)}")
        return self


EXAMPLE = """\
# A deployment's log, one JSON object a line. `events` says what its words mean; any other word is "undeclared".
[sources.deployment_log]
kind = "deployment_log"
files = ["deployment/*.jsonl"]
phases = ["phase_1", "phase_2"]          # or { "Pre-Deployment Setup" = "phase_1" }
components = ["MCPRouter"]

[sources.deployment_log.members]
at = "at"
event = "event"
phase = "phase"
component = "component"
version = "version"
position = "seq"                         # the log numbers its records: without it, none can be shown to be missing

[sources.deployment_log.events]
PHASE_START = "phase_started"
PHASE_END = "phase_ended"
DEPLOYED = "component_deployed"
READY = "component_initialized"
CONFIG_OK = "config_validated"
CONFIG_BAD = "config_invalid"
WARN = "warning"
ERROR = "error"
"""


class DeploymentLogCollector:
    """Reads a deployment's log."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield events, phases and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=files.MAX_LINE, progress=context.progress)
        names = [file.name for file in found]
        with connect(context) as connection:
            part = context.work / "events.parquet"
            count = spill(part, _layout(), _events(found, wanted, context))
            files.refuse_changed(found)
            if not count:
                raise CollectionError(
                    f"source {context.source!r}: its files hold no record", remedy="check `files` in auditor.toml"
                )
            spilled = f"read_parquet({exactly(part)})"
            _refuse_conflicts(connection, spilled, names)
            yield rows("phases", phases_of(connection, spilled, names))
            columns, kept = ", ".join(schema("deployment_events").names), 0
            for batch in stream(connection, "deployment_events", f"select distinct {columns} from {spilled}"):
                kept += batch.rows.num_rows
                yield batch
            unnamed = connection.execute(f"select count(*) from {spilled} where kind = '{UNDECLARED}'").fetchone()
        row = coverage(
            context,
            pages=len(found),
            records=count,
            duplicates=count - kept,
            sha256=files.listing_digest(found),
            detail=f"{unnamed[0]} records of a kind that events does not name" if unnamed and unnamed[0] else None,
        )
        yield rows("coverage", [row])


def _layout() -> Any:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    return placed("deployment_events", digest=pa.string())


def _events(found: Sequence[files.SourceFile], wanted: Options, context: CollectContext) -> Iterator[dict[str, Any]]:
    names = wanted.members
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    when = partial(not_after, context=context)
    for file_number, file in enumerate(found):
        for number, document in objects(file):
            where = f"{file.name}, line {number}"
            kind = wanted.events.get(member(where, document, names.event, text), UNDECLARED)
            phase = partial(_phase, phases=wanted.phases) if kind in BOUNDARIES else _listed(wanted.phases)
            whole = json.dumps(document, sort_keys=True, default=repr).encode()
            yield scope | {
                "event_time": member(where, document, names.at, when),
                "kind": kind,
                "phase": member(where, document, names.phase, phase),
                "component": _maybe(where, document, names.component, _listed(wanted.components)),
                "version": _maybe(where, document, names.version, optional(_version)),
                "position": _maybe(where, document, names.position, optional(_position)),
                "file_number": file_number,
                "row_number": number,
                "digest": hashlib.sha256(whole).hexdigest(),
            }


def _maybe(where: str, document: dict[str, Any], name: str | None, read: Any) -> Any:
    return member(where, document, name, read) if name else None


def _listed(values: dict[str, str]) -> Any:
    return optional(lambda value: values.get(text(value), UNDECLARED))


def _phase(value: Any, phases: dict[str, str]) -> str:
    if isinstance(value, str) and value in phases:
        return phases[value]
    raise ValueError(f"one of {', '.join(phases)}, or another phase that `phases` in auditor.toml lists")


def _version(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(VERSION, value):
        return value
    raise ValueError("a version of letters, digits and ._+-, at most 64")


def _position(value: Any) -> int:
    if type(value) is int and 0 <= value < 1 << 63:
        return value
    raise ValueError("a whole number, zero or more")


def _refuse_conflicts(connection: duckdb.DuckDBPyConnection, spilled: str, names: Sequence[str]) -> None:
    """Refuse two different records of one number; records are the same when every member is, kept here or not."""
    conflict = connection.execute(
        f"""
        select file_number, row_number, first.file_number, first.row_number, position
        from (
            select
                file_number, row_number, digest, position,
                first_value({{'file_number': file_number, 'row_number': row_number, 'digest': digest}}) over (
                    partition by position order by file_number, row_number
                ) as first
            from {spilled}
            where position is not null
        )
        where digest <> first.digest
        order by file_number, row_number
        limit 1
        """
    ).fetchone()
    if conflict:
        file_number, row, first_file, first_row, position = conflict
        raise CollectionError(
            f"{names[file_number]}, line {row}: record {position} is already at {names[first_file]}, line {first_row}, "
            "with other content",
            remedy="a log numbers each record once; " + AGAIN + ", one source for each log",
        )
