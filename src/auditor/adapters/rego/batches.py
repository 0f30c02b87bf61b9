"""What every policy engine is asked, and what it must answer.

Rules kept here: a batch must come back with exactly one decision per row, in order, or it is an error that names the
control and the rows (in Rego an undefined rule looks like silence, and silence looks like a pass); only exact JSON goes
in (no float that is no number). Batches are cut by size and by rows: the Wasm runtime copies each input into the
module's memory, where whatever a rule computes stays until the batch ends (a row that counts days by a calendar takes
about 150 KB), and two engines that are compared get the same batches.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BATCH_BYTES = 900_000
BATCH_ROWS = 500
DECISIONS = "lib/dispatch/decisions"
GATE = "lib/dispatch/gate"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one control; ``document`` is the input of ``DECISIONS``, ``first`` the index of its first row."""

    control: str
    first: int
    rows: list[dict[str, Any]]
    document: dict[str, Any]

    @property
    def what(self) -> str:
        """Name control and rows for a message."""
        return f"control {self.control}, rows {self.first} to {self.first + len(self.rows) - 1}"


def batches(control: str, parameters: dict[str, Any], items: Sequence[dict[str, Any]]) -> Iterator[Batch]:
    """Cut ``items`` into batches of less than ``BATCH_BYTES`` and at most ``BATCH_ROWS``.

    Raises ``ControlError`` naming a row.
    """
    first, size = 0, 0
    rows: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        length = len(exact_json(item, f"control {control}, row {index}")) * 2
        if length > BATCH_BYTES:
            raise ControlError(f"control {control}, row {index}: {length} bytes, at most {BATCH_BYTES} are evaluated")
        if rows and (size + length > BATCH_BYTES or len(rows) == BATCH_ROWS):
            yield _batch(control, parameters, first, rows)
            first, size, rows = index, 0, []
        rows.append(item)
        size += length
    if rows:
        yield _batch(control, parameters, first, rows)


def _batch(control: str, parameters: dict[str, Any], first: int, rows: list[dict[str, Any]]) -> Batch:
    document = {"control": control.split("."), "parameters": parameters, "rows": rows}
    return Batch(control, first, rows, document)


def in_order(batch: Batch, results: Any) -> list[dict[str, Any]]:
    """Return the decision of each row, in order. Raises ``ControlError`` that names rows without one."""
    found = results if isinstance(results, list) else []
    decided = [_decided_index(one) for one in found]
    rows = batch.rows
    if decided != list(range(len(rows))):
        silent = [index for index in range(len(rows)) if index not in decided]
        names = ", ".join(str(rows[index]["row"].get("resource", batch.first + index)) for index in silent[:3])
        raise ControlError(
            f"control {batch.control}: {len(silent)} of {len(rows)} rows got no decision, first: {names or 'none'}",
            remedy=f"give controls/{batch.control.replace('.', '/')} a `default decision` and make its rules total",
        )
    return [one["decision"] for one in found]


def _decided_index(result: Any) -> Any:
    return result.get("index") if isinstance(result, dict) and isinstance(result.get("decision"), dict) else None


def gate_decision(root: Path, name: str, result: Any) -> dict[str, Any]:
    """Return the decision of a gate; an undefined one is a ``ControlError``."""
    if not isinstance(result, dict):
        raise ControlError(f"{root}: gate {name!r} gave no decision", remedy=f"see gates/{name}/{name}.rego")
    return result


def exact_json(document: dict[str, Any], what: str) -> str:
    """Return ``document`` as JSON. Raises ``ControlError`` for a value that JSON has no exact form of."""
    try:
        return json.dumps(document, default=_refuse, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise ControlError(
            f"{what}: {error}", remedy="return integers, text or decimal strings from the query"
        ) from error


def _refuse(value: object) -> None:
    raise TypeError(f"{type(value).__name__} {value!r} is no exact JSON value")
