"""A log of changes of feature flags: one JSON object a line, with the members that ``auditor.toml`` declares.

Rules kept here: only the declared members are read, so whoever made the change stays behind; a rollout is cut off to a
whole per cent, for 99.9 is not yet everybody.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.tables import identifier_halves
from auditor_collectors.flag_options import NAME
from auditor_collectors.jsonlines import member, objects
from auditor_collectors.values import boolean, identifier, not_after, one_of, optional, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.collector import CollectContext
    from auditor_collectors.files import SourceFile
    from auditor_collectors.flag_options import ChangesOptions


def logged(found: Sequence[SourceFile], wanted: ChangesOptions, context: CollectContext) -> Iterator[dict[str, Any]]:
    """Yield the changes that the files log, under the keys of the source, without scope."""
    names = wanted.members
    when = partial(not_after, context=context)
    for file in found:
        for number, document in objects(file):
            where = f"{file.name}, line {number}"
            stated = boolean if document.get(names.enabled, "") is not None else optional(boolean)
            change = {
                "event_time": member(where, document, names.at, when),
                "flag": member(where, document, names.flag, flag_name),
                "enabled": member(where, document, names.enabled, stated),
                "kind": "changed",
                "rollout_percent": None,
            }
            if names.kind:
                change["kind"] = member(where, document, names.kind, partial(one_of, known=wanted.kinds))
            if names.rollout_percent:
                change["rollout_percent"] = member(where, document, names.rollout_percent, optional(percent))
            found_id = member(where, document, names.deployment, optional(_deployment)) if names.deployment else None
            yield change | deployment_id(found_id)


def deployment_id(value: str | None) -> dict[str, int | None]:
    """Return the columns of the digest of a deployment's id."""
    halves = (None, None) if value is None else identifier_halves(value)
    return {"deployment_hi": halves[0], "deployment_lo": halves[1]}


def flag_name(value: Any) -> str:
    """Return ``value``, which is a flag's name."""
    if isinstance(value, str) and re.fullmatch(NAME, value):
        return value
    raise ValueError("a flag's name of letters, digits and _.-, at most 128")


def _deployment(value: Any) -> str:
    return str(value) if type(value) is int else identifier(value)
