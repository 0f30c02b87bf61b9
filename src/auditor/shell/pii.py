"""The labelled corpus in files: written for the audited system, and scored on what came out of it.

Rules kept here: the labels are kept apart from the documents, which alone are fed to the system; a corpus is made again
from its seed when it is scored, so nobody can change what was planted; a document without an output is refused, since
what was not put out would look redacted.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.errors import CollectionError, UsageError
from auditor.model import isoformat
from auditor.pii import TYPES, corpus
from auditor.pii.score import Detection, Result, scored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

DOCUMENTS, LABELS, ABOUT = "documents.jsonl", "labels.jsonl", "corpus.json"
SAID = 5


class _About(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    documents: int
    sha256: str


class _Detection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: str
    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=1)] | None = None


class _Output(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: str
    output: str
    detections: list[_Detection] = []


def write_corpus(folder: Path, *, seed: int, count: int) -> None:
    """Write documents, labels and what they were made of into the new folder ``folder``. Raises ``UsageError``."""
    made = list(corpus.documents(seed, count))
    fed = _fed(made)
    labels = (
        {"id": one.id, "type": label.type, "start": label.start, "end": label.end, "nearMiss": label.near_miss}
        for one in made
        for label in one.labels
    )
    about = _About(seed=seed, documents=count, sha256=sha256(fed).hexdigest())
    try:
        folder.mkdir(parents=True)
        (folder / DOCUMENTS).write_bytes(fed)
        (folder / LABELS).write_bytes(_lines(labels))
        (folder / ABOUT).write_text(about.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})", remedy="give another --output") from error


def score_outputs(folder: Path, outputs: Path, *, name: str, ran_at: datetime) -> Iterator[dict[str, Any]]:
    """Yield a result for each type, as collector ``pii_results`` reads it.

    Raises:
        UsageError: the corpus is not one of this version, or was changed.
        CollectionError: an output is malformed, missing, or of no document.
    """
    about = _about(folder / ABOUT)
    made = list(corpus.documents(about.seed, about.documents))
    if sha256(_fed(made)).hexdigest() != about.sha256:
        raise UsageError(
            f"{folder}: its documents are not what its seed gives here",
            remedy="score it with the version that made it, or make it again and run it again",
        )
    found = list(_outputs(outputs, {one.id for one in made}))
    by_id = {one.id: one for one in found}
    missing = [one.id for one in made if one.id not in by_id]
    if missing:
        raise CollectionError(
            f"{outputs}: {len(missing)} documents have no output, {', '.join(missing[:SAID])} among them",
            remedy="feed every document to the system; one that it refuses has the output that it answered with",
        )
    detections = {one.id: [_detection(given) for given in one.detections] for one in found}
    results = scored(made, {one.id: one.output for one in found}, detections, about.seed)
    for kind, result in results.items():
        yield {"ranAt": isoformat(ran_at), "corpus": name, "type": kind, **_members(result)}


def _members(result: Result) -> dict[str, int]:
    """Return the counts by the names that the example of the collector maps."""
    return {_camel(name): count for name, count in asdict(result).items()}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(one.capitalize() for one in rest)


def _about(path: Path) -> _About:
    try:
        return _About.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise UsageError(
            f"{path}: does not say what the corpus was made of", remedy="name a folder that `auditor pii corpus` made"
        ) from error


def _outputs(path: Path, known: set[str]) -> Iterator[_Output]:
    """Yield the outputs, each of a document and once."""
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    one = _output(f"{path}, line {number}", line)
                    if one.id not in known or one.id in seen:
                        what = "is of no document" if one.id not in known else "is there twice"
                        raise CollectionError(f"{path}, line {number}: {one.id!r} {what}", remedy="correct the export")
                    seen.add(one.id)
                    yield one
    except OSError as error:
        raise CollectionError(
            f"{path}: cannot be read ({error.strerror})", remedy="name the file of outputs"
        ) from error


def _output(where: str, line: bytes) -> _Output:
    try:
        found = _Output.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        said = ".".join(str(part) for part in first["loc"]) or "line"
        raise CollectionError(f"{where}, {said}: {first['msg']}", remedy="correct the export") from error
    for one in found.detections:
        if one.type not in TYPES:
            raise CollectionError(
                f"{where}: found type {one.type!r}, expected one of {', '.join(TYPES)}",
                remedy="rename the system's types to these before scoring",
            )
        if (one.start is None) != (one.end is None) or (one.end or 1) <= (one.start or 0):
            raise CollectionError(
                f"{where}: a detection needs start before end, or neither", remedy="correct the export"
            )
    return found


def _detection(given: _Detection) -> Detection:
    return Detection(given.type, given.start or 0, given.end or 0)


def _fed(made: Sequence[corpus.Document]) -> bytes:
    return _lines({"id": one.id, "language": one.language, "text": one.text} for one in made)


def _lines(documents: Iterator[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in documents).encode()
