"""The files of a profile: one TOML, or a folder of parts that are put together in the order of their names.

Rules kept here: what stands in two parts is refused, never overridden; the digest covers every file with its name; the
lines of a document stand in the order of the document, each followed by those that only it needs.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError, raise_all

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "profiles"
NAME = re.compile(r"[a-z][a-z0-9-]*")
LISTS = ("lines", "gates")
TABLES = ("sources", "shared")


@dataclass(frozen=True, slots=True)
class ProfileFiles:
    """What was read: the raw document, the SHA-256 (hex) of its files, and where it lies."""

    path: Path
    document: dict[str, Any]
    sha256: str


def profile_names(root: Path) -> list[str]:
    """Return the names of the profiles of the pack at ``root``, sorted."""
    folder = root / FOLDER
    found = {one.stem for one in folder.glob("*.toml")} | {one.parent.name for one in folder.glob("*/*.toml")}
    return sorted(found)


def read_profile(root: Path, name: str) -> ProfileFiles:
    """Read profile ``name`` of the pack at ``root``. Raises ``UsageError``: not there, not TOML, or said twice."""
    path = root / FOLDER / f"{name}.toml"
    named = NAME.fullmatch(name) is not None  # and so no path out of the pack
    if named and path.is_file():
        content = path.read_bytes()
        return ProfileFiles(path, _parse(path, content), hashlib.sha256(content).hexdigest())
    folder = root / FOLDER / name
    parts = sorted(folder.glob("*.toml")) if named else []
    if not parts:
        known = ", ".join(profile_names(root)) or "none"
        raise UsageError(f"{path}: no such profile; the pack has: {known}", remedy="give one of them as --profile")
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.suffix in {".toml", ".md"})
    lines = "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files)
    return ProfileFiles(folder, _merged(folder, parts), hashlib.sha256(lines.encode()).hexdigest())


def _merged(folder: Path, parts: list[Path]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    problems: list[str] = []
    for part in parts:
        for key, value in _parse(part, part.read_bytes()).items():
            if key in LISTS and isinstance(value, list):
                merged.setdefault(key, []).extend(value)
            elif key in TABLES and isinstance(value, dict):
                table = merged.setdefault(key, {})
                problems += [f"{part.name}: {key}.{one} is in another part too" for one in value if one in table]
                table.update(value)
            elif key in merged:
                problems.append(f"{part.name}: {key} is in another part too")
            else:
                merged[key] = value
    raise_all(UsageError, f"{folder}: the parts contradict each other", problems, remedy="say each thing in one part")
    merged["lines"] = _in_order(merged.get("lines", []))
    return merged


def _in_order(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines as the document has them, each followed by members that are not printed themselves."""
    by_id = {one.get("id"): one for one in lines}
    printed = sorted((one for one in lines if isinstance(one.get("at"), int)), key=lambda one: one["at"])
    ordered: dict[int, dict[str, Any]] = {}

    def place(line: dict[str, Any]) -> None:
        ordered.setdefault(id(line), line)
        for name in line.get("members", []):
            member = by_id.get(name)
            if member is not None and "at" not in member and id(member) not in ordered:
                place(member)

    for line in [*printed, *lines]:
        place(line)
    return list(ordered.values())


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML ({error})", remedy="correct the profile") from error
