"""Which bundles lie in an archive, and what each claims: kept in memory, and read again only where a file changed.

A folder of an archive is walked without following links, to a depth that holds both a folder of bundles and the keys of
`auditor archive` (``bundles/<ledger>/<sequence>.tar``). A page names a bundle by a digest of its path, so that no path
ever comes from a browser.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.adapters.bundle import layout
from auditor.serve.claims import Claims, Unreadable, read_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEPTH = 4
MAX_BUNDLES = 20_000


@dataclass(frozen=True, slots=True)
class Run:
    """One bundle: its ``name`` is the path in the archive; either ``claims`` or a ``problem``, for a person."""

    number: str
    parts: tuple[str, ...]
    claims: Claims | None
    problem: str = ""

    @property
    def name(self) -> str:
        """Return the path in the archive, as text that can be shown."""
        return "/".join(self.parts).encode("utf-8", "backslashreplace").decode()

    @property
    def as_of(self) -> str:
        """Return the instant of the verdict, empty where it is not known."""
        return self.claims.predicate.asOf if self.claims else ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page lists; an empty member lets everything pass. Instants are compared as their text, in UTC."""

    text: str = ""
    result: str = ""
    profile: str = ""
    release: str = ""
    since: str = ""
    until: str = ""

    def matches(self, run: Run) -> bool:
        """Say whether the run is listed; of one that cannot be read only its name is known."""
        if self.text and self.text.lower() not in run.name.lower() and not self._claimed(run):
            return False
        if run.claims is None:
            return not any((self.result, self.profile, self.release, self.since, self.until))
        said = run.claims.predicate
        return (
            self.result in ("", said.result)
            and self.profile in ("", said.profile.id)
            and self.release in ("", said.scope.release)
            and (not self.since or said.asOf >= self.since)
            and (not self.until or said.asOf[: len(self.until)] <= self.until)
        )

    def _claimed(self, run: Run) -> bool:
        if run.claims is None:
            return False
        said = run.claims.predicate
        words = (said.scope.system, said.scope.environment, said.scope.release, said.bundleId, run.claims.key_id)
        return any(self.text.lower() in word.lower() for word in words)


@dataclass
class Archive:
    """The bundles below ``root``."""

    root: Path
    _known: dict[tuple[str, ...], tuple[tuple[int, ...], Run]] = field(default_factory=dict)

    def runs(self, progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None) -> list[Run]:
        """Return every bundle, the latest verdict first, and those that cannot be read last."""
        found = list(self._found())
        known: dict[tuple[str, ...], tuple[tuple[int, ...], Run]] = {}
        for number, (parts, stamp) in enumerate(found):
            progress(number, len(found), parts[-1])
            before = self._known.get(parts)
            known[parts] = before if before and before[0] == stamp else (stamp, self._read(parts))
        self._known = known
        runs = [run for _, run in known.values()]
        return sorted(runs, key=lambda run: (run.as_of, run.name), reverse=True)

    def _read(self, parts: tuple[str, ...]) -> Run:
        number = hashlib.sha256("/".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:20]
        try:
            return Run(number, parts, read_claims(self.root, parts))
        except Unreadable as error:
            return Run(number, parts, None, str(error)[:300])

    def _found(self) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
        """Yield each bundle's path, and what changes when it does: inode, size and time of what is read of it."""
        for count, one in enumerate(_walk(self.root, (), DEPTH)):
            if count == MAX_BUNDLES:
                return
            yield one


def _walk(folder: Path, parts: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # it is listed, and reading it says why; the archive itself is told by its caller
        if parts:
            yield parts, ()
            return
        raise
    for entry in entries:
        here = (*parts, entry.name)
        if entry.is_dir(follow_symlinks=False):
            stamp = _stamp(f"{entry.path}/{layout.ATTESTATION}")
            if stamp:
                yield here, stamp
            elif depth > 1 and not entry.name.startswith("."):
                yield from _walk(folder / entry.name, here, depth - 1)
        elif entry.name.endswith(".tar") and entry.is_file(follow_symlinks=False):
            yield here, _stamp(entry.path)


def _stamp(path: str) -> tuple[int, ...]:
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns
