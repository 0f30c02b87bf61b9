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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class Folder:
    """The copy of a bucket; ``paths`` are its files, digests and logs."""

    def __init__(self, wanted: Digests, paths: Iterable[Path], context: CollectContext) -> None:
        self._context = context
        self._bucket = wanted.bucket
        self._root = context.root / wanted.folder
        self._chains: dict[ChainName, list[Path]] = defaultdict(list)
        self._logs: dict[str, Path] = {}
        self._read: dict[Path, SourceFile] = {}
        for path in paths:
            self._place(path)

    def prove(
        self, keys: Mapping[str, Sequence[PublicKey]], anchors: Mapping[ChainName, set[str]], keys_from: str
    ) -> Proof:
        """Return what the digests prove of the logs; ``keys`` by region, ``anchors`` by chain."""
        names = sorted({*self._chains, *anchors})
        chains = {
            name: digest_chain.judge(
                self._objects(self._chains.get(name, ())), keys.get(name.region, ()), anchors.get(name, set())
            )
            for name in names
        }
        evidence = trail_evidence.of(chains, self._bucket, self._logs.keys(), self._contents, keys_from)
        logs = [self._read[self._logs[key]] for key in sorted(evidence.proven)]
        return Proof(evidence, logs, list(self._read.values()))

    def _place(self, path: Path) -> None:
        if path.name.endswith(HEAD):
            return
        if not path.is_relative_to(self._root):
            raise CollectionError(
                f"{self._name(path)}: is not below the folder of `digests`, so it has no object key",
                remedy="correct `folder` of `digests` in auditor.toml, or `files`",
            )
        key = path.relative_to(self._root).as_posix()
        if DIGESTS not in key.split("/"):
            self._logs[key] = path
        elif (name := named(key)) is None:
            raise CollectionError(
                f"{self._name(path)}: found a name that CloudTrail gives no digest, expected the object key as it was",
                remedy="keep the files under the names and folders that they had in the bucket",
            )
        else:
            self._chains[name[0]].append(path)

    def _objects(self, paths: Iterable[Path]) -> Iterator[DigestObject]:
        for path in paths:
            content, head = self._whole(path), path.with_name(path.name + HEAD)
            metadata = None if not head.exists() else _metadata(self._name(head), self._whole(head))
            yield DigestObject(self._bucket, path.relative_to(self._root).as_posix(), content, metadata)

    def _whole(self, path: Path) -> bytes:
        """Return the bytes of a small file, which is kept in mind as one that was read."""
        try:
            with path.open("rb") as file:
                stamp = files.stamp(os.fstat(file.fileno()))
                content = file.read(MOST_STORED + 1)
        except OSError as error:
            raise _unread(self._name(path), error) from error
        if len(content) > MOST_STORED:
            raise CollectionError(
                f"{self._name(path)}: longer than {MOST_STORED >> 20} MiB, which no digest is",
                remedy="check that this is the file you mean",
            )
        digest = hashlib.sha256(content).hexdigest()
        self._read[path] = files.SourceFile(path, self._name(path), digest, stamp[2], stamp[2], False, stamp)
        return content

    def _contents(self, keys: Iterable[str]) -> Iterator[tuple[str, str | None]]:
        """Yield the SHA-256 of what each log holds; None for one that is not one gzip stream and nothing more."""
        wanted = sorted(keys)
        total = sum(self._logs[key].stat().st_size for key in wanted)
        done = 0
        with ThreadPoolExecutor(WORKERS) as pool:  # inflating and hashing leave the interpreter to others
            for key, (file, facts) in zip(wanted, pool.map(self._log, wanted), strict=True):
                self._read[file.path] = file
                done += file.size
                self._context.progress(done, total)
                yield key, facts.content if facts.whole else None

    def _log(self, key: str) -> tuple[SourceFile, digest_logs.LogFacts]:
        path = self._logs[key]
        try:
            with path.open("rb") as stream:
                stamp = files.stamp(os.fstat(stream.fileno()))
                facts = digest_logs.facts(iter(lambda: stream.read(digest_logs.BLOCK), b""))
        except OSError as error:
            raise _unread(self._name(path), error) from error
        return files.SourceFile(path, self._name(path), facts.stored, stamp[2], facts.size, True, stamp), facts

    def _name(self, path: Path) -> str:
        return path.relative_to(self._context.root).as_posix()


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
    proof = Folder(wanted, paths, context).prove(keys, anchors_of(wanted.anchors), "saved")
    return Proof(proof.evidence, proof.logs, [*proof.files, *asked])


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
