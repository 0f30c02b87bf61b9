"""Holds what a test process writes against the published JSON Schemas; the judge is the ``jsonschema`` package."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from auditor.schemas import schema_text

if TYPE_CHECKING:
    import pytest

PARTS = ("gates", "lines", "findings", "history")
_judged: set[str] = set()


@cache
def judge(name: str) -> Draft202012Validator:
    """Return the judge of documents ``name``."""
    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(name: str, document: Any) -> list[str]:
    """Return everything that a document has against its schema."""
    return [f"{error.json_path}: {error.message}"[:400] for error in judge(name).iter_errors(document)]


def hold_decisions(document: dict[str, Any]) -> None:
    """Refuse decisions that are not as published. What was judged before is left out: items are judged one by one."""
    rest = dict(document)
    for part in PARTS:
        fresh = {f"{part} {json.dumps(one, sort_keys=True)}": one for one in document[part]}
        rest[part] = [one for said, one in fresh.items() if said not in _judged]
        _judged.update(fresh)
    found = problems("decisions", rest)
    if found:
        raise AssertionError("decisions are not as published:\n" + "\n".join(found))


def hold_every_decision(patch: pytest.MonkeyPatch) -> None:
    """Have every ``decisions.json`` that this process decides judged."""
    from auditor.shell import decide

    assemble = decide.assemble

    def assemble_as_published(*arguments: Any, **others: Any) -> Any:
        decisions = assemble(*arguments, **others)
        hold_decisions(decisions.document)
        return decisions

    patch.setattr(decide, "assemble", assemble_as_published)
