"""A policy pack on disk: sources, the compiled Wasm and the lock that ties them together.

Rules kept here: the path is the identity (``controls/<family>/<name>/<name>.rego`` is control ``<family>.<name>``);
a pack is loaded only when every file is the one that was locked when the Wasm was compiled, so stale means another
digest, never an older date; nothing is executed by loading. A pack from a bundle goes through the same door.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from auditor.adapters.policies.metadata import ControlMetadata, Strict
from auditor.adapters.policies.windowed import compose, mentions, read_windowed
from auditor.core.authority import Triple
from auditor.core.graph import topological_order
from auditor.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOCK = "pack.lock"
WASM = "policy.wasm"
CAPABILITIES = "capabilities.json"
ENTRYPOINTS = ("lib/dispatch/decisions", "lib/dispatch/gate")
VARIANTS = ("spark",)
SOURCE_SUFFIXES = (".rego", ".sql", ".json", ".jsonl", ".toml", ".md")
REBUILD = "run `auditor policy build` (needs opa), or restore the files that were shipped"


class Lock(Strict):
    """``pack.lock``: what the Wasm was compiled from, by which OPA, and the METADATA that OPA read."""

    schema_version: int = Field(alias="schemaVersion")
    opa: str
    wasm_sha256: str = Field(alias="wasmSha256")
    sources: dict[str, str]
    controls: list[ControlMetadata]


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its METADATA and its query, with the windowed queries that it names.

    ``variants`` (engine -> query) are the same query in other words, for an engine that lacks some of the first's: they
    lie beside it as ``<name>.<engine>.sql``, are of the same dialect and pass the same guard.
    """

    metadata: ControlMetadata
    sql_path: str
    sql: str
    variants: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return ``<family>.<name>``."""
        return self.metadata.id

    def query_for(self, engine: str) -> tuple[str, str]:
        """Return path and text of the query that ``engine`` is to run."""
        if engine in self.variants:
            return variant_path(self.sql_path, engine), self.variants[engine]
        return self.sql_path, self.sql


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """A table that is computed from the snapshot once a run and read by many controls."""

    name: str
    sql_path: str
    sql: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A loaded policy pack; ``lists`` is the document that policies see as ``data.lists``.

    ``windowed`` are the parts that controls share; their text is already in each control's query.
    """

    root: Path
    opa: str
    wasm: bytes
    controls: dict[str, Control]
    derived: tuple[DerivedTable, ...]
    windowed: dict[str, str]
    lists: dict[str, Any]

    def control(self, control_id: str, named_by: str) -> Control:
        """Return a control; an unknown one is refused with its nearest names and who named it."""
        if control_id not in self.controls:
            known = ", ".join(sorted(self.controls))
            raise ControlError(
                f"{named_by}: unknown control {control_id!r}; the pack {self.root} has {known}",
                remedy="correct the name, or add the control under controls/<family>/<name>/",
            )
        return self.controls[control_id]


def variant_path(sql_path: str, engine: str) -> str:
    """Return where the query of a control lies in the words of ``engine``."""
    return f"{sql_path.removesuffix('.sql')}.{engine}.sql"


def source_files(root: Path) -> list[Path]:
    """Return every file that a pack is made of (not the lock, the Wasm), sorted by its POSIX path."""
    names = (
        os.path.join(folder, name)  # noqa: PTH118 - hundreds of files, at every start
        for folder, _, files in os.walk(root)
        for name in files
        if name.endswith(SOURCE_SUFFIXES)
    )
    kept = [name for name in names if os.path.isfile(name)]  # noqa: PTH113 - as above
    return [Path(name) for name in sorted(kept, key=lambda name: name.replace(os.sep, "/"))]


