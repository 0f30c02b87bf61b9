"""The cases of a control: given table rows and parameters, the expected decisions, through DuckDB and the engine.

A case is one JSON line of ``controls/<family>/<name>/<name>.cases.jsonl``::

    {"name": "...", "parameters": {...}, "window": {"start": "...Z", "end": "...Z"}, "as_of": "...Z",
     "tables": {"requests": [{"event_time": "...Z", "repeat": {"count": 200, "step_us": 1000}, ...}]},
     "expect": [{"resource": "...", "verdict": "...", "reason": "..."}]}

Rules kept here: a row gives only the columns that matter; scope columns, identifiers and nulls are filled in, every
other column must be given. ``repeat`` makes ``count`` rows whose instants move by ``step_us``. ``as_of`` is the end of
the window unless it is given. Every expectation is compared, and so is the number of findings.
"""

from __future__ import annotations

import itertools
import json
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.pack import tables_read
from auditor.adapters.policies.profile import BoundControl
from auditor.adapters.policies.read_tables import tables_behind
from auditor.adapters.sql.engine import SqlEngine
from auditor.errors import ControlError
from auditor.model import Window
from auditor.shell.decide import ANCHORS, decide_control, derive_tables, find_anchors, shared_parameters
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from auditor.adapters.policies.pack import Control, Pack
    from auditor.columns import Table
    from auditor.model import Finding
    from auditor.shell.decide import PolicyEngine

NUMBERS = ("_hi", "_lo")  # the halves of an identifier: the number of the row
FILLED = {"system": "case", "environment": "case", "source": "requests", "account": "", "region": ""}
MEMBERS = {"name", "parameters", "window", "as_of", "tables", "expect"}


@dataclass(frozen=True, slots=True)
class Case:
    """One parsed case of a control."""

    control: Control
    file: str
    name: str
    parameters: dict[str, Any]
    window: Window
    as_of: datetime
    tables: dict[str, list[dict[str, Any]]]
    expect: list[dict[str, Any]]


def read_cases(pack: Pack, control: Control) -> list[Case]:
    """Return the cases of ``control``. Raises ``ControlError`` naming file and line; a control without cases too."""
    path = pack.root / Path(control.sql_path).with_suffix(".cases.jsonl")
    if not path.is_file():
        raise ControlError(
            f"{path}: control {control.id} has no cases", remedy="write at least a pass, a fail and a gap"
        )
    cases = []
    for number, text in enumerate(path.read_text().splitlines(), start=1):
        if text.strip():
            cases.append(_parse(control, f"{path}:{number}", text))
    return cases


