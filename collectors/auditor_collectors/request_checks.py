"""What no request may be: each wrong value is refused with file, row, column, what was found and what was expected.

Rules kept here: the first wrong row of a kind is named, so that the message is the same each time; values that the
mapping does not name are no error, but are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor_collectors.batches import literal, not_future
from auditor_collectors.table_checks import future, refuse_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from auditor.collector import CollectContext
    from auditor_collectors.request_mapping import Columns

MAPPED = ("route", "kind", "outcome", "cache")


def refuse_wrong(
    connection: duckdb.DuckDBPyConnection, part: str, name: str, columns: Columns, context: CollectContext
) -> tuple[int, dict[str, int]]:
    """Refuse the first wrong value of a parsed file; return the rows, and the values that the mapping does not name."""
    problems = _problems(columns, context)
    return refuse_first(connection, part, name, problems, columns.texts(), MAPPED, context, noun="request")


def _problems(columns: Columns, context: CollectContext) -> list[tuple[str, str, str]]:
    """Return, for everything that may be wrong: its condition, the text to show, and what was expected."""
    latency = columns.latency
    problems = [
        ("event_time is null", "event_time_text", columns.event_time.expected()),
        ("request_id is null or request_id = ''", "request_id", "an id"),
        (
            "latency_text is not null and (latency_us is null or latency_us < 0)",
            "latency_text",
            f"a number of {latency.unit}, zero or more",
        ),
        (future("event_time"), "event_time_text", not_future(context)),
    ]
    if columns.available_at:
        unread = "available_at is null and available_at_text is not null"
        problems += [
            (unread, "available_at_text", columns.available_at.expected()),
            (future("available_at"), "available_at_text", not_future(context)),
        ]
    if latency.unit_column:
        other = f"latency_text is not null and unit_text is distinct from {literal(latency.unit)}"
        problems.append((other, "unit_text", f"the declared unit {latency.unit!r} in every row"))
    for name in ("input_tokens", "output_tokens"):
        if getattr(columns, name):
            problems.append((f"{name}_text is not null and {name} is null", f"{name}_text", "a count of tokens"))
    if columns.cost:
        unread = "cost_text is not null and cost_nano is null"
        problems.append((unread, "cost_text", f"an amount of {columns.cost.currency}, zero or more"))
    return problems


def refuse_duplicates(connection: duckdb.DuckDBPyConnection, spilled: str, names: Sequence[str]) -> None:
    """Refuse a request id that is there twice, in one file or in two."""
    twice = connection.execute(
        f"select request_id from {spilled} group by request_id having count(*) > 1 order by request_id limit 1"
    ).fetchone()
    if twice:
        places = connection.execute(
            f"select file_number, row_number from {spilled} where request_id = $1 order by all limit 2",
            [twice[0]],
        ).fetchall()
        first, second = (f"{names[number]}, row {row}" for number, row in places)
        raise CollectionError(
            f"{second}: request id {twice[0]!r} is already at {first}",
            remedy="export each request once; the same file under two names?",
        )
