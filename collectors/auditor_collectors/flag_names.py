"""The plan's name of each flag of a document.

Rules kept here: two keys never share a name, for nobody could tell then which of them a row is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.errors import CollectionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def names_of(keys: Iterable[str], aliases: Mapping[str, str], where: str) -> dict[str, str]:
    """Return the name of each key. Raises ``CollectionError`` where two keys have the same."""
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for key in sorted(keys):
        name = aliases.get(key, key)
        if name in taken:
            raise CollectionError(
                f"{where}: key {key!r} is flag {name!r}, which is already key {taken[name]!r}",
                remedy="correct `aliases` in auditor.toml",
            )
        names[key] = name
        taken[name] = key
    return names
