"""A profile: the lines, groups and gates that a run decides, bound to the controls of a pack.

Rules kept here: every problem of a profile is named at once; members and conditions form an acyclic graph; each line of
the document is decided once; every parameter that the line's controls declare is there and typed, and none that nobody
declares.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from auditor.adapters.policies.profile_document import AS_OF, Gate, Line, ProfileDocument
from auditor.adapters.policies.profile_files import ProfileFiles, read_profile
from auditor.core.graph import topological_order
from auditor.errors import UsageError, raise_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.adapters.policies.pack import Control, Pack


@dataclass(frozen=True, slots=True)
class BoundControl:
    """A control with the effective parameters of one line."""

    control: Control
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile: document, digest, and each line's controls in evaluation order (empty for groups).

    ``order`` has every line after those it depends on; ``lines`` finds them by id; ``checklist`` is the text of the
    document that they fill in, if there is one.
    """

    document: ProfileDocument
    sha256: str
    bound: dict[str, tuple[BoundControl, ...]]
    order: tuple[str, ...]
    lines: dict[str, Line]
    checklist: str | None = None

    def line(self, line_id: str) -> Line:
        """Return the line ``line_id``."""
        return self.lines[line_id]

    def skew_seconds(self, line: Line) -> int:
        """Return the largest declared clock skew of the sources that ``line`` reads."""
        return max((self.document.sources[name].clock_skew_seconds for name in line.reads), default=0)


def load_profile(pack: Pack, name: str) -> Profile:
    """Load profile ``name`` of the pack, one file or a folder. Raises ``UsageError`` that lists every problem."""
    files = read_profile(pack.root, name)
    document = _parse(files)
    problems: list[str] = []
    if document.id != name:
        problems.append(f"id is {document.id!r}, expected {name!r} (the file's name)")
    problems += [*_references(document), *_documented(document, files)]
    bound = {line.id: _bind(pack, document, line, str(files.path), problems) for line in document.lines}
    problems += _unused(document)
    order = _order(document, problems)
    raise_all(UsageError, f"{files.path}: the profile is refused", problems, remedy="correct the profile")
    lines = {line.id: line for line in document.lines}
    text = (files.path / document.checklist).read_text(encoding="utf-8") if document.checklist else None
    return Profile(document, files.sha256, bound, order, lines, text)


def _parse(files: ProfileFiles) -> ProfileDocument:
    try:
        return ProfileDocument.model_validate(files.document)
    except ValidationError as error:
        problems = [f"{_where(files.document, one['loc'])}: {one['msg']}" for one in error.errors()]
        raise_all(UsageError, f"{files.path}: the profile is refused", problems, remedy="correct the profile")
        raise


def _where(document: dict[str, Any], loc: tuple[int | str, ...]) -> str:
    """Return where a problem is, with the line's own id, for in a profile of many parts its number says nothing."""
    where = ".".join(str(part) for part in loc)
    try:
        return f"{where} ({document[str(loc[0])][loc[1]]['id']})"
    except (LookupError, TypeError):
        return where


def _references(document: ProfileDocument) -> Iterator[str]:
    ids = {line.id for line in document.lines}
    yield from (f"line {one!r} is defined twice" for one in _twice(line.id for line in document.lines))
    yield from (f"gate {one!r} is defined twice" for one in _twice(gate.id for gate in document.gates))
    for line in document.lines:
        yield from (f"line {line.id!r}: unknown member {one!r}" for one in line.members if one not in ids)
        yield from (f"line {line.id!r}: unknown condition {one!r}" for one in line.when if one not in ids)
        yield from (f"line {line.id!r}: reads unknown source {s!r}" for s in line.reads if s not in document.sources)
        yield from (f"line {line.id!r}: unknown shared set {s!r}" for s in line.shared if s not in document.shared)
        anchors = line.window.anchors if line.window else set()
        yield from (f"line {line.id!r}: unknown anchor {one!r}" for one in sorted(anchors - {AS_OF, *document.anchors}))
    elsewhere = {line.id for line in document.lines if line.decided_by}
    for gate in document.gates:
        yield from (f"gate {gate.id!r}: unknown line {one!r}" for one in gate.named if one not in ids)
        yield from (f"gate {gate.id!r}: line {one!r} is decided after it" for one in gate.named if one in elsewhere)
        if gate.after is not None and gate.after not in document.anchors:
            yield f"gate {gate.id!r}: unknown anchor {gate.after!r}"
    for line in document.lines:
        after = [one for one in (*line.members, *line.when) if one in elsewhere]
        yield from (f"line {line.id!r}: {one!r} is decided after it" for one in after)
    statuses = sum(gate.kind == "status" for gate in document.gates)
    if statuses > 1 or (any(line.decided_by == "status" for line in document.lines) and not statuses):
        yield f"has {statuses} gates of kind status, expected one where lines are decided by it"


def _documented(document: ProfileDocument, files: ProfileFiles) -> Iterator[str]:
    """Yield what keeps the lines from filling in their document, each row of it once."""
    numbers = (number for line in document.lines if line.at is not None for number in line.checklist)
    yield from (f"line {one} of the checklist is decided twice" for one in _twice(numbers))
    yield from (
        f"row {one} of the document is printed twice" for one in _twice(str(x.at) for x in document.lines if x.at)
    )
    if document.checklist is None:
        yield from (f"line {line.id!r}: has a row, but there is no checklist" for line in document.lines if line.at)
        return
    path = files.path / document.checklist
    if not path.is_file():
        yield f"checklist {document.checklist!r} is not in {files.path}"
        return
    rows = len(path.read_text(encoding="utf-8").splitlines())
    yield from (f"line {x.id!r}: row {x.at}, the checklist has {rows}" for x in document.lines if x.at and x.at > rows)


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _order(document: ProfileDocument, problems: list[str]) -> tuple[str, ...]:
    graph = {line.id: (*line.members, *line.when) for line in document.lines}
    try:
        return topological_order(graph)
    except ValueError as error:
        problems.append(str(error))
        return ()


def _unused(document: ProfileDocument) -> Iterator[str]:
    used = {one for line in document.lines for one in line.shared}
    yield from (f"shared set {one!r} is used by no line" for one in document.shared if one not in used)


def _bind(
    pack: Pack, document: ProfileDocument, line: Line, path: str, problems: list[str]
) -> tuple[BoundControl, ...]:
    if line.control is None:
        if line.parameters or line.shared:
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
    given = _shared(document, line, declared - fixed, problems) | line.parameters
    bound = []
    for control, values in controls:
        parameters, found = control.metadata.effective(given | values)
        problems += [f"line {line.id!r}: {one}" for one in found]
        bound.append(BoundControl(control, parameters))
    return tuple(bound)


def _shared(document: ProfileDocument, line: Line, wanted: set[str], problems: list[str]) -> dict[str, Any]:
    """Return what the line's shared sets give of the parameters it takes; what is said twice is refused."""
    given: dict[str, Any] = {}
    for name in line.shared:
        for parameter, value in document.shared.get(name, {}).items():
            if parameter in given or parameter in line.parameters:
                problems.append(f"line {line.id!r}: parameter {parameter!r} of set {name!r} is given twice")
            elif parameter in wanted:
                given[parameter] = value
    return given


def status_gate(document: ProfileDocument) -> Gate | None:
    """Return the gate that gives the final status, if the profile has one."""
    return next((gate for gate in document.gates if gate.kind == "status"), None)
