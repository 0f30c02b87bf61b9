"""Security scans from SARIF 2.1.0 logs: one row per run of a tool over a declared path, with counts by severity.

Rules kept here: those of ``auditor_collectors.sarif``; what was scanned is the category of the run
(``automationDetails.id`` up to its last slash), as ``auditor.toml`` maps it, and a run of another category is refused,
so that no path is overlooked; nothing of a result leaves but its severity.
"""

from __future__ import annotations

import gzip
import re
import zlib
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables import schema
from auditor_collectors import files, sarif
from auditor_collectors.batches import connect, coverage, exactly, rows, stream
from auditor_collectors.flag_documents import mapping
from auditor_collectors.jsonlines import AGAIN, json_object, member
from auditor_collectors.options import Globs, Values, problems_of
from auditor_collectors.revisions import revision, stated
from auditor_collectors.spilled import placed, spill
from auditor_collectors.values import not_after, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.collector import Batch, CollectContext

MAX_LOG = 64 << 20
TOOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,63}")

Level = Annotated[str, AfterValidator(sarif.level)]
Severity = Literal["critical", "high", "medium", "low"]


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "security_scans"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    paths: Values = Field(min_length=1)
    levels: dict[Level, Severity] = Field(default_factory=dict)


EXAMPLE = """\
# Security scans in SARIF 2.1.0. A run of a category that is not listed here is refused, never passed over.
[sources.scans]
kind = "security_scans"
files = ["scans/*.sarif"]
paths = { "mcp-routing" = "mcpRouting", "direct-bedrock" = "directBedrock" }   # automationDetails.id, to its last slash
levels = { error = "high", warning = "medium", note = "low", none = "low" }    # of rules without a security-severity
"""


class SecurityScansCollector:
    """Reads SARIF logs."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield scans and one coverage row. Raises ``CollectionError`` naming file, run and result."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=None, progress=context.progress)
        with connect(context) as connection:
            part = context.work / "security_scans.parquet"
            count = spill(part, placed("security_scans"), _scans(found, wanted, context))
            files.refuse_changed(found)
            if not count:
                raise CollectionError(f"source {context.source!r}: its logs hold no run", remedy=AGAIN)
            select = f"select distinct {', '.join(schema('security_scans').names)} from read_parquet({exactly(part)})"
            kept = 0
            for batch in stream(connection, "security_scans", select):
                kept += batch.rows.num_rows
                yield batch
        digest = files.listing_digest(found)
        yield rows(
            "coverage", [coverage(context, pages=len(found), records=count, duplicates=count - kept, sha256=digest)]
        )


def _scans(found: Sequence[files.SourceFile], wanted: Options, context: CollectContext) -> Iterator[dict[str, Any]]:
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    for file_number, file in enumerate(found):
        for number, (where, run) in enumerate(sarif.runs_of(file.name, _log(file)), start=1):
            place = {"file_number": file_number, "row_number": number}
            yield scope | _scan(where, run, wanted, context) | place


def _scan(where: str, run: dict[str, Any], wanted: Options, context: CollectContext) -> dict[str, Any]:
    details = member(where, run, "automationDetails", mapping)
    category = member(where, details, "id", text).rpartition("/")[0]
    if category not in wanted.paths:
        known = ", ".join(wanted.paths)
        raise CollectionError(
            f"{where}: category {category[:60]!r}, expected one of {known}", remedy="list it in `paths` of auditor.toml"
        )
    moment = sarif.ended(where, run)
    member(where, {"endTimeUtc": moment.isoformat()}, "endTimeUtc", partial(not_after, context=context))
    return {
        "event_time": moment,
        "tool": member(where, member(where, member(where, run, "tool", mapping), "driver", mapping), "name", _tool),
        "path": wanted.paths[category],
        "complete": sarif.complete(where, run),
        **stated(_commit(where, run), context.scope.release),
        **sarif.counted(where, run, wanted.levels),
    }


def _commit(where: str, run: dict[str, Any]) -> str | None:
    found = sarif.commits(where, run)
    if not found:
        return None
    if len(found) > 1:
        raise CollectionError(f"{where}: states {len(found)} commits, expected one", remedy=AGAIN)
    return member(where, {"revisionId": found[0]}, "revisionId", revision)


def _tool(value: Any) -> str:
    if isinstance(value, str) and TOOL.fullmatch(value):
        return value
    raise ValueError("a name of letters, digits, spaces and ._:/+-, at most 64")


def _log(file: files.SourceFile) -> dict[str, Any]:
    """Return the one JSON object that ``file`` is."""
    if file.content > MAX_LOG:
        raise CollectionError(
            f"{file.name}: {file.content >> 20} MiB in one log, at most {MAX_LOG >> 20} are read",
            remedy="write a log for each run",
        )
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream_:
            return json_object(file.name, stream_.read())
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(f"{file.name}: cannot be read a second time ({error})", remedy=AGAIN) from error
