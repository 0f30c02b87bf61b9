"""A folder that is a copy of a trail's bucket: which of its files are digests and logs, and what the digests prove.

Rules kept here: a file's path below ``folder`` is its object key, and ``bucket`` is where the objects lay; beside a
digest may lie ``<its name>.head.json``, what ``aws s3api head-object`` printed of it; the public keys of a region are
answers of ``aws cloudtrail list-public-keys`` that were asked in that region. A damaged log or digest is a fact and no
error: whoever damaged it must not keep the rest from being read. Digests are read chain by chain, logs as they stream.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor_collectors import digest_chain, digest_logs, files, trail_evidence
from auditor_collectors.answers import Page
from auditor_collectors.digest_document import ChainName, DigestObject, named
from auditor_collectors.digest_signature import read_keys
from auditor_collectors.flag_documents import MAX_DOCUMENT, whole_document
from auditor_collectors.jsonlines import AGAIN, json_object, member
from auditor_collectors.options import Globs  # noqa: TC001 - pydantic reads it
from auditor_collectors.values import text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from auditor.collector import CollectContext
    from auditor_collectors.digest_signature import PublicKey
    from auditor_collectors.files import SourceFile
    from auditor_collectors.trail_evidence import Evidence

HEAD = ".head.json"
DIGESTS = "CloudTrail-Digest"
MOST_STORED = 64 << 20
WORKERS = 2


def _folder(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or not value.isprintable():
        raise ValueError(f"{value!r} is no folder below auditor.toml")
    return value


class Anchor(BaseModel):
    """What ``trail_chains`` of an earlier run says of a chain: ``tail_digest`` and ``tail``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Digests(BaseModel):
    """``[sources.<name>.digests]``: that only logs that a valid digest lists are read, and what proves one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bucket: Annotated[str, Field(min_length=3)]
    folder: str = "."
    keys: dict[str, Globs]
    anchors: list[Anchor] = []


@dataclass(frozen=True, slots=True)
class Proof:
    """What a folder's digests prove: the rows, the logs that may be read, and every file that it rests on."""

    evidence: Evidence
    logs: Sequence[SourceFile]
    files: Sequence[SourceFile]


@dataclass(frozen=True, slots=True)
class Held:
    """An object of the bucket: its file, None where it could not be read, and what a person knows it by."""

    path: Path | None
    name: str
    metadata: Mapping[str, str] | None = None


class Objects:
    """The digests and logs of a bucket that are at hand, by key."""

    def __init__(self, bucket: str, progress: Callable[[int, int], None]) -> None:
        self._bucket = bucket
        self._progress = progress
        self._chains: dict[ChainName, dict[str, Held]] = defaultdict(dict)
        self._logs: dict[str, Held] = {}
        self._read: dict[str, SourceFile] = {}

    def add_digest(self, chain: ChainName, key: str, held: Held) -> None:
        """Add a digest of ``chain``."""
        self._chains[chain][key] = held

    def add_log(self, key: str, held: Held) -> None:
        """Add a log, or whatever else lies where logs do."""
        self._logs[key] = held

    def prove(
        self, keys: Mapping[str, Sequence[PublicKey]], anchors: Mapping[ChainName, Collection[str] | None], by: str
    ) -> Proof:
        """Return what the digests prove of the logs; ``keys`` by region, ``anchors`` by chain.

        The anchors of a chain are None where nobody could look for them; ``by`` says where the keys are from.
        """
        chains = {
            name: digest_chain.judge(
                self._digests(self._chains.get(name, {})), keys.get(name.region, ()), anchors.get(name, ())
            )
            for name in sorted({*self._chains, *anchors})
        }
        evidence = trail_evidence.of(chains, self._bucket, self._logs.keys(), self._contents, by)
        logs = [self._read[key] for key in sorted(evidence.proven)]
        return Proof(evidence, logs, list(self._read.values()))

    def _digests(self, found: Mapping[str, Held]) -> Iterator[DigestObject]:
        for key, held in found.items():
            content = None
            if held.path is not None:
                content, self._read[key] = small(held.path, held.name)
            yield DigestObject(self._bucket, key, content, held.metadata)

    def _contents(self, keys: Iterable[str]) -> Iterator[tuple[str, str | None]]:
        """Yield the SHA-256 of what each log holds; None for one that is not one gzip stream and nothing more."""
        paths = {key: (path, self._logs[key].name) for key in sorted(keys) if (path := self._logs[key].path)}
        total, done = sum(path.stat().st_size for path, _ in paths.values()), 0
        with ThreadPoolExecutor(WORKERS) as pool:  # inflating and hashing leave the interpreter to others
            for key, (file, facts) in zip(paths, pool.map(_log, paths.values()), strict=True):
                self._read[key] = file
                done += file.size
                self._progress(done, total)
                yield key, facts.content if facts.whole else None


