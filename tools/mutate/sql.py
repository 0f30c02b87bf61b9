"""SQL mutants: DuckDB's own parse tree is changed, written out again, and run on every case that reads the query.

Operators: ``condition removed`` (a member of and / or, a where, a filter, a branch of a case, a member of an in list), ``comparison``, ``number`` (n - 1 and n + 1), ``join`` (left becomes inner), ``coalesce removed``,
``aggregate`` (max and min).
"""

from __future__ import annotations

import copy
import json
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.mutate.mutant import Mutant, Outcome, short

from auditor.adapters.policies.pack import load_pack, tables_read
from auditor.adapters.policies.profile import BoundControl
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.sql.engine import SqlEngine
from auditor.errors import AuditorError
from auditor.shell.decide import decide_control, derive_tables, shared_parameters
from auditor.shell.policy_cases import differences, read_cases, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.adapters.policies.pack import Pack
    from auditor.shell.policy_cases import Case

COMPARISONS = {
    "COMPARE_EQUAL": "COMPARE_NOTEQUAL",
    "COMPARE_NOTEQUAL": "COMPARE_EQUAL",
    "COMPARE_GREATERTHAN": "COMPARE_GREATERTHANOREQUALTO",
    "COMPARE_GREATERTHANOREQUALTO": "COMPARE_GREATERTHAN",
    "COMPARE_LESSTHAN": "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_LESSTHANOREQUALTO": "COMPARE_LESSTHAN",
}
SWAPPED = {"max": "min", "min": "max", "bool_or": "bool_and"}


def sql_mutants(file: str, sql: str) -> list[Mutant]:
    """Return the mutants of one query."""
    import duckdb

    with duckdb.connect() as connection:
        (tree,) = connection.execute("select json_serialize_sql(?::varchar)", [sql]).fetchone() or ("",)
        mutants: dict[str, Mutant] = {}
        document = json.loads(tree)
        for path, operator, change, new in _changes(document, ()):
            changed = copy.deepcopy(document)
            _put(changed, path, new)
            try:
                (text,) = connection.execute(
                    "select json_deserialize_sql(?::json)", [json.dumps(changed)]
                ).fetchone() or ("",)
            except duckdb.Error:
                continue
            at = _location(document, path)
            line, place = sql.count("\n", 0, at) + 1, _clause(document, path)
            words = f"{change} in {short(sql.splitlines()[line - 1].strip())}"
            mutants.setdefault(text, Mutant(file, line, place, operator, words, text))
    return list(mutants.values())


Change = tuple[tuple[Any, ...], str, str, Any]


def _changes(node: Any, path: tuple[Any, ...]) -> Iterator[Change]:
    """Yield (path, operator, words, replacement) of every change at or below ``node``."""
    if isinstance(node, list):
        for index, member in enumerate(node):
            yield from _changes(member, (*path, index))
    elif isinstance(node, dict):
        yield from _removals(node, path)
        yield from _swaps(node, path)
        for name, member in node.items():
            yield from _changes(member, (*path, name))


def _removals(node: dict[str, Any], path: tuple[Any, ...]) -> Iterator[Change]:
    kind, conjunction = node.get("type"), node.get("class") == "CONJUNCTION"
    if conjunction or kind in {"COMPARE_IN", "COMPARE_NOT_IN"}:
        for index in range(0 if conjunction else 1, len(node["children"])):
            kept = _without(node["children"], index)
            if len(kept) > 1:
                yield path, "condition removed", f"member {index + 1} of {kind}", node | {"children": kept}
            elif conjunction:
                yield path, "condition removed", f"member {index + 1} of {kind}", kept[0]
    for name in ("where_clause", "filter"):
        if isinstance(node.get(name), dict):
            yield (*path, name), "condition removed", name, None
    checks = node.get("case_checks") or []
    for index in range(len(checks) if len(checks) > 1 else 0):
        yield (*path, "case_checks"), "condition removed", f"branch {index + 1} of case", _without(checks, index)
    if kind == "OPERATOR_COALESCE":
        yield path, "coalesce removed", "coalesce", node["children"][0] | {"alias": node["alias"]}