def digests(root: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return POSIX path relative to ``root`` -> SHA-256 (hex) of each file."""
    return {path.relative_to(root).as_posix(): _sha256(path.read_bytes()) for path in files}


def load_pack(root: Path) -> Pack:
    """Load and check the pack at ``root``. Raises ``ControlError`` (missing, malformed or stale)."""
    lock = _read_lock(root)
    wasm = _read(root / WASM)
    _refuse_stale(root, lock, wasm)
    derived = _derived(root)
    windowed = read_windowed(root, {table.name for table in derived})
    controls: dict[str, Control] = {}
    for metadata in lock.controls:
        family, name = metadata.id.split(".")
        sql_path = f"controls/{family}/{name}/{name}.sql"
        if metadata.id in controls:
            raise ControlError(f"{root / LOCK}: control {metadata.id} appears twice", remedy=REBUILD)
        variants = {
            engine: compose(_read(root / path).decode(), windowed)
            for engine in VARIANTS
            if (path := variant_path(sql_path, engine)) in lock.sources
        }
        sql = compose(_read(root / sql_path).decode(), windowed)
        controls[metadata.id] = Control(metadata, sql_path, sql, variants)
    return Pack(root, lock.opa, wasm, controls, derived, windowed, _lists(root))


def pack_files(root: Path) -> tuple[str, ...]:
    """Return every file of a pack that travels in a bundle, as POSIX paths relative to ``root``."""
    return (*(path.relative_to(root).as_posix() for path in source_files(root)), LOCK, WASM)


def compiled_triple(files: Mapping[str, str], opa: str) -> Triple:
    """Return what a trust policy approves of a compiled pack, given its files (path -> SHA-256) and its OPA.

    ``sources`` is the SHA-256 of the sorted ``sha256sum`` lines of the Rego that was compiled. Raises ``ControlError``
    when there is no Wasm.
    """
    if WASM not in files:
        raise ControlError(f"{WASM}: not among the files of the pack", remedy=REBUILD)
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()) if is_compiled(name))
    return Triple(_sha256(lines.encode()), files[WASM], opa)


def is_compiled(name: str) -> bool:
    """Say whether a file of a pack is Rego that is compiled: every one but tests."""
    return name.endswith(".rego") and not name.endswith("_test.rego")


def rego_sources(pack: Pack) -> dict[str, str]:
    """Return file -> text of the Rego that ``pack.wasm`` was compiled from, libraries first.

    Raises ``ControlError`` when the files are no longer those.
    """
    lock = _read_lock(pack.root)
    names = sorted((name for name in lock.sources if is_compiled(name)), key=lambda name: (name[:4] != "lib/", name))
    contents = {name: _read(pack.root / name) for name in names}
    changed = [name for name, content in contents.items() if _sha256(content) != lock.sources[name]]
    if changed or _sha256(pack.wasm) != lock.wasm_sha256:
        raise ControlError(f"{pack.root}: changed while it was in use: {', '.join(changed) or WASM}", remedy=REBUILD)
    return {name: content.decode() for name, content in contents.items()}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ControlError(f"{path}: cannot be read ({error.strerror})", remedy=REBUILD) from error


def lock_opa(content: bytes, where: str) -> str:
    """Return the version of OPA that a lock names. Raises ``ControlError``."""
    return _parse_lock(content, where).opa


def _read_lock(root: Path) -> Lock:
    return _parse_lock(_read(root / LOCK), str(root / LOCK))


def _parse_lock(content: bytes, path: str) -> Lock:
    try:
        return Lock.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ControlError(f"{path}: {where or 'document'}: {first['msg']}", remedy=REBUILD) from error


def _refuse_stale(root: Path, lock: Lock, wasm: bytes) -> None:
    found = digests(root, source_files(root))
    problems = [f"{path}: locked, but missing" for path in lock.sources if path not in found]
    problems += [f"{path}: not in the lock" for path in found if path not in lock.sources]
    problems += [
        f"{path}: changed since the pack was built"
        for path, digest in found.items()
        if lock.sources.get(path, digest) != digest
    ]
    if _sha256(wasm) != lock.wasm_sha256:
        problems.append(f"{WASM}: is not the module that was built")
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise ControlError(f"{root}: the policy pack is stale\n{listed}", remedy=REBUILD)


def _derived(root: Path) -> tuple[DerivedTable, ...]:
    """Return the derived tables so that each comes after those it reads."""
    tables = {
        path.stem: DerivedTable(path.stem, path.relative_to(root).as_posix(), path.read_text())
        for path in sorted((root / "derived").glob("*.sql"))
    }
    graph = {name: sorted(mentions(table.sql, tables) - {name}) for name, table in tables.items()}
    try:
        return tuple(tables[name] for name in topological_order(graph))
    except ValueError as error:
        raise ControlError(f"{root / 'derived'}: {error}") from error


def tables_read(pack: Pack, texts: Iterable[str]) -> tuple[DerivedTable, ...]:
    """Return the derived tables that the queries ``texts`` need, themselves or through others, in order."""
    names = {table.name for table in pack.derived}
    needed: set[str] = set()
    for text in texts:
        needed |= mentions(text, names)
    for table in reversed(pack.derived):
        if table.name in needed:
            needed |= mentions(table.sql, names)
    return tuple(table for table in pack.derived if table.name in needed)


def _lists(root: Path) -> dict[str, Any]:
    """Return the dated lists, each file's members merged; a member defined twice is refused."""
    merged: dict[str, Any] = {}
    for path in sorted((root / "lists").glob("*.json")):
        try:
            document = json.loads(path.read_bytes())
        except ValueError as error:
            raise ControlError(f"{path}: not JSON ({error})") from error
        for name, value in document.items():
            if name in merged:
                raise ControlError(f"{path}: list {name!r} is defined twice")
            merged[name] = value
    return merged
