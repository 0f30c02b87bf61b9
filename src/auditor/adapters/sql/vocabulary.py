"""The closed lists of what a query may be made of. What is not listed is refused.

Left out on purpose: floats and everything that computes in them, clocks, randomness, settings, files, approximate
aggregates, aggregates whose result depends on the order of rows unless they are ordered, recursion and lambdas.
"""

from __future__ import annotations

KINDS = frozenset(
    {
        "SELECT_NODE", "SET_OPERATION_NODE", "ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER",
        "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
        "BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EMPTY", "EXPRESSION_LIST",
        "CASE:CASE_EXPR", "CAST:OPERATOR_CAST", "COLUMN_REF:COLUMN_REF", "CONSTANT:VALUE_CONSTANT",
        "PARAMETER:VALUE_PARAMETER", "STAR:STAR", "TYPE:TYPE", "SUBQUERY:SUBQUERY", "BETWEEN:COMPARE_BETWEEN",
        "FUNCTION:FUNCTION",
        "COMPARISON:COMPARE_EQUAL", "COMPARISON:COMPARE_NOTEQUAL", "COMPARISON:COMPARE_LESSTHAN",
        "COMPARISON:COMPARE_LESSTHANOREQUALTO", "COMPARISON:COMPARE_GREATERTHAN",
        "COMPARISON:COMPARE_GREATERTHANOREQUALTO", "COMPARISON:COMPARE_DISTINCT_FROM",
        "COMPARISON:COMPARE_NOT_DISTINCT_FROM", "COMPARISON:COMPARE_BETWEEN",
        "CONJUNCTION:CONJUNCTION_AND", "CONJUNCTION:CONJUNCTION_OR",
        "OPERATOR:ARRAY_EXTRACT", "OPERATOR:COMPARE_IN", "OPERATOR:COMPARE_NOT_IN", "OPERATOR:OPERATOR_COALESCE",
        "OPERATOR:OPERATOR_IS_NULL", "OPERATOR:OPERATOR_IS_NOT_NULL", "OPERATOR:OPERATOR_NOT",
        "OPERATOR:OPERATOR_NULLIF", "OPERATOR:STRUCT_EXTRACT",
        "WINDOW:WINDOW_AGGREGATE", "WINDOW:WINDOW_ROW_NUMBER", "WINDOW:WINDOW_LAG", "WINDOW:WINDOW_LEAD",
    }
)  # fmt: skip

# Parts of the tree that have no type of their own.
WRAPPER_MEMBERS = frozenset(
    {
        "map", "key", "value", "aliases", "materialized", "key_targets", "payload_aggregates", "query_node", "node",
        "named_param_map", "kind", "text", "name", "expression", "path", "when_expr", "then_expr", "orders",
        "catalog", "schema",
    }
)  # fmt: skip

LITERALS = frozenset({"INTEGER", "STRING", "BOOLEAN", "NULL_LITERAL", "NUMERIC"})

JOINS = frozenset(
    {("REGULAR", kind) for kind in ("INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI")} | {("CROSS", "INNER")}
)

MUST_BE_EMPTY = {
    "sample": "samples",
    "at_clause": "time travel clauses",
    "catalog_name": "catalogs",
    "schema_name": "schemas",
    "catalog": "catalogs",
    "schema": "schemas",
    "export_state": "exported aggregate states",
    "try_cast": "casts that hide what cannot be cast (TRY_CAST)",
    "using_sample": "samples",
    "columns": "COLUMNS expressions",
    "distinct_on_targets": "DISTINCT ON clauses",
}

FUNCTIONS = frozenset(
    {
        "+", "-", "*", "//", "%", "||", "~~", "!~~", "not",
        "abs", "bool_and", "bool_or", "coalesce", "concat", "concat_ws", "contains", "count", "count_star", "ends_with",
        "epoch_us", "generate_series", "greatest", "least", "len", "length", "list", "list_contains", "list_value",
        "lower", "max", "min", "nullif", "quantile_disc", "range", "split_part", "starts_with", "string_agg",
        "struct_pack", "substring", "sum", "trim", "unnest", "upper", "lag", "lead", "row_number",
    }
)  # fmt: skip

NEED_ORDER = frozenset({"list", "string_agg", "lag", "lead", "row_number"})

TABLE_FUNCTIONS = frozenset({"generate_series", "range", "unnest"})

TYPES = frozenset({"bigint", "int64", "hugeint", "int128", "integer", "int32", "varchar", "boolean", "bool", "decimal"})

# DuckDB reads these words as functions when no column has the name.
VALUE_FUNCTIONS = frozenset(
    {
        "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
        "current_user", "localtime", "localtimestamp", "session_user", "user", "today", "now", "get_current_timestamp",
    }
)  # fmt: skip
