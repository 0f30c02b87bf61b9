"""Declared documents, version by version, from an index of their repository and the content of each version.

The index has a JSON object a line for every version of every file, as a walk over ``git log`` gives it: ``{"path": "",
"sha256": "", "modified_at": "", "reviewed": true, "file": ""}``, where ``file`` is where the content was exported to
(left out where it was not) and ``reviewed`` may be missing. Rules kept here: when a version was made is what the index
says, never the time of a file; content that is not what the index says is refused; a version without content is a row
that says so; nothing of a document leaves but its digest, its size, its links' state, and which declared sections and
fields it has, a field's value only if it is listed. A relative link leads to something when the index has it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables.audit import UNDECLARED
from auditor_collectors import calls, exports, files
from auditor_collectors.batches import rows
from auditor_collectors.jsonlines import AGAIN, member, objects
from auditor_collectors.markdown import PLACEHOLDERS, Content, content_of
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.values import boolean, not_after, optional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from auditor.collector import Batch, CollectContext

MAX_DOCUMENT = 4 << 20
MEMBERS = {"path", "sha256", "modified_at"}
OPTIONAL = {"reviewed", "file"}


def _relative(path: str) -> str:
    pure = PurePosixPath(path)
    if not path or not path.isprintable() or pure.is_absolute() or ".." in pure.parts or str(pure) != path:
        raise ValueError(f"a path below the root, without '..', not {path!r}")
    return path


class Declared(BaseModel):
    """One document: where it lies in its repository, and which headings and fields may be told of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Annotated[str, AfterValidator(_relative)]
    sections: list[str] = Field(default_factory=list)
    fields: dict[str, list[str]] = Field(default_factory=dict)


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "documents"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: Globs
    exports: Globs | None = None
    documents: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")], Declared] = Field(min_length=1)


EXAMPLE = """\
# Documents, version by version: a line of the index for each version of each file of their repository, and the content
# of the declared ones beside it. {"path": "docs/rollback.md", "sha256": "...", "modified_at": "...Z", "reviewed": true,
# "file": "documents/3f9c.md"}
[sources.documents]
kind = "documents"
index = ["documents/index.jsonl"]
exports = ["documents/exports.jsonl"]    # {"exported_at": "...Z", "records": 3}: when the index was exported

[sources.documents.documents.rollback_runbook]
path = "docs/rollback.md"
sections = ["Triggers", "Procedure"]     # of its headings only these leave
[sources.documents.documents.rollback_runbook.fields]
Owner = ["Release Team"]                 # a line "Owner: Release Team"; another value is "undeclared"
"""


@dataclass(frozen=True, slots=True)
class Version:
    """One line of the index."""

    where: str
    path: str
    sha256: str
    modified_at: datetime
    reviewed: bool | None
    file: str | None


