"""What is wrong with a source's table in auditor.toml, in sentences."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from auditor.tables.audit import UNDECLARED

if TYPE_CHECKING:
    from collections.abc import Mapping


def _glob(pattern: str) -> str:
    parts = PurePath(pattern).parts
    if not parts or not pattern.isprintable():
        raise ValueError(f"{pattern!r} names no file")
    if PurePath(pattern).is_absolute():
        raise ValueError(f"{pattern!r} is absolute, expected a path relative to auditor.toml")
    if any("**" in part and part != "**" for part in parts):
        raise ValueError(f"{pattern!r} has ** within a name, expected it alone between slashes")
    return pattern


def _renamed(values: Any) -> Any:
    """Return a list of values as each one's own name."""
    if isinstance(values, list) and all(isinstance(one, str) for one in values):
        return {one: one for one in values}
    return values


def _listed(values: dict[str, str]) -> dict[str, str]:
    for name in values.values():
        if not name.isprintable() or name in {"", UNDECLARED}:
            raise ValueError(f"{name!r} cannot be the name of a value")
    return values


Values = Annotated[dict[str, str], BeforeValidator(_renamed), AfterValidator(_listed)]
"""The values of a member that may be kept: a list, or a table of what the source says and the name to keep it by."""

Globs = Annotated[list[Annotated[str, AfterValidator(_glob)]], Field(min_length=1)]


def problems_of(model: type[BaseModel], options: Mapping[str, Any]) -> list[str]:
    """Return every problem of ``options`` as ``key: what is wrong``; empty when ``model`` accepts them."""
    try:
        model.model_validate(options)
    except ValidationError as error:
        return [f"{'.'.join(str(part) for part in one['loc']) or 'table'}: {one['msg']}" for one in error.errors()]
    return []
