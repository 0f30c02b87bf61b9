"""What is wrong with a source's table in auditor.toml, in sentences."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError

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


Globs = Annotated[list[Annotated[str, AfterValidator(_glob)]], Field(min_length=1)]


def problems_of(model: type[BaseModel], options: Mapping[str, Any]) -> list[str]:
    """Return every problem of ``options`` as ``key: what is wrong``; empty when ``model`` accepts them."""
    try:
        model.model_validate(options)
    except ValidationError as error:
        return [f"{'.'.join(str(part) for part in one['loc']) or 'table'}: {one['msg']}" for one in error.errors()]
    return []