class DocumentsCollector:
    """Reads an index of documents and the versions that it names."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield versions, their parts and one coverage row. Raises ``CollectionError`` naming file and line."""
        wanted = Options.model_validate(options)
        found = calls.inspect(wanted.index, context)
        exported = exports.inspect(wanted.exports, context)
        versions = [one for file in found for one in _versions(file, context)]
        _refuse_ambiguous(versions)
        first = _first_seen(versions)
        scope = {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
        for name, declared in sorted(wanted.documents.items()):
            for version in (one for one in versions if one.path == declared.path):
                key = scope | {"document": name, "modified_at": version.modified_at}
                content, size = _content(version, declared, context)
                yield rows("documents", [key | _facts(version, content, size, first)])
                if content is not None:
                    yield rows("document_parts", [key | part for part in _parts(content, declared)])
        files.refuse_changed([*found, *exported])
        yield rows("coverage", [exports.coverage_row(exported, found, context, records=len(versions), duplicates=0)])


def _versions(file: files.SourceFile, context: CollectContext) -> Iterator[Version]:
    when = partial(not_after, context=context)
    for number, document in objects(file):
        where = f"{file.name}, line {number}"
        if not document.keys() >= MEMBERS or document.keys() - MEMBERS - OPTIONAL:
            raise CollectionError(
                f"{where}: found members {', '.join(sorted(document)) or 'none'}, "
                f"expected {', '.join(sorted(MEMBERS))}, and perhaps {', '.join(sorted(OPTIONAL))}",
                remedy=AGAIN,
            )
        yield Version(
            where,
            member(where, document, "path", _path),
            member(where, document, "sha256", _digest),
            member(where, document, "modified_at", when),
            member(where, document, "reviewed", optional(boolean)),
            member(where, document, "file", optional(_path)),
        )


def _refuse_ambiguous(versions: Sequence[Version]) -> None:
    """Refuse two versions of one path at one instant: nothing tells which came last."""
    seen: dict[tuple[str, datetime], Version] = {}
    for one in versions:
        before = seen.setdefault((one.path, one.modified_at), one)
        if before is not one:
            raise CollectionError(
                f"{one.where}: path {one.path!r} was modified at this instant in {before.where} already", remedy=AGAIN
            )


def _first_seen(versions: Sequence[Version]) -> dict[str, datetime]:
    """Return since when there is something at each path, folders too."""
    first: dict[str, datetime] = {}
    for one in versions:
        parents = [str(parent) for parent in PurePosixPath(one.path).parents]
        for path in (one.path, *parents):
            first[path] = min(one.modified_at, first.get(path, one.modified_at))
    return first


def _content(version: Version, declared: Declared, context: CollectContext) -> tuple[Content | None, int | None]:
    """Return what the version holds and its size, or nothing where it was not exported."""
    if version.file is None:
        return None, None
    path = context.root / version.file
    try:
        if not path.resolve().is_relative_to(context.root.resolve()):
            raise CollectionError(f"{version.where}: {version.file!r} leads out of the folder", remedy=AGAIN)
        with path.open("rb") as stream:
            content = stream.read(MAX_DOCUMENT + 1)
    except OSError as error:
        raise CollectionError(
            f"{version.where}: {version.file!r} cannot be read ({error.strerror})", remedy=AGAIN
        ) from error
    if len(content) > MAX_DOCUMENT:
        raise CollectionError(
            f"{version.file}: larger than {MAX_DOCUMENT >> 20} MiB, which no document is", remedy="export its text"
        )
    found = hashlib.sha256(content).hexdigest()
    if found != version.sha256:
        raise CollectionError(
            f"{version.file}: its SHA-256 is {found}, expected {version.sha256} ({version.where})", remedy=AGAIN
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CollectionError(f"{version.file}: not UTF-8 ({error.reason})", remedy=AGAIN) from error
    return content_of(text, declared.path, declared.sections, declared.fields), len(content)


def _facts(version: Version, content: Content | None, size: int | None, first: dict[str, datetime]) -> dict[str, Any]:
    since = [first.get(link) for link in content.links] if content else []
    there = [one for one in since if one is not None]
    return {
        "sha256": version.sha256,
        "size": size,
        "reviewed": version.reviewed,
        "links": len(since) if content else None,
        "broken_links": len(since) - len(there) if content else None,
        "linked_at": max(there, default=None),
    }


def _parts(content: Content, declared: Declared) -> Iterator[dict[str, Any]]:
    for name, filled in sorted(content.sections.items()):
        yield {"kind": "section", "name": name, "filled": filled, "value": None}
    for name, value in sorted(content.fields.items()):
        kept = value if value in declared.fields[name] else UNDECLARED
        filled = value.lower() not in PLACEHOLDERS
        yield {"kind": "field", "name": name, "filled": filled, "value": kept if filled else None}


def _path(value: Any) -> str:
    if isinstance(value, str):
        return _relative(value)
    raise ValueError("a path")


def _digest(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value):
        return value
    raise ValueError("64 hexadecimal digits")
