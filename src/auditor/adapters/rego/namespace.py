"""Moves the Rego of a pack under a package of its own, so that it can lie beside other policies on one OPA server.

``package controls.slo.p95_latency`` becomes ``package <namespace>.controls.slo.p95_latency`` and every ``data`` becomes
``data.<namespace>``. The text is read in Rego's own tokens, so strings, comments and members named ``data`` stay.

Rules kept here: the reading is not trusted. What OPA itself parsed is walked afterwards (``problems``): every reference
to ``data`` must begin with the namespace, and the namespace may stand nowhere else. The first means that no policy of
the server can be asked; both together mean that nothing but references was changed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.policies.pack import rego_sources
from auditor.adapters.rego.selection import needed
from auditor.adapters.rego.tokens import TOKEN
from auditor.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from auditor.adapters.policies.pack import Pack

UNREAD = frozenset({"annotations", "comments", "location"})  # members of OPA's syntax tree that decide nothing


@dataclass(frozen=True, slots=True)
class MovedPack:
    """A pack under a name of one run: ``policies`` is id on the server -> Rego, libraries first."""

    namespace: str
    policies: dict[str, str]
    lists: dict[str, Any]

    @property
    def lists_path(self) -> str:
        """Return where the lists lie below ``data``."""
        return f"{self.namespace}/lists"

    def file(self, policy: str) -> str:
        """Return the file of the pack that ``policy`` is."""
        return policy.removeprefix(f"{self.namespace}/")

    def in_the_packs_names(self, said: str) -> str:
        """Return what OPA said with the files and packages that the author knows."""
        return said.replace(f"{self.namespace}/", "").replace(f"data.{self.namespace}.", "data.")


def move(pack: Pack, controls: Collection[str] | None = None) -> MovedPack:
    """Return what of ``pack`` decides ``controls`` (None: any) under a name that nothing else has.

    Libraries come first, then the smallest: OPA compiles all that it holds after each. Raises ``ControlError`` when the
    pack cannot be moved.
    """
    namespace = f"auditor_run_{secrets.token_hex(8)}"
    chosen = needed(rego_sources(pack), controls)
    files = sorted(chosen, key=lambda file: (file[:4] != "lib/", len(chosen[file]), file))
    return MovedPack(
        namespace, {f"{namespace}/{file}": moved(file, chosen[file], namespace) for file in files}, pack.lists
    )


def moved(name: str, text: str, namespace: str) -> str:
    """Return the Rego ``text`` of file ``name`` with its package and its references to ``data`` under ``namespace``."""
    pieces: list[str] = []
    copied = 0
    before = ""
    for token in TOKEN.finditer(text):
        if token.lastgroup == "comment":
            continue
        if token.lastgroup == "template":
            raise ControlError(f"{name}: string templates cannot be moved", remedy="use concat or sprintf")
        word = token.group()
        if token.lastgroup == "word" and before == "package":
            pieces += [text[copied : token.start()], f"{namespace}.{word}"]
            copied = token.end()
        elif word == "data" and token.lastgroup == "word" and before != ".":
            pieces += [text[copied : token.start()], f"data.{namespace}"]
            copied = token.end()
        before = word
    return "".join([*pieces, text[copied:]])


def problems(module: Any, namespace: str) -> list[str]:
    """Return what is wrong with a module that OPA parsed: each way in which it leaves ``namespace``, as a sentence."""
    path = package(module)
    if path[:1] != [namespace]:
        return [f"its package is {'.'.join(path) or 'not shown'}, outside {namespace}"]
    rest = {name: part for name, part in module.items() if name != "package"}
    return sorted(set(_walk(rest, namespace)))


def package(module: Any) -> list[str]:
    """Return the parts of the package of a module that OPA parsed; none when it shows none."""
    shown = module.get("package") if isinstance(module, dict) else None
    return _parts(shown.get("path"))[1:] if isinstance(shown, dict) else []


def _walk(node: Any, namespace: str) -> Iterator[str]:
    if isinstance(node, dict):
        kind, value = node.get("type"), node.get("value")
        if kind == "ref" and isinstance(value, list) and value and value[0] == {"type": "var", "value": "data"}:
            if value[1:2] == [{"type": "string", "value": namespace}]:
                value = value[2:]
            else:
                yield f"it refers to {'.'.join(_parts(value))}, outside {namespace}"
                value = value[1:]
            yield from _walk(value, namespace)
        elif kind == "var" and value == "data":
            yield f"it refers to data, outside {namespace}"
        else:
            for name, part in node.items():
                if name not in UNREAD:
                    yield from _walk(part, namespace)
    elif isinstance(node, list):
        for part in node:
            yield from _walk(part, namespace)
    elif isinstance(node, str) and namespace in node:
        yield f"{node!r} is no reference, but holds {namespace}"


def _parts(path: Any) -> list[str]:
    return [str(term.get("value")) for term in path if isinstance(term, dict)] if isinstance(path, list) else []
