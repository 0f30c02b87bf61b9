"""A profile: the lines, groups and gates that a run decides, with parameters and windows.

Rules kept here: every problem of a profile is named at once; a line binds exactly one control or has members; the
members form an acyclic graph; a window is a whole number of 10 s slots, so that counting by slots stays exact; every
parameter that the line's controls declare is there and typed, and none that nobody declares.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError, model_validator

from auditor.adapters.policies.metadata import Strict
from auditor.core.graph import topological_order
from auditor.errors import UsageError, raise_all
from auditor.model import Window

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.policies.pack import Control, Pack

SLOT_SECONDS = 10
LINE_ID = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"


class LineWindow(Strict):
    """A half-open window relative to an anchor, in whole 10 s slots."""

    anchor: Literal["as_of"]
    start_seconds: int = Field(multiple_of=SLOT_SECONDS)
    end_seconds: int = Field(multiple_of=SLOT_SECONDS)

    @model_validator(mode="after")
    def _ordered(self) -> LineWindow:
        if self.end_seconds <= self.start_seconds:
            raise ValueError(f"ends at {self.end_seconds} s, not after its start at {self.start_seconds} s")
        return self

    def at(self, as_of: datetime, shift_seconds: int = 0) -> Window:
        """Return the window at ``as_of``, shifted by ``shift_seconds``."""
        start = as_of + timedelta(seconds=self.start_seconds + shift_seconds)
        return Window(start, as_of + timedelta(seconds=self.end_seconds + shift_seconds))


class Line(Strict):
    """One line: a control bound with parameters and a window, or a group of member lines."""

    id: str = Field(pattern=LINE_ID)
    title: str = Field(min_length=1)
    checklist: list[str] = Field(default_factory=list)
    control: str | None = None
    window: LineWindow | None = None
    reads: list[str] = Field(default_factory=list)
    parameters: dict[str, Any] = Field(default_factory=dict)
    members: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_kind(self) -> Line:
        if (self.control is None) == (not self.members):
            raise ValueError("needs either a control or members, not both and not none")
        if self.control is not None and self.window is None:
            raise ValueError("binds a control, so it needs a window")
        return self


class Gate(Strict):
    """A named set of lines with a decision of ``kind`` (a policy under gates/)."""

    id: str = Field(pattern=LINE_ID)
    title: str = Field(min_length=1)
    kind: Literal["go_no_go", "rollback"]
    lines: list[str] = Field(min_length=1)


class Source(Strict):
    """What the profile's approver declares about a source."""

    clock_skew_seconds: int = Field(default=0, ge=0, multiple_of=SLOT_SECONDS)


class ProfileDocument(Strict):
    """The document ``profiles/<id>.toml``."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    title: str
    validity_seconds: int = Field(gt=0)
    sources: dict[str, Source]
    lines: list[Line] = Field(min_length=1)
    gates: list[Gate] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class BoundControl:
    """A control with the effective parameters of one line."""

    control: Control
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile: document, digest, and each line's controls in evaluation order (empty for groups)."""

    document: ProfileDocument
    sha256: str
    bound: dict[str, tuple[BoundControl, ...]]
    order: tuple[str, ...]

    def line(self, line_id: str) -> Line:
        """Return the line ``line_id``."""
        return next(line for line in self.document.lines if line.id == line_id)

    def skew_seconds(self, line: Line) -> int:
        """Return the largest declared clock skew of the sources that ``line`` reads."""
        return max((self.document.sources[name].clock_skew_seconds for name in line.reads), default=0)


def load_profile(pack: Pack, name: str) -> Profile:
    """Load ``profiles/<name>.toml`` of the pack. Raises ``UsageError`` that lists every problem."""
    path = pack.root / "profiles" / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in path.parent.glob("*.toml"))) or "none"
        raise UsageError(f"{path}: no such profile; the pack has: {known}", remedy="give one of them as --profile")
    content = path.read_bytes()
    document = _parse(path, content)
    problems: list[str] = []
    if document.id != name:
        problems.append(f"id is {document.id!r}, expected {name!r} (the file's name)")
    problems += _references(document)
    bound = {line.id: _bind(pack, line, path, problems) for line in document.lines}
    order = _order(document, problems)
    raise_all(UsageError, f"{path}: the profile is refused", problems, remedy="correct the profile")
    return Profile(document, hashlib.sha256(content).hexdigest(), bound, order)


def _parse(path: Path, content: bytes) -> ProfileDocument:
    try:
        return ProfileDocument.model_validate(tomllib.loads(content.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML ({error})", remedy="correct the profile") from error
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise_all(UsageError, f"{path}: the profile is refused", problems, remedy="correct the profile")
        raise


def _references(document: ProfileDocument) -> list[str]:
    ids = [line.id for line in document.lines]
    problems = [f"line {one!r} is defined twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    gates = [gate.id for gate in document.gates]
    problems += [f"gate {one!r} is defined twice" for one in sorted({one for one in gates if gates.count(one) > 1})]
    for line in document.lines:
        problems += [f"line {line.id!r}: unknown member {one!r}" for one in line.members if one not in ids]
        problems += [f"line {line.id!r}: reads unknown source {s!r}" for s in line.reads if s not in document.sources]
    for gate in document.gates:
        problems += [f"gate {gate.id!r}: unknown line {one!r}" for one in gate.lines if one not in ids]
    return problems


def _order(document: ProfileDocument, problems: list[str]) -> tuple[str, ...]:
    graph = {line.id: tuple(line.members) for line in document.lines}
    try:
        return topological_order(graph)
    except ValueError as error:
        problems.append(str(error))
        return ()


def _bind(pack: Pack, line: Line, path: Path, problems: list[str]) -> tuple[BoundControl, ...]:
    if line.control is None:
        if line.parameters:
            problems.append(f"line {line.id!r}: a group takes no parameters")
        return ()
    main = pack.control(line.control, f"{path}: line {line.id!r}")
    controls: list[tuple[Control, dict[str, Any]]] = [(main, {})]
    controls += [(pack.control(one.control, main.sql_path), one.parameters) for one in main.metadata.requires]
    declared = {name for control, _ in controls for name in control.metadata.parameters}
    fixed = {name for _, values in controls for name in values}
    for name in line.parameters:
        if name not in declared:
            problems.append(f"line {line.id!r}: no control of this line declares parameter {name!r}")
        elif name in fixed:
            problems.append(f"line {line.id!r}: parameter {name!r} is fixed by control {main.id}")
    bound = []
    for control, values in controls:
        parameters, found = control.metadata.effective(line.parameters | values)
        problems += [f"line {line.id!r}: {one}" for one in found]
        bound.append(BoundControl(control, parameters))
    return tuple(bound)
