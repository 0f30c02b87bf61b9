"""Refuses every query that is not one plain SELECT over declared tables, before it runs.

A locked DuckDB alone is not enough: measured on 2.0.1, it still runs ``create or replace temp view`` over a snapshot
table, ``attach ':memory:'``, ``now()`` and ``random()``. So each query is parsed by DuckDB itself
(``json_serialize_sql``, https://duckdb.org/docs/stable/data/json/sql_to_and_from_json) and walked.

Rules kept here: everything is on a closed list (kinds of node, their members, functions, types, tables), and what the
walk does not know is refused; a query reads no clock, no randomness, no setting and no file, writes no float, and has
no order left to chance. A name that a WITH gives is known only where DuckDB too would find it, and cannot be one of
DuckDB's own: else a WITH beside it would open ``sqlite_master`` or a file. The same guard stands before evaluation and
before replay. Left to the engine: the types of values, which only binding tells.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from auditor.adapters.sql import vocabulary
from auditor.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

MAX_BYTES = 100_000
MAX_DEPTH = 200
MAX_DIGITS = 38  # DuckDB reads a longer decimal literal as DOUBLE; leading zeros count
MAX_INTEGER = 2**127 - 1  # and a larger integer literal as UHUGEINT or BIGNUM

CTE_NAME = re.compile(r"(?!duckdb_|pg_|pragma_|sqlite_)[a-z_][a-z0-9_]*")
WHOLE_FRAMES = frozenset({"UNBOUNDED_PRECEDING", "UNBOUNDED_FOLLOWING", "CURRENT_ROW_RANGE"})

# Every member that a node with a type may have; a DuckDB that adds one is refused until the member is understood here.
MEMBERS = frozenset(
    {
        "aggregate_handling", "alias", "arg_orders", "arguments", "at_clause", "case_checks", "catalog",
        "catalog_name", "child", "children", "class", "column_name_alias", "column_names", "columns",
        "comparison_type", "condition", "cte_map", "default_expr", "delim_flipped", "distinct",
        "distinct_on_targets", "duplicate_eliminated_columns", "else_expr", "end", "end_expr", "exclude_clause",
        "exclude_list", "expected_names", "expected_types", "export_state", "expr", "expression", "filter",
        "filter_expr", "from_table", "function", "function_name", "group_expressions", "group_sets",
        "has_ignore_nulls", "having", "identifier", "ignore_nulls", "input", "is_implicit",
        "is_legacy_function_call", "is_operator", "join_type", "left", "limit", "limit_type", "literal", "lower",
        "modifiers", "nearest_approx", "nearest_count", "nearest_order_type", "null_order", "offset", "offset_expr",
        "order_bys", "orders", "partitions", "qualified_exclude_list", "qualified_name", "qualify",
        "query_location", "query_location_length", "ranking_expression", "ref_type", "relation_name",
        "rename_list", "replace_list", "right", "sample", "schema", "schema_name", "select_list", "setop_all",
        "setop_type", "start", "start_expr", "subquery", "subquery_type", "table_name", "try_cast", "type",
        "type_expr", "type_name", "upper", "using_columns", "values", "where_clause", "with_ordinality",
    }
)  # fmt: skip


def check_select(name: str, sql: str, tables: Collection[str]) -> frozenset[str]:
    """Return the names of the parameters (``$x``) that ``sql`` uses.

    Args:
        name: the file the query comes from, for messages.
        sql: the text of the query.
        tables: names of the tables that it may read.

    Raises:
        ControlError: it is not exactly one SELECT of allowed parts; the message says what was found.
    """
    return what_it_uses(name, sql, tables).parameters


@dataclass(frozen=True, slots=True)
class Uses:
    """The names of the parameters (``$x``) and of the tables that a query uses."""

    parameters: frozenset[str]
    tables: frozenset[str]


def what_it_uses(name: str, sql: str, tables: Collection[str]) -> Uses:
    """Check a query as ``check_select`` does, and return what it uses."""
    return _checked(name, sql, frozenset(tables))


@lru_cache(maxsize=256)
def _checked(name: str, sql: str, tables: frozenset[str]) -> Uses:
    """Check once what is asked often: the answer depends on nothing else. What is refused is not kept."""
    node = syntax_tree(name, sql)
    walk = _Walk(name, tables)
    walk.node(node, 0)
    return Uses(frozenset(walk.parameters), frozenset(walk.read))


PLAIN = "one SELECT over the snapshot's tables, without side effects"


def _refuse(name: str, found: str, allowed: str = PLAIN) -> ControlError:
    return ControlError(f"{name}: {found}", remedy=f"a query may be only: {allowed}")


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415 - heavy

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    connection.execute("set enable_external_access=false")
    connection.execute("set lock_configuration=true")
    return connection


def syntax_tree(name: str, sql: str) -> dict[str, Any]:
    """Return DuckDB's own syntax tree of the one statement in ``sql``. Raises ``ControlError`` naming ``name``."""
    if len(sql.encode()) > MAX_BYTES:
        raise _refuse(name, f"the query has {len(sql.encode())} bytes, at most {MAX_BYTES} are read")
    answer = _parser().cursor().execute("select json_serialize_sql($1)", [sql]).fetchone()
    try:
        document: dict[str, Any] = json.loads(answer[0]) if answer else {"error": True}
    except RecursionError as error:
        raise _refuse(name, f"the query nests deeper than {MAX_DEPTH} levels") from error
    if document.get("error") or len(document["statements"]) != 1:
        raise _unlike_one_select(name, sql, document)
    (statement,) = document["statements"]
    node: dict[str, Any] = statement["node"]
    return node


