"""``auditor.toml``: what is audited, and where its sources are.

Rules kept here: every problem of the file, the collectors' own included, is named at once with its key; a collector is
found by entry point and never imported by name; what several sources have in common is written once, in a table
``[shared.<name>]``, and taken by the sources that say ``with = ["<name>"]``, whose own options win.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.collector import ENTRY_POINT_GROUP, Collector
from auditor.core.canonical import canonical_json
from auditor.errors import UsageError, raise_all
from auditor.model import Scope, isoformat

if TYPE_CHECKING:
    from pathlib import Path


REDACTED = "[redacted]"
SECRET = re.compile(r"(?i)(?:^|_)(?:password|passphrase|secret|token|credentials?|api_?key|private_?key|external_?id)$")
MAX_INTEGER = 2**53 - 1


class ScopeSection(BaseModel):
    """``[scope]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str = Field(min_length=1)
    environment: str = Field(min_length=1)
    release: str = Field(min_length=1)
    phase: str = ""


class VaultSection(BaseModel):
    """``[vault]``: where the pseudonyms of persons are kept, and the key that opens it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(min_length=1)
    key: str = Field(min_length=1)


class Document(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scope: ScopeSection
    sources: dict[str, dict[str, Any]] = Field(min_length=1)
    shared: dict[str, dict[str, Any]] = Field(default_factory=dict)
    evaluate: dict[str, Any] = Field(default_factory=dict)
    watch: dict[str, Any] = Field(default_factory=dict)
    vault: VaultSection | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source with its collector; ``options`` is its table without what is said of every source.

    ``environment`` is that of its rows where it is another than the scope's, as that of a staging system; before
    ``begins`` there is nothing to collect, as of a canary that is not deployed yet, and that is what is recorded.
    """

    name: str
    kind: str
    collector: Collector
    options: dict[str, Any]
    environment: str | None = None
    begins: datetime | None = None


@dataclass(frozen=True, slots=True)
class VaultPlace:
    """The files of the vault and of its key."""

    file: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration; relative paths are relative to ``root``."""

    root: Path
    scope: Scope
    sources: tuple[Source, ...]
    vault: VaultPlace | None = None


def load_config(path: Path) -> Config:
    """Load ``auditor.toml``. Raises ``UsageError`` that lists every problem."""
    document = _parse(path)
    collectors = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    problems: list[str] = []
    sources: list[Source] = []
    for name, table in sorted(document.sources.items()):
        options, unknown = _merged(table, document.shared)
        problems += [f"sources.{name}.with: {problem}" for problem in unknown]
        kind = options.pop("kind", None)
        environment = options.pop("environment", None)
        if environment is not None and not (isinstance(environment, str) and environment):
            problems.append(f"sources.{name}.environment: is {environment!r}, expected the name of an environment")
        begins = options.pop("begins", None)
        if begins is not None and not (isinstance(begins, datetime) and begins.tzinfo is not None):
            problems.append(f"sources.{name}.begins: is {begins!r}, expected an instant with its offset, unquoted")
            begins = None
        if kind not in collectors:
            known = ", ".join(sorted(collectors))
            problems.append(f"sources.{name}.kind: is {kind!r}, expected one of {known}")
            continue
        collector: Collector = collectors[kind].load()()
        problems += [f"sources.{name}.{problem}" for problem in collector.check(options)]
        sources.append(Source(name, kind, collector, options, environment, begins))
    raise_all(UsageError, f"{path}: the configuration is refused", problems, remedy="correct the keys above")
    root, vault = path.resolve().parent, document.vault
    place = VaultPlace(root / vault.file, root / vault.key) if vault else None
    return Config(root, Scope(**document.scope.model_dump()), tuple(sources), place)


def _merged(table: dict[str, Any], shared: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Return a source's options with those of the tables of ``[shared]`` that it names, its own first."""
    named = table.get("with", [])
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        return table, [f"is {named!r}, expected a list of names of tables [shared.<name>]"]
    known = ", ".join(sorted(shared)) or "none"
    problems = [f"names {one!r}, expected one of {known}" for one in named if one not in shared]
    merged: dict[str, Any] = {}
    for one in named:
        merged |= shared.get(one, {})
    return {key: value for key, value in (merged | table).items() if key != "with"}, problems


def mappings(config: Config) -> bytes:
    """Return how each source is read, as it is archived and approved: RFC 8785, options by name, secrets left out.

    What a source's mapping calls an error, or leaves out, decides as much as a policy does.
    """
    sources = [
        {"name": one.name, "kind": one.kind, "options": _archivable(one.options)}
        | ({} if one.environment is None else {"environment": one.environment})
        | ({} if one.begins is None else {"begins": isoformat(one.begins)})
        for one in sorted(config.sources, key=lambda one: one.name)
    ]
    return canonical_json({"schemaVersion": 1, "sources": sources})


def _archivable(value: Any, name: str = "") -> Any:
    """Return an option in JSON; one that is named like a secret is replaced, and so is one that JSON cannot hold."""
    if SECRET.search(name) and not isinstance(value, dict):
        return REDACTED
    if isinstance(value, dict):
        return {one: _archivable(inner, one) for one, inner in value.items()}
    if isinstance(value, list):
        return [_archivable(one, name) for one in value]
    exact = value is None or isinstance(value, (bool, str)) or (isinstance(value, int) and abs(value) <= MAX_INTEGER)
    return value if exact else str(value)


def load_defaults(path: Path) -> dict[str, Any]:
    """Return the ``[evaluate]`` section: options of that command by name, checked by it. Raises ``UsageError``."""
    return _parse(path).evaluate


def load_watch(path: Path) -> dict[str, Any]:
    """Return the ``[watch]`` section, checked by the command that reads it. Raises ``UsageError``."""
    return _parse(path).watch


def _parse(path: Path) -> Document:
    try:
        return Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})", remedy="name the file with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML ({error})", remedy="correct the file") from error
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise_all(UsageError, f"{path}: the configuration is refused", problems, remedy="correct the keys above")
        raise