def _log(place: tuple[Path, str]) -> tuple[SourceFile, digest_logs.LogFacts]:
    path, name = place
    try:
        with path.open("rb") as stream:
            stamp = files.stamp(os.fstat(stream.fileno()))
            facts = digest_logs.facts(iter(lambda: stream.read(digest_logs.BLOCK), b""))
    except OSError as error:
        raise _unread(name, error) from error
    return files.SourceFile(path, name, facts.stored, stamp[2], facts.size, True, stamp), facts


def small(path: Path, name: str) -> tuple[bytes, SourceFile]:
    """Return the bytes of a file that is no log, and what it is. Raises ``CollectionError`` where it is too long."""
    try:
        with path.open("rb") as file:
            stamp = files.stamp(os.fstat(file.fileno()))
            content = file.read(MOST_STORED + 1)
    except OSError as error:
        raise _unread(name, error) from error
    if len(content) > MOST_STORED:
        raise CollectionError(
            f"{name}: longer than {MOST_STORED >> 20} MiB, which no digest is",
            remedy="check that this is the file you mean",
        )
    digest = hashlib.sha256(content).hexdigest()
    return content, files.SourceFile(path, name, digest, stamp[2], stamp[2], False, stamp)


def prove(wanted: Digests, paths: Iterable[Path], context: CollectContext) -> Proof:
    """Return what the digests among ``paths`` prove, by the keys and anchors that auditor.toml names."""
    keys, asked = {}, []
    for region, globs in wanted.keys.items():
        found = files.find(context.root, globs, context.source)
        inspected = [
            files.inspect(one, one.relative_to(context.root).as_posix(), max_line=MAX_DOCUMENT) for one in found
        ]
        keys[region] = read_keys(*([Page(file.name, whole_document(file))] for file in inspected))
        asked += inspected
    objects = Objects(wanted.bucket, context.progress)
    for path in paths:
        if not path.name.endswith(HEAD):
            asked += _place(path, path.relative_to(context.root).as_posix(), context.root / wanted.folder, objects)
    proof = objects.prove(keys, anchors_of(wanted.anchors), "saved")
    return Proof(proof.evidence, proof.logs, [*proof.files, *asked])


def _place(path: Path, name: str, root: Path, objects: Objects) -> list[SourceFile]:
    """Add a file to what it is; return the files that were read for it: a digest's head."""
    if not path.is_relative_to(root):
        raise CollectionError(
            f"{name}: is not below the folder of `digests`, so it has no object key",
            remedy="correct `folder` of `digests` in auditor.toml, or `files`",
        )
    key = path.relative_to(root).as_posix()
    if DIGESTS not in key.split("/"):
        objects.add_log(key, Held(path, name))
        return []
    chain = named(key)
    if chain is None:
        raise CollectionError(
            f"{name}: found a name that CloudTrail gives no digest, expected the object key as it was",
            remedy="keep the files under the names and folders that they had in the bucket",
        )
    head = path.with_name(path.name + HEAD)
    if not head.exists():
        objects.add_digest(chain[0], key, Held(path, name))
        return []
    content, read = small(head, name + HEAD)
    objects.add_digest(chain[0], key, Held(path, name, _metadata(name + HEAD, content)))
    return [read]


def anchors_of(anchors: Sequence[Anchor]) -> dict[ChainName, set[str]]:
    """Return the declared hashes by the chain that their digest's key names. Raises ``CollectionError``."""
    result: dict[ChainName, set[str]] = defaultdict(set)
    for anchor in anchors:
        name = named(anchor.digest)
        if name is None:
            raise CollectionError(
                f"anchor {anchor.digest!r}: found no object key of a digest, expected `tail_digest` of an earlier run",
                remedy="correct `anchors` in auditor.toml",
            )
        result[name[0]].add(anchor.sha256)
    return result


def _metadata(where: str, content: bytes) -> dict[str, str]:
    document = json_object(where, content)
    found: dict[str, Any] = member(where, document, "Metadata", _object)
    return {name: member(f"{where}, Metadata", found, name, text) for name in found}


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError(f"an object, as `aws s3api head-object` prints it ({AGAIN} otherwise)")


def _unread(name: str, error: OSError) -> CollectionError:
    return CollectionError(f"{name}: cannot be read ({error.strerror})", remedy="make the file readable")
