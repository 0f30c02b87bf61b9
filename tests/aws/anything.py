"""An answer of any operation of AWS, made of its model: one of everything that can be listed, with plausible values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model

if TYPE_CHECKING:
    from aws.loopback import Asked

WHEN = datetime(2025, 1, 14, 9, tzinfo=UTC)
MORE = re.compile(r"(?i).*token.*|.*marker.*|.*istruncated.*|.*continuation.*")
DEEPEST = 7


def answer(asked: Asked, **changes: Any) -> dict[str, Any]:
    """Return an answer to what is asked, with ``changes`` of its members; ``...`` leaves one out."""
    shape = get_service_model(asked.service).operation_model(asked.operation).output_shape
    made = {} if shape is None else _Maker(asked).value(shape, "", 0)
    return {name: one for name, one in (made | changes).items() if one is not ...}


class _Maker:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def value(self, shape: Any, name: str, depth: int) -> Any:
        if shape.type_name == "structure":
            return self._structure(shape, depth)
        if shape.type_name == "list":
            return [self.value(shape.member, name.removesuffix("s"), depth + 1)] if depth < DEEPEST else []
        if shape.type_name == "string":
            return self._text(shape, name)
        others = {"map": {}, "boolean": False, "timestamp": WHEN, "blob": b"{}"}
        return others.get(shape.type_name, 1)

    def _structure(self, shape: Any, depth: int) -> dict[str, Any]:
        members = {name: one for name, one in shape.members.items() if not MORE.fullmatch(name)}
        if shape.is_tagged_union:
            members = dict(list(members.items())[:1])
        if depth > DEEPEST:
            members = {name: members[name] for name in shape.required_members if name in members}
        return {name: self.value(one, name, depth + 1) for name, one in members.items()}

    def _text(self, shape: Any, name: str) -> str:
        if shape.enum:
            return str(shape.enum[0])
        given = {one.lower(): value for one, value in self._asked.parameters.items()}
        if isinstance(given.get(name.lower()), str):
            return str(given[name.lower()])
        if name.lower().endswith(("arn", "arns")):
            return f"arn:aws:{self._asked.service}:{self._asked.region}:{self._asked.account}:thing/one"
        if "region" in name.lower():
            return self._asked.region
        if name.lower().endswith(("account", "accountid", "ownerid", "owner")):
            return self._asked.account
        return "one"
