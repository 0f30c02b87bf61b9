"""Findings in the AWS Security Finding Format, and how the versions of one become a row.

Rules kept here: first seen is the earliest instant of any version, severity the highest that any version or its product
states, status that of the last version (of one instant: the one that was read last), so that nothing done to a finding
later hides it.
Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables import identifier_halves, schema
from auditor.tables.audit import FINDING_SEVERITIES
from auditor_collectors import calls
from auditor_collectors.batches import refuse_row
from auditor_collectors.instants import instant
from auditor_collectors.jsonlines import AGAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

WORKFLOWS = ("NEW", "NOTIFIED", "SUPPRESSED", "RESOLVED")
STATES = ("ACTIVE", "ARCHIVED")
SEVERITIES = {severity.upper(): severity for severity in FINDING_SEVERITIES}
RANKS = "[" + ", ".join(f"'{severity}'" for severity in FINDING_SEVERITIES) + "]"
SAME = ("product", "account", "region")
LAST = "{'at': updated_at, 'file': file_number, 'row': row_number}"


def finding(name: str, number: int, document: dict[str, Any]) -> dict[str, Any]:
    """Return the version of a finding that ``document`` states, or refuse it."""

    def member(path: str, expected: str, *, default: Any = None) -> Any:
        value: Any = document
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        value = default if value is None else value
        if not calls.plain(value):
            raise refuse_row(name, number, path, value, expected, remedy=AGAIN)
        return value

    def one_of(path: str, known: Sequence[str], *, default: Any = None) -> str:
        expected = f"one of {', '.join(known)}"
        value: str = member(path, expected, default=default)
        if value not in known:
            raise refuse_row(name, number, path, value, expected, remedy=AGAIN)
        return value

    identity, product = member("Id", "an id"), member("ProductArn", "an ARN")
    if not identity or not product:
        raise refuse_row(name, number, "Id", identity, "an id, and a ProductArn", remedy=AGAIN)
    account = member("AwsAccountId", "12 digits")
    if not calls.ACCOUNT.fullmatch(account):
        raise refuse_row(name, number, "AwsAccountId", account, "12 digits", remedy=AGAIN)
    label = one_of("Severity.Label", list(SEVERITIES))
    stated = (label, one_of("FindingProviderFields.Severity.Label", list(SEVERITIES), default=label))
    workflow, state = one_of("Workflow.Status", WORKFLOWS, default="NEW"), one_of("RecordState", STATES)
    settled = (
        workflow == "RESOLVED" or state == "ARCHIVED" or member("Compliance.Status", "text", default="") == "PASSED"
    )
    created = instant(name, number, "CreatedAt", document.get("CreatedAt"))
    observed = document.get("FirstObservedAt")
    types = document.get("Types") or [""]
    if not isinstance(types, list) or not isinstance(types[0], str) or not types[0].isascii():
        raise refuse_row(name, number, "Types", types, "a list of text in ASCII", remedy=AGAIN)
    high, low = identifier_halves(f"{product} {identity}")
    return {
        "event_time": created,
        "first_observed_at": created if observed is None else instant(name, number, "FirstObservedAt", observed),
        "updated_at": instant(name, number, "UpdatedAt", document.get("UpdatedAt")),
        "finding_hi": high,
        "finding_lo": low,
        "product": product,
        "type": types[0],
        "severity": SEVERITIES[min(stated, key=list(SEVERITIES).index)],
        "status": "suppressed" if workflow == "SUPPRESSED" else "resolved" if settled else "open",
        "account": account,
        "region": member("Region", "a region", default=""),
    }


def refuse_conflicts(connection: duckdb.DuckDBPyConnection, spilled: str, names: list[str]) -> None:
    """Refuse versions of one finding of one instant that differ, and a finding that moves."""
    moved = " or ".join(f"min({column}) <> max({column})" for column in SAME)
    columns = ", ".join(name for name in schema("security_findings").names if name != "updated_at")
    queries = {
        f"select max(file_number) from {spilled} group by finding_hi, finding_lo having {moved}": "another account, "
        "region or product",
        f"select max(file_number) from (select distinct on (updated_at, {columns}) * from {spilled}) "
        "group by finding_hi, finding_lo, updated_at having count(*) > 1": "other content at the same UpdatedAt",
    }
    for query, what in queries.items():
        row = connection.execute(f"{query} order by all limit 1").fetchone()
        if row:
            raise CollectionError(f"{names[row[0]]}: holds a finding that is also there with {what}", remedy=AGAIN)


def merged(spilled: str) -> str:
    """Return the query that makes one row of the versions of each finding."""
    columns_of = {
        "event_time": "min(event_time)",
        "first_observed_at": "min(first_observed_at)",
        "updated_at": "max(updated_at)",
        "type": f"arg_max(type, {LAST})",
        "severity": f"{RANKS}[min(list_position({RANKS}, severity))]",
        "status": f"arg_max(status, {LAST})",
    }
    columns = ", ".join(
        f"{columns_of.get(name, f'min({name})')} as {name}" for name in schema("security_findings").names
    )
    return f"select {columns} from {spilled} group by finding_hi, finding_lo"
