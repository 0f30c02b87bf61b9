"""YAML and JSON from people, read strictly: one document, plain values, no name twice.

Rules kept here: what is not a plain tree is refused before it is built (anchors and aliases, which can make a few bytes
a billion; tags; more than one document; too deep or too big a tree); a name that stands twice in a mapping is refused,
for the last would win in silence; text stays text: ``NO`` is Norway and ``2025-01-14`` is no object (YAML 1.1 would
make false of the one and a date of the other).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from auditor.errors import CollectionError

if TYPE_CHECKING:
    from collections.abc import Hashable

MAX_BYTES = 4 << 20
MAX_DEPTH = 12
MAX_NODES = 200_000
REMEDY = "correct the document; `auditor records schema` prints what one may hold"


class _Plain(yaml.SafeLoader):
    """A loader that knows null, true, false and whole numbers beside text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as its base has it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - the base's signature
        """Return the mapping, whose names are texts that stand once."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str):
                raise yaml.constructor.ConstructorError(None, None, "a name that is no text", key.start_mark)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{name!r} is there twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


_Plain.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Plain.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[1-9][0-9]{0,17}$|^0$"), list("-0123456789"))


def plain_tree(name: str, content: bytes) -> dict[str, Any]:
    """Return the mapping that ``content`` is; ``name`` ends in .json, .yaml or .yml. Raises ``CollectionError``."""
    if len(content) > MAX_BYTES:
        raise CollectionError(f"{name}: {len(content)} bytes, expected at most {MAX_BYTES}", remedy=REMEDY)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CollectionError(f"{name}: not UTF-8 ({error.reason})", remedy="save the document as UTF-8") from error
    tree = _json(name, text) if name.endswith(".json") else _yaml(name, text)
    if not isinstance(tree, dict):
        raise CollectionError(f"{name}: found {type(tree).__name__}, expected one mapping", remedy=REMEDY)
    return tree


def _json(name: str, text: str) -> Any:
    try:
        tree = json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise CollectionError(f"{name}: nested too deeply", remedy=REMEDY) from error
    except ValueError as error:
        raise CollectionError(f"{name}: not JSON ({error})", remedy=REMEDY) from error
    if _depth(tree) > MAX_DEPTH:
        raise CollectionError(f"{name}: nested deeper than {MAX_DEPTH}", remedy=REMEDY)
    return tree


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} is there twice")
    return dict(pairs)


def _depth(tree: Any) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        held = [one for one in level if isinstance(one, dict | list)]
        level = [child for one in held for child in (one.values() if isinstance(one, dict) else one)]
    return deepest


def _yaml(name: str, text: str) -> Any:
    try:
        _refuse_unplain(name, text)
        return yaml.load(text, Loader=_Plain)  # noqa: S506 - _Plain is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}" if mark else ""
        raise CollectionError(f"{name}{place}: not plain YAML ({error.problem})", remedy=REMEDY) from error
    except (yaml.YAMLError, ValueError) as error:
        raise CollectionError(f"{name}: not plain YAML ({error})", remedy=REMEDY) from error


def _refuse_unplain(name: str, text: str) -> None:
    """Go through the events of the text, of which none builds anything, and refuse the first that is not plain."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=_Plain):
        wrong = ""
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            wrong = "an anchor or alias"
        elif isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            wrong = "a tag"
        elif documents > 1:
            wrong = "a second document"
        elif depth > MAX_DEPTH:
            wrong = f"a level deeper than {MAX_DEPTH}"
        elif nodes > MAX_NODES:
            wrong = f"more than {MAX_NODES} values"
        if wrong:
            place = f", line {event.start_mark.line + 1}" if event.start_mark else ""
            raise CollectionError(f"{name}{place}: found {wrong}, expected plain values", remedy=REMEDY)