def _swaps(node: dict[str, Any], path: tuple[Any, ...]) -> Iterator[Change]:
    kind, name = node.get("type"), node.get("function_name")
    if kind in COMPARISONS:
        yield path, "comparison", f"{kind} -> {COMPARISONS[kind]}", node | {"type": COMPARISONS[kind]}
    if node.get("class") == "CONSTANT" and node.get("literal", {}).get("kind") == "INTEGER":
        number = int(node["literal"]["text"])
        for other in (number - 1, number + 1):
            if other >= 0:
                yield path, "number", f"{number} -> {other}", node | {"literal": node["literal"] | {"text": str(other)}}
    if node.get("join_type") == "LEFT":
        yield path, "join", "left -> inner", node | {"join_type": "INNER"}
    if node.get("class") == "FUNCTION" and name in SWAPPED:
        yield path, "aggregate", f"{name} -> {SWAPPED[name]}", node | {"function_name": SWAPPED[name]}


def _without(members: list[Any], index: int) -> list[Any]:
    return [one for number, one in enumerate(members) if number != index]


def _put(document: Any, path: tuple[Any, ...], new: Any) -> None:
    for part in path[:-1]:
        document = document[part]
    document[path[-1]] = new


def _location(document: Any, path: tuple[Any, ...]) -> int:
    """Return the offset of the innermost node on ``path`` that knows where it was written."""
    found = 0
    for part in path:
        document = document[part]
        if isinstance(document, dict) and 0 < document.get("query_location", 0) < 1 << 40:
            found = document["query_location"]
    return found


def _clause(document: Any, path: tuple[Any, ...]) -> str:
    """Return the name of the common table expression that holds ``path``, or ``select``."""
    name = "select"
    for part in path:
        document = document[part]
        if isinstance(document, dict) and isinstance(document.get("key"), str) and "value" in document:
            name = document["key"]
    return name


def mutate_sql(root: Path, wanted: Callable[[str], bool], progress: Callable[[str], None]) -> list[Outcome]:
    """Return what became of every mutant of every query that is ``wanted``."""
    pack = load_pack(root)
    cases = [case for control in pack.controls.values() for case in read_cases(pack, control)]
    queries = {one.sql_path: one.sql for one in (*pack.derived, *pack.controls.values())}
    outcomes = []
    with ExitStack() as stack:
        engine = stack.enter_context(WasmEngine(pack))
        held = []
        for case in cases:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="case-"))
            held.append((case, write_tables(Path(folder), case)))
        for file in filter(wanted, queries):
            readers = [one for one in held if file in _reads(pack, one[0])]
            mutants = sql_mutants(file, queries[file])
            progress(f"{file}: {len(mutants)} mutants, {len(readers)} cases")
            for mutant in mutants:
                outcome = _try(_with(pack, file, mutant.text), engine, mutant, readers)
                outcomes.append(outcome)
    return outcomes


def _reads(pack: Pack, case: Case) -> set[str]:
    return {case.control.sql_path, *(table.sql_path for table in tables_read(pack, [case.control.sql]))}


def _with(pack: Pack, file: str, sql: str) -> Pack:
    controls = {name: replace(one, sql=sql) if one.sql_path == file else one for name, one in pack.controls.items()}
    derived = tuple(replace(one, sql=sql) if one.sql_path == file else one for one in pack.derived)
    return replace(pack, controls=controls, derived=derived)


def _try(pack: Pack, engine: WasmEngine, mutant: Mutant, readers: list[tuple[Case, dict[str, Path]]]) -> Outcome:
    """Run the cases until one notices, and bring that one to the front for the next mutant."""
    for number, (case, tables) in enumerate(readers):
        control = pack.controls[case.control.id]
        try:
            with SqlEngine(tables, threads=1) as sql:
                shared = shared_parameters(pack, case.as_of, [case.window], [case.parameters])
                derive_tables(sql, pack, [control], shared)
                found = decide_control(sql, engine, "case", BoundControl(control, case.parameters), shared, case.window)
            noticed = bool(differences(case, found))
        except AuditorError as error:
            if "refused the query" in error.message:
                return Outcome(mutant, "refused by DuckDB", invalid=True)
            noticed = True
        if noticed:
            readers.insert(0, readers.pop(number))
            return Outcome(mutant, f"case {case.control.id}: {case.name}")
    return Outcome(mutant, None)
