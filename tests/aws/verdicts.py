"""What the shipped lines decide on the rows of one source of AWS, and what coverage says of its cell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.profile import load_profile
from auditor.model import Window
from aws.stubbed import ACCOUNT, HOME
from policies.deciding import decided
from policies.shipped_cases import PACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.model import Finding
    from auditor.shell.decide import PolicyEngine

Rows = dict[str, list[dict[str, Any]]]
# The answers are of noon: see COLLECTED_AT.
JUDGED = datetime(2025, 1, 14, 12, 10, tzinfo=UTC)
WINDOW = Window(datetime(2025, 1, 14, 10, 10, tzinfo=UTC), JUDGED)
PROFILE = load_profile(PACK, "eu-compliance")


def lines_of(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return control and parameters of each shipped line that reads ``kind``, narrowed to the cell of it at home."""
    cell = f"{kind}/{ACCOUNT}/{HOME}"
    found = []
    for line in PROFILE.document.lines:
        if line.control is None or kind not in line.reads:
            continue
        parameters = PROFILE.bound[line.id][0].parameters
        if cell in parameters.get("cells", ()):
            found.append((line.control, parameters | {"cells": [cell]}))
    return found


def verdicts(engine: PolicyEngine, kind: str, rows: Rows) -> dict[tuple[str, str], str]:
    """Return the verdict of each resource by each control that reads ``kind``."""
    tables = _sourced(kind, rows)
    return {
        (control, resource): finding.verdict.value
        for control, parameters in lines_of(kind)
        for resource, finding in decided(engine, control, parameters, tables, WINDOW, JUDGED).items()
    }


def decided_lines(
    engine: PolicyEngine,
    lines: Sequence[tuple[str, str, dict[str, Any]]],
    sources: Mapping[str, Rows],
    window: Window,
) -> dict[tuple[str, str], Finding]:
    """Return the finding of each resource by each line (id, control, parameters) on the rows of named ``sources``.

    The end of ``window`` is the as-of.
    """
    tables: Rows = {}
    for name, rows in sources.items():
        for table, found in _sourced(name, rows).items():
            tables.setdefault(table, []).extend(found)
    return {
        (line, resource): finding
        for line, control, parameters in lines
        for resource, finding in decided(engine, control, parameters, tables, window).items()
    }


def observed(engine: PolicyEngine, kind: str, region: str, rows: Rows, account: str = ACCOUNT) -> Finding:
    """Return what coverage says of the cell of ``kind`` in ``region``."""
    parameters = {"cells": [f"{kind}/{account}/{region}"], "observation": "bounded"}
    (found,) = decided(engine, "coverage.source_observed", parameters, _sourced(kind, rows), WINDOW, JUDGED).values()
    return found


def better(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    """Return what passes after and did not before: a resource by a control, or a control as a whole (no resource)."""
    found = {key for key, verdict in after.items() if verdict == "pass" and before.get(key) != "pass"}
    whole = _worst(before)
    return found | {(control, "") for control, one in _worst(after).items() if one == "pass" != whole[control]}


def _worst(verdicts: dict[tuple[str, str], str]) -> dict[str, str]:
    order = ("fail", "inconclusive", "pass", "not_applicable")
    controls = {control for control, _ in verdicts}
    return {
        control: min((one for (name, _), one in verdicts.items() if name == control), key=order.index)
        for control in controls
    }


def _sourced(kind: str, rows: Rows) -> Rows:
    return {
        table: [
            {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in row.items()
                if name not in {"system", "environment"}
            }
            | {"source": kind}
            for row in found
        ]
        for table, found in rows.items()
    }
