"""From the bytes of a record to its model, with every problem named by its path, and what it leaves unsaid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from auditor.errors import CollectionError, raise_all
from auditor.records.documents import KINDS, Processors, Record, Register
from auditor.records.reading import REMEDY, plain_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMAS = Path(__file__).parent / "schemas"


def record_of(name: str, content: bytes) -> Record:
    """Return the record that the file ``name`` holds. Raises ``CollectionError`` that lists every problem by path."""
    tree = plain_tree(name, content)
    kind = tree.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise CollectionError(f"{name}, kind: found {kind!r}, expected one of {', '.join(KINDS)}", remedy=REMEDY)
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        problems = [f"{_path(one['loc'])}: {one['msg']}" for one in error.errors(include_url=False)]
        raise_all(CollectionError, f"{name}: is no record of kind {kind}:", problems, remedy=REMEDY)
        raise


def unsaid(record: Record) -> Iterator[str]:
    """Yield the path of each thing that the law asks for and the record leaves out, for a person."""
    if isinstance(record, Register):
        for number, activity in enumerate(record.activities):
            for column, there in activity.stated().items():
                if not there:
                    yield f"activities[{number}] ({activity.activity}): {column.removesuffix('_stated')} is not stated"
    if isinstance(record, Processors):
        for number, one in enumerate(record.processors):
            if one.relation == "processor":
                place = f"processors[{number}] ({one.vendor})"
                if one.contract_signed is None:
                    yield f"{place}: contract_signed is not stated"
                if one.subprocessors is None:
                    yield f"{place}: subprocessors are not listed"


def schema_text(kind: str) -> str:
    """Return the published JSON Schema of the records of ``kind``; ``tools/make_record_schemas.py`` makes it."""
    return (SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8")


def _path(location: tuple[int | str, ...]) -> str:
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return parts.removeprefix(".") or "document"