def _unlike_one_select(name: str, sql: str, document: dict[str, Any]) -> ControlError:
    """Return what is wrong with a text that DuckDB did not describe as one SELECT; it is parsed once more for that."""
    import duckdb  # noqa: PLC0415 - heavy

    try:
        kinds = [statement.type.name for statement in duckdb.extract_statements(sql)]
    except duckdb.Error as error:
        return ControlError(f"{name}: DuckDB cannot parse the query: {error}", remedy="correct the SQL")
    if kinds != ["SELECT"]:
        return _refuse(name, f"the query holds {len(kinds)} statements: {', '.join(kinds) or 'none'}")
    return _refuse(name, f"DuckDB cannot describe the query: {document.get('error_message')}")


def _varies(value: Any) -> bool:
    """Say whether an expression may differ from row to row: it names a column somewhere."""
    if isinstance(value, list):
        return any(_varies(member) for member in value)
    if not isinstance(value, dict):
        return False
    return value.get("type") == "COLUMN_REF" or any(_varies(member) for member in value.values())


def _orders(orders: list[dict[str, Any]], *, positions: bool) -> bool:
    """Say whether ``orders`` orders anything: by a column or, where ``positions`` count, by a column's number."""
    keys = [order["expression"] for order in orders]
    return any(_varies(key) or (positions and key.get("literal", {}).get("kind") == "INTEGER") for key in keys)


