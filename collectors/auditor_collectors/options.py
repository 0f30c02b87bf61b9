"""What is wrong with a source's table in auditor.toml, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping


def problems_of(model: type[BaseModel], options: Mapping[str, Any]) -> list[str]:
    """Return every problem of ``options`` as ``key: what is wrong``; empty when ``model`` accepts them."""
    try:
        model.model_validate(options)
    except ValidationError as error:
        return [f"{'.'.join(str(part) for part in one['loc']) or 'table'}: {one['msg']}" for one in error.errors()]
    return []
