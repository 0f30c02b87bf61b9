"""What no row of a mapped source may be: the first wrong value is refused with file, row, column and what was expected.

Rules kept here: the first wrong row of a kind is named, so that the message is the same each time; values that the
mapping does not name are no error, but are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor_collectors.batches import FUTURE_TOLERANCE_US, exactly, refuse_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from auditor.collector import CollectContext

MAX_SHOWN = 20


def refuse_missing(name: str, wanted: Sequence[str], found: Sequence[str]) -> None:
    """Refuse a file that lacks a mapped column altogether, or has it twice."""
    missing = [column for column in wanted if column not in found]
    if missing:
        more = f" and {len(found) - MAX_SHOWN} more" if len(found) > MAX_SHOWN else ""
        raise CollectionError(
            f"{name}: column {missing[0]!r} is missing; found columns {', '.join(found[:MAX_SHOWN])}{more}",
            remedy="correct the mapping in auditor.toml",
        )
    twice = [column for column in wanted if found.count(column) > 1]
    if twice:
        raise CollectionError(
            f"{name}: column {twice[0]!r} is there {found.count(twice[0])} times, expected once",
            remedy="export the file with distinct names",
        )


def refuse_first(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    name: str,
    problems: Sequence[tuple[str, str, str]],
    texts: Mapping[str, str],
    mapped: Sequence[str],
    context: CollectContext,
    *,
    noun: str,
) -> tuple[int, dict[str, int]]:
    """Refuse the first wrong value of a parsed file; return the rows, and the values that the mapping does not name.

    ``problems`` are, for everything that may be wrong: its condition, the text to show, and what was expected;
    ``texts`` is the source's column by the name of its text; a ``noun`` is what a row is to a person.
    """
    flags = ", ".join(f"min(row_number) filter (where {one[0]})" for one in problems)
    lost = "".join(f"count(*) filter (where {key} is null and {key}_text is not null), " for key in mapped)
    query = f"select count(*), {lost}{flags} from read_parquet({exactly(part)})"
    [counted] = connection.execute(query, {"collected_at": context.collected_at}).fetchall()  # to its end
    if not counted[0]:
        raise CollectionError(f"{name}: holds no {noun}", remedy="remove the file, or export it again")
    for (_, text, expected), row in zip(problems, counted[1 + len(mapped) :], strict=True):
        if row is not None:
            value = connection.execute(
                f"select {text} from read_parquet({exactly(part)}) where row_number = $1",
                [row],
            ).fetchone()
            raise refuse_row(name, row, texts[text], value[0] if value else None, expected)
    return int(counted[0]), dict(zip(mapped, counted[1 : 1 + len(mapped)], strict=True))


def future(column: str) -> str:
    """Return the condition that an instant lies too far after ``$collected_at``."""
    return f"epoch_us({column}) > epoch_us($collected_at) + {FUTURE_TOLERANCE_US}"