def _parse(control: Control, where: str, text: str) -> Case:
    try:
        document = json.loads(text)
        unknown = document.keys() - MEMBERS
        if unknown:
            raise ControlError(f"{where}: unknown members {sorted(unknown)}, expected {sorted(MEMBERS)}")
        window = Window(*(datetime.fromisoformat(document["window"][edge]) for edge in ("start", "end")))
        as_of = datetime.fromisoformat(document["as_of"]) if "as_of" in document else window.end
        parameters, problems = control.metadata.effective(document["parameters"])
        if problems:
            raise ControlError(f"{where}: {'; '.join(problems)}")
        return Case(
            control, where, document["name"], parameters, window, as_of, document["tables"], document["expect"]
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ControlError(f"{where}: not a case ({type(error).__name__}: {error})") from error


def run_case(pack: Pack, case: Case, policies: PolicyEngine) -> list[str]:
    """Decide ``case`` and return every difference from what it expects, as sentences; empty when it holds."""
    return differences(case, decide_case(pack, case, policies))


def differences(case: Case, found: Sequence[Finding]) -> list[str]:
    """Return how the findings of ``case`` differ from what it expects, as sentences."""
    actual = {
        one.resource: {"verdict": one.verdict.value, "reason": one.reason, "observed": one.observed} for one in found
    }
    expected = {one["resource"]: one for one in case.expect}
    problems = [f"no finding for {resource!r}" for resource in expected.keys() - actual.keys()]
    problems += [f"unexpected finding {resource!r}: {actual[resource]}" for resource in actual.keys() - expected.keys()]
    for resource in expected.keys() & actual.keys():
        for member, wanted in expected[resource].items():
            if member != "resource" and actual[resource].get(member) != wanted:
                problems.append(f"{resource}: {member} is {actual[resource].get(member)!r}, expected {wanted!r}")
    return [f"{case.file}: {case.name}: {problem}" for problem in problems]


def decide_case(pack: Pack, case: Case, policies: PolicyEngine) -> tuple[Finding, ...]:
    """Write the case's rows as a snapshot would hold them, and decide its control on them."""
    with tempfile.TemporaryDirectory() as scratch:
        read = tables_behind(pack, case.control.sql) | case.tables.keys()
        return decide_tables(pack, case, write_tables(Path(scratch), case, read), policies)


def decide_tables(pack: Pack, case: Case, tables: dict[str, Path], policies: PolicyEngine) -> tuple[Finding, ...]:
    """Decide the control of ``case``, at its window and as-of, on the Parquet files ``tables`` instead of its rows.

    Only those are opened that the control reads, and only the derived tables made, the anchors among them: a control
    has many cases, and opening every table that there is would take several times as long as deciding them.
    """
    read = tables_behind(pack, case.control.sql)
    with SqlEngine({name: path for name, path in tables.items() if name in read}, threads=1) as sql:
        if any(table.name == ANCHORS for table in tables_read(pack, [case.control.sql])):
            find_anchors(sql, pack, case.as_of)
        shared = shared_parameters(pack, case.as_of, [case.window], [case.parameters])
        derive_tables(sql, pack, [case.control], shared)
        bound = BoundControl(case.control, case.parameters)
        return decide_control(sql, policies, "case", bound, shared, case.window)


def write_tables(folder: Path, case: Case, names: Collection[str] | None = None) -> dict[str, Path]:
    """Write the case's rows into ``folder`` and return table -> file; a table of which nothing is given is empty.

    ``names`` are the tables that are wanted (None: every one).
    """
    every = {**TABLES, **STATEMENT_TABLES}
    return {name: _write(folder, table, case) for name, table in every.items() if names is None or name in names}


@cache
def _empty(name: str) -> bytes:
    """Return the Parquet file of a table without rows: most tables of most cases."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    table = (TABLES.get(name) or STATEMENT_TABLES[name]).schema().empty_table()
    with pa.BufferOutputStream() as written:
        pq.write_table(table, written)
        return bytes(written.getvalue())


def _write(folder: Path, table: Table, case: Case) -> Path:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    numbers = itertools.count(1)
    rows = [row for given in case.tables.get(table.name, []) for row in _expand(table, given, case, numbers)]
    path = folder / f"{table.name}.parquet"
    if not rows:
        path.write_bytes(_empty(table.name))
        return path
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema()), path)
    return path


def _expand(table: Table, given: dict[str, Any], case: Case, numbers: Iterator[int]) -> Iterator[dict[str, Any]]:
    values = dict(given)
    repeat = values.pop("repeat", {"count": 1, "step_us": 0})
    columns = {column.name: column for column in table.columns}
    unknown = values.keys() - columns.keys()
    if unknown:
        raise ControlError(f"{case.file}: {case.name}: table {table.name} has no columns {sorted(unknown)}")
    row: dict[str, Any] = {}
    moving, numbered = [], []
    for name, column in columns.items():
        if name not in values and not column.nullable and name.endswith(NUMBERS):
            numbered.append(name)
            continue
        value = values.get(name, None if column.nullable else FILLED.get(name))
        if value is None and not column.nullable:
            raise ControlError(f"{case.file}: {case.name}: table {table.name} needs column {name!r}")
        if column.type == "instant" and value is not None:
            value = datetime.fromisoformat(value)
            moving.append((name, value))
        row[name] = value
    for index in range(repeat["count"]):
        by, number = timedelta(microseconds=index * repeat["step_us"]), next(numbers)
        yield row | {name: at + by for name, at in moving} | dict.fromkeys(numbered, number)
