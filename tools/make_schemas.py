"""Makes the published JSON Schemas (2020-12) of what auditor writes, of the models that it reads and writes them with.

.venv/bin/python tools/make_schemas.py src/auditor/schemas docs/reference/schemas

Rules kept here: every object is closed, and every member of it is required, for every member is always written; a value
of any kind is still one that a bundle can hold: never a fraction, for JSON readers differ in what they make of it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from auditor.core.backtest import Backtest
from auditor.core.checklist_form import ChecklistForm
from auditor.core.comparison import Comparison
from auditor.core.decisions_form import DecisionsForm
from auditor.core.people import ADJUDICATION, MODELS, SIGN_OFF, WAIVER, WAIVER_APPROVAL
from auditor.core.run_predicate import RunPredicate
from auditor.core.verification_result import SvrPredicate

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://auditor.example/schemas"
SAFE = 2**53 - 1
ANY = {"$ref": "#/$defs/Exact"}
EXACT = {
    "description": "A value that every reader of JSON reads the same: no fraction, no integer beyond 2^53 - 1.",
    "type": ["null", "boolean", "string", "integer", "array", "object"],
    "minimum": -SAFE,
    "maximum": SAFE,
    "items": ANY,
    "additionalProperties": ANY,
}
SAID = {"type": "boolean"}
# Members that a document has beside those of its model.
BESIDE: dict[str, dict[str, Any]] = {
    "backtest": {"schemaVersion": {"const": 1}, "regressed": SAID, "changed": SAID, "undecided": SAID},
    "diff": {"regressed": SAID, "changed": SAID},
}
# The same of a member of it.
BESIDE_OF_ONE = {"backtest": ("Outcome", {"regressed": SAID})}
# Name -> what it is the schema of, its title, and the version of its form.
DOCUMENTS: dict[str, tuple[Any, str, int]] = {
    "backtest": (Backtest, "What `auditor backtest -o json` writes", 1),
    "checklist": (ChecklistForm, "checklist.json: the completed checklist of a run", 1),
    "decisions": (DecisionsForm, "decisions.json: what a run decided", 1),
    "diff": (Comparison, "What `auditor diff --json` writes", 1),
    "predicate-adjudication": (MODELS[ADJUDICATION], f"Predicate of {ADJUDICATION}", 1),
    "predicate-run": (RunPredicate, "Predicate of the attestation of a run", 1),
    "predicate-sign-off": (MODELS[SIGN_OFF], f"Predicate of {SIGN_OFF}", 1),
    "predicate-svr": (SvrPredicate, "Predicate that `auditor verify --svr` signs, as in-toto's SVR 0.1 has it", 1),
    "predicate-waiver": (MODELS[WAIVER], f"Predicate of {WAIVER}", 1),
    "predicate-waiver-approval": (MODELS[WAIVER_APPROVAL], f"Predicate of {WAIVER_APPROVAL}", 1),
}


def schema(name: str) -> str:
    """Return the schema of documents ``name`` as its file has it."""
    model, title, version = DOCUMENTS[name]
    plain = TypeAdapter(model).json_schema()
    plain["properties"] |= BESIDE.get(name, {})
    if name in BESIDE_OF_ONE:
        part, members = BESIDE_OF_ONE[name]
        plain["$defs"][part]["properties"] |= members
    made = _closed(plain)
    made |= {"$schema": DIALECT, "$id": f"{BASE}/{name}.v{version}.schema.json", "title": title}
    if "#/$defs/Exact" in json.dumps(made):
        made.setdefault("$defs", {})["Exact"] = EXACT
    return json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _closed(node: Any) -> Any:
    """Return a schema whose objects are closed, and in which anything at all is an exact value."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _closed(value) for key, value in node.items() if key not in {"title", "properties", "$defs"}}
    for key in ("properties", "$defs"):
        if key in node:
            made[key] = {name: _closed(one) or ANY for name, one in node[key].items()}
    if "properties" in made:
        made |= {"additionalProperties": False, "required": sorted(made["properties"])}
    for key in ("items", "additionalProperties"):
        if made.get(key) in ({}, True):
            made[key] = ANY
    if "prefixItems" in made:
        made["prefixItems"] = [one or ANY for one in made["prefixItems"]]
    return made


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        folder.mkdir(parents=True, exist_ok=True)
        for each in DOCUMENTS:
            (folder / f"{each}.schema.json").write_text(schema(each), encoding="utf-8")
