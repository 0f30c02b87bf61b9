"""The folder in which what services answered is kept while, or after, a collection: begun, taken up again, replayed.

Rules kept here: what is asked is asked as of the instant at which the collection was begun, also when it is taken up
again later, so the calls are the same; the snapshot is collected when the last answer came, so no fact lies after it;
a recording is replayed with its own two instants, and only when it was finished; what was begun too long ago is not
mixed with what is answered now.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from auditor.core.canonical import canonical_json
from auditor.errors import AuditorError, UsageError
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

HEADER = "recording.json"
SUFFIX = ".collecting"
MOST_AGE = timedelta(hours=24)


class Header(BaseModel):
    """``recording.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schemaVersion: int = 1  # noqa: N815 - members of our JSON are camelCase
    begunAt: AwareDatetime  # noqa: N815 - as above
    finishedAt: AwareDatetime | None = None  # noqa: N815 - as above


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks of the answers: to keep them in folder ``record``, or to take them from ``replay`` alone."""

    record: Path | None = None
    replay: Path | None = None


@dataclass(slots=True)
class Answers:
    """The answers of one collection: their folder, and when they were asked for."""

    folder: Path
    begun_at: datetime
    finished_at: datetime
    replayed: bool


@contextmanager
def answers(wanted: Wanted, output: Path, begun_at: datetime) -> Iterator[Answers]:
    """Give the folder of the answers; when the block ends well it is finished, or gone where nobody wants it.

    Raises:
        UsageError: the folder is no recording, is finished already, was not finished, or is too old to go on with.
    """
    if wanted.replay is not None:
        yield _replayed(wanted.replay)
        return
    folder = wanted.record or output.with_name(output.name + SUFFIX)
    begun = _begun(folder, begun_at, asked=wanted.record is not None)
    kept = Answers(folder, begun, begun, replayed=False)
    try:
        yield kept
    except AuditorError as error:
        error.add_note(f"what was answered is kept in {folder}; the same command goes on from there")
        raise
    if wanted.record is None:
        shutil.rmtree(folder)
    else:
        _write(folder, Header(begunAt=begun, finishedAt=kept.finished_at))


def _begun(folder: Path, begun_at: datetime, *, asked: bool) -> datetime:
    """Begin a recording in ``folder``, or return when the one that is there was begun."""
    if not (folder / HEADER).exists():
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder}: is no recording", remedy="name a folder that does not exist")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(folder, Header(begunAt=begun_at))
        except OSError as error:
            raise UsageError(
                f"{folder}: no answer can be kept here ({error.strerror})", remedy="name another folder"
            ) from error
        return begun_at
    header = _read(folder)
    if asked and header.finishedAt is not None:
        raise UsageError(
            f"{folder}: is a finished recording", remedy="name another folder, or replay it with --from-recording"
        )
    if not timedelta(0) <= begun_at - header.begunAt <= MOST_AGE:
        raise UsageError(
            f"{folder}: was begun at {isoformat(header.begunAt)}, which is no time of the last 24 hours",
            remedy="remove it, to collect anew",
        )
    return header.begunAt


def _replayed(folder: Path) -> Answers:
    header = _read(folder)
    if header.finishedAt is None:
        raise UsageError(
            f"{folder}: this recording was interrupted", remedy="finish it with --record, with the same configuration"
        )
    return Answers(folder, header.begunAt, header.finishedAt, replayed=True)


def _read(folder: Path) -> Header:
    try:
        return Header.model_validate_json((folder / HEADER).read_bytes())
    except OSError as error:
        raise UsageError(
            f"{folder}: is no recording ({HEADER}: {error.strerror})", remedy="name a folder that --record wrote"
        ) from error
    except ValidationError as error:
        raise UsageError(f"{folder / HEADER}: is none of ours", remedy="name a folder that --record wrote") from error


def _write(folder: Path, header: Header) -> None:
    finished = None if header.finishedAt is None else isoformat(header.finishedAt)
    document = {"schemaVersion": 1, "begunAt": isoformat(header.begunAt), "finishedAt": finished}
    part = folder / f"{HEADER}.part"
    part.write_bytes(canonical_json(document) + b"\n")
    part.replace(folder / HEADER)
