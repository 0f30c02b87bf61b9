"""Results of tests from JUnit XML: one row per case of each declared suite.

Rules kept here: those of ``auditor_collectors.junit_xml``; a file is one run of its suites, which began at the earliest
instant that it states for them; a case belongs to the innermost suite that ``auditor.toml`` lists, and those of no
listed suite are left out and counted; cases of one name are told apart by their order; a run that was delivered twice
is kept once, one that is there again with other results is refused; a timestamp without a zone is refused unless its
zone is declared.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables import identifier_halves, schema
from auditor_collectors import files
from auditor_collectors.batches import FUTURE_TOLERANCE_US, connect, coverage, exactly, not_future, rows, stream
from auditor_collectors.junit_xml import AGAIN, Case, Report, read_report
from auditor_collectors.options import Globs, Values, problems_of
from auditor_collectors.revisions import revision, stated
from auditor_collectors.spilled import placed, spill
from auditor_collectors.values import instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from auditor.collector import Batch, CollectContext

RUN = ("suite", "event_time", "test_hi", "test_lo")


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "test_results"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    suites: Values = Field(min_length=1)
    zone: Literal["stated", "utc"] = "stated"
    revision_property: str | None = Field(default=None, min_length=1)


EXAMPLE = """\
# Reports of test runs in JUnit XML. Only the suites that are listed are kept, each by the name given here.
[sources.tests]
kind = "test_results"
files = ["tests/*.xml"]
suites = { "Smoke Tests" = "smoke", "Integration Tests" = "integration" }
zone = "utc"                             # of timestamps that state none; without it those are refused
revision_property = "git.commit"         # the <property> that holds the commit
"""


class TestResultsCollector:
    """Reads reports of test runs."""

    __test__ = False  # it is no test, whatever pytest takes its name for
    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield cases and one coverage row. Raises ``CollectionError`` naming file and line."""
        wanted = Options.model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=None, progress=context.progress)
        left_out = Counter[str]()
        with connect(context) as connection:
            part = context.work / "test_results.parquet"
            count = spill(part, placed("test_results"), _results(found, wanted, context, left_out))
            files.refuse_changed(found)
            if not count:
                raise CollectionError(
                    f"source {context.source!r}: its reports hold no case of a listed suite",
                    remedy="correct `suites` in auditor.toml, or write the reports again",
                )
            names = ", ".join(schema("test_results").names)
            source = f"(select distinct {names} from read_parquet({exactly(part)}))"
            _refuse_conflicts(connection, part, names, [file.name for file in found])
            [(distinct,)] = connection.execute(f"select count(*) from {source}").fetchall()
            yield from stream(connection, "test_results", f"select {names} from {source}")
        number = left_out.total()
        row = coverage(
            context,
            pages=len(found),
            records=count,
            duplicates=count - distinct,
            sha256=files.listing_digest(found),
            detail=f"{number} cases of suites that are not listed were left out" if number else None,
        )
        yield rows("coverage", [row])


def _results(
    found: Sequence[files.SourceFile], wanted: Options, context: CollectContext, left_out: Counter[str]
) -> Iterator[dict[str, Any]]:
    scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
    for file_number, file in enumerate(found):
        report = read_report(file)
        commit = stated(_commit(file.name, report, wanted.revision_property), context.scope.release)
        placed_cases = [
            (one, next((wanted.suites[n] for n in one.suites if n in wanted.suites), None)) for one in report.cases
        ]
        began: dict[str, datetime] = {}
        for case, suite in placed_cases:
            if suite is not None:
                at = _instant(file.name, case, wanted, context)
                began[suite] = min(at, began.get(suite, at))
        seen = Counter[tuple[str, str]]()
        for case, suite in placed_cases:
            if suite is None:
                left_out[file.name] += 1
                continue
            seen[suite, case.test] += 1
            high, low = identifier_halves(f"{case.test}\n{seen[suite, case.test]}")
            facts = {"event_time": began[suite], "suite": suite, "test_hi": high, "test_lo": low, "status": case.status}
            yield scope | facts | commit | {"file_number": file_number, "row_number": case.line}


def _commit(name: str, report: Report, wanted: str | None) -> str | None:
    """Return the one commit that the report states; None where it states none."""
    found = sorted(report.properties.get(wanted or "", ()))
    if wanted is None or not found:
        return None
    if len(found) > 1:
        raise CollectionError(f"{name}: states {len(found)} values of property {wanted!r}, expected one", remedy=AGAIN)
    try:
        return revision(found[0])
    except ValueError as error:
        raise CollectionError(
            f"{name}: property {wanted!r} is {found[0][:40]!r}, expected {error}", remedy=AGAIN
        ) from error


def _instant(name: str, case: Case, wanted: Options, context: CollectContext) -> datetime:
    """Return the instant that is stated nearest to ``case``, or refuse it."""
    text = case.timestamp or ""
    try:
        moment = (
            datetime.fromisoformat(text).replace(tzinfo=UTC)
            if wanted.zone == "utc" and _unzoned(text)
            else instant(text)
        )
    except ValueError as error:
        expected = str(error) if wanted.zone == "stated" else "an instant of ISO 8601, in UTC"
        raise CollectionError(
            f"{name}, line {case.line}: its suites' timestamp is {text!r}, expected {expected}",
            remedy="write the report again, or set `zone` in auditor.toml",
        ) from error
    if moment > context.collected_at + timedelta(microseconds=FUTURE_TOLERANCE_US):
        raise CollectionError(
            f"{name}, line {case.line}: its suites' timestamp is {text!r}, expected {not_future(context)}", remedy=AGAIN
        )
    return moment


def _unzoned(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is None


def _refuse_conflicts(connection: duckdb.DuckDBPyConnection, part: Any, columns: str, names: list[str]) -> None:
    """Refuse two reports of one run that differ."""
    row = connection.execute(
        f"""
        with results as (
            select {columns}, max(file_number) as file_number
            from read_parquet({exactly(part)})
            group by {columns}
        )
        select max(file_number)
        from results
        group by {", ".join(RUN)}
        having count(*) > 1
        order by all
        limit 1
        """
    ).fetchone()
    if row:
        raise CollectionError(f"{names[row[0]]}: holds a run that is also there with other results", remedy=AGAIN)