class _Walk:
    """One walk over a syntax tree; collects parameters, raises at the first thing that is not allowed."""

    def __init__(self, name: str, tables: frozenset[str]) -> None:
        self._name = name
        self._tables = tables
        self._ctes: frozenset[str] = frozenset()
        self.parameters: set[str] = set()
        self.read: set[str] = set()

    def node(self, value: Any, depth: int) -> None:
        """Check ``value`` and everything below it."""
        if depth > MAX_DEPTH:
            raise _refuse(self._name, f"the query nests deeper than {MAX_DEPTH} levels")
        if isinstance(value, list):
            for member in value:
                if isinstance(member, (dict, list)):
                    self.node(member, depth + 1)
        elif isinstance(value, dict):
            self._check(value)
            outside = self._ctes
            if "cte_map" in value:
                self._with(value["cte_map"], depth + 1)
            for name, member in value.items():
                if isinstance(member, (dict, list)) and name != "cte_map":
                    self.node(member, depth + 1)
            self._ctes = outside
            self._ordering(value)

    def _with(self, cte_map: dict[str, Any], depth: int) -> None:
        """Check each query of a WITH, then know its name: it sees those before it, not itself."""
        self._check(cte_map)
        for entry in cte_map["map"]:
            self._check(entry)
            self.node(entry["value"], depth + 1)
            name = entry["key"].lower()
            if not CTE_NAME.fullmatch(name):
                allowed = "plain names in WITH, none that begins with duckdb_, pg_, pragma_ or sqlite_"
                raise _refuse(self._name, f"WITH names a query {entry['key']!r}", allowed)
            self._ctes |= {name}

    def _check(self, node: dict[str, Any]) -> None:
        for member, what in vocabulary.MUST_BE_EMPTY.items():
            if node.get(member):
                raise _refuse(self._name, f"{what} are not allowed")
        kind = node.get("type")
        if not isinstance(kind, str):
            self._wrapper(node)
            return
        label = f"{node['class']}:{kind}" if "class" in node else kind
        if label not in vocabulary.KINDS:
            raise _refuse(self._name, f"{label} is not allowed")
        if not node.keys() <= MEMBERS:
            raise _refuse(self._name, f"an unknown part of {label}: {', '.join(sorted(node.keys() - MEMBERS))}")
        check = getattr(self, f"_check_{kind.lower()}", None)
        if check is not None:
            check(node)
        if node.get("class") in {"FUNCTION", "WINDOW"}:
            self._function(node)

    def _wrapper(self, node: dict[str, Any]) -> None:
        if not node.keys() <= vocabulary.WRAPPER_MEMBERS:
            raise _refuse(self._name, f"an unknown part of a query: {sorted(node.keys() - vocabulary.WRAPPER_MEMBERS)}")
        if "kind" in node and node["kind"] not in vocabulary.LITERALS:
            raise _refuse(self._name, f"a literal of kind {node['kind']} is not allowed ({node.get('text')})")
        if node.get("kind") in {"NUMERIC", "INTEGER"}:
            self._number(node["kind"], str(node["text"]))

    def _number(self, kind: str, text: str) -> None:
        digits = text.removeprefix("-").replace("_", "")
        if kind == "INTEGER" and (not re.fullmatch("[0-9]+", digits) or int(digits) > MAX_INTEGER):
            raise _refuse(self._name, f"the integer {text} is too large", f"integers up to {MAX_INTEGER}")
        if kind == "NUMERIC" and not re.fullmatch(r"[0-9]*\.[0-9]*", digits):
            raise _refuse(self._name, f"{text} is a float, not a decimal", "integers and decimals such as 0.95")
        if kind == "NUMERIC" and len(digits) > MAX_DIGITS + 1:
            raise _refuse(self._name, f"{text} is read as a float", f"decimals of at most {MAX_DIGITS} digits")

    def _check_base_table(self, node: dict[str, Any]) -> None:
        path = node["qualified_name"]["path"]
        if len(path) != 1 or (path[0] not in self._tables and path[0].lower() not in self._ctes):
            raise _refuse(self._name, f"reads {'.'.join(path)!r}", f"over the tables {', '.join(sorted(self._tables))}")
        if path[0] in self._tables:  # a name in WITH may hide it, and then it is opened for nothing
            self.read.add(path[0])

    def _check_join(self, node: dict[str, Any]) -> None:
        kind = (node["ref_type"], node["join_type"])
        if kind not in vocabulary.JOINS:
            raise _refuse(self._name, f"a {' '.join(kind).lower()} join is not allowed")

    def _check_table_function(self, node: dict[str, Any]) -> None:
        function = node["function"].get("function_name")
        if function not in vocabulary.TABLE_FUNCTIONS:
            allowed = ", ".join(sorted(vocabulary.TABLE_FUNCTIONS))
            raise _refuse(self._name, f"table function {function!r}", f"table functions {allowed}")

    def _check_column_ref(self, node: dict[str, Any]) -> None:
        names = node["column_names"]
        if len(names) == 1 and names[0].lower() in vocabulary.VALUE_FUNCTIONS:
            raise _refuse(self._name, f"{names[0]} is a clock, user or setting, not a column")

    def _check_value_parameter(self, node: dict[str, Any]) -> None:
        identifier = node["identifier"]
        if not identifier or not identifier[0].isalpha():
            allowed = "named parameters such as $window_start_us"
            raise _refuse(self._name, f"positional parameter ${identifier}", allowed)
        self.parameters.add(identifier)

    def _check_type(self, node: dict[str, Any]) -> None:
        name = str(node["type_name"]).lower()
        if name not in vocabulary.TYPES:
            raise _refuse(self._name, f"type {name!r}", f"exact types: {', '.join(sorted(vocabulary.TYPES))}")

    def _function(self, node: dict[str, Any]) -> None:
        name = node["function_name"]
        if len(node["qualified_name"]["path"]) != 1 or name not in vocabulary.FUNCTIONS:
            allowed = "functions of auditor.adapters.sql.vocabulary"
            raise _refuse(self._name, f"function {name!r} is not on the list", allowed)
        if name == "//" and any(_is_decimal(argument["expression"]) for argument in node["arguments"]):
            raise _refuse(self._name, "// of decimals is computed in floats", "// of integers")

    def _ordering(self, node: dict[str, Any]) -> None:
        """Refuse what would depend on the order in which rows happen to come."""
        if node.get("type") in {"SELECT_NODE", "SET_OPERATION_NODE"}:
            modifiers = {modifier["type"]: modifier for modifier in node["modifiers"]}
            ordered = _orders(modifiers.get("ORDER_MODIFIER", {}).get("orders", []), positions=True)
            if "LIMIT_MODIFIER" in modifiers and not ordered:
                raise _refuse(self._name, "LIMIT without ORDER BY a column leaves the rows to chance")
        elif node.get("class") in {"FUNCTION", "WINDOW"}:
            name, window = node["function_name"], node["class"] == "WINDOW"
            rows_ordered = _orders(node["orders"] if window else [], positions=False)
            own_order = node["arg_orders"] if window else node["order_bys"]["orders"]
            if name in vocabulary.NEED_ORDER and not (rows_ordered or _orders(own_order, positions=False)):
                raise _refuse(self._name, f"{name}() without ORDER BY a column leaves its result to chance")
            if window and not rows_ordered and not {node["start"], node["end"]} <= WHOLE_FRAMES:
                raise _refuse(self._name, f"{name}() over a frame of rows without ORDER BY leaves its result to chance")


def _is_decimal(node: dict[str, Any]) -> bool:
    """Say whether an operand is written as a decimal; what a column holds is not known here."""
    if node["type"] == "OPERATOR_CAST":
        return bool(node["type_expr"].get("type_name", "").lower() == "decimal")
    return bool(node.get("literal", {}).get("kind") == "NUMERIC")
