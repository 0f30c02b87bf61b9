"""The pseudonym vault: which random name a person has in which period, in an SQLite file that only its key opens.

Rules kept here: a pseudonym is random, of one person and one period; who it stands for is locked with a key of that
person alone, and that key is what erasing destroys, then every page that held it is overwritten, in the file and in
its log. A pseudonym that was given out is in the file before it is given, so a killed collection loses none, and
several may run at once. Another key than the vault's is refused.
Sources: NIST SP 800-38D (AES-GCM), SQLite's pragmas ``secure_delete``, ``wal_checkpoint`` and ``VACUUM``.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import sqlite3
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from auditor.adapters.signing.keys import others_may_read
from auditor.adapters.vault.keys import KEY_BYTES, VaultKeys, load_keys
from auditor.errors import EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NONCE = 12
CHECK = b"auditor vault 1"
WAIT_S = 60.0
MOST_REMEMBERED = 100_000
TABLES = """
create table vault (name text primary key, sealed blob not null) without rowid;
create table persons (person blob primary key, wrapped blob not null) without rowid;
create table pseudonyms (
    person blob not null references persons (person), period text not null, sealed blob not null,
    primary key (person, period)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """One name that a person has."""

    period: str
    pseudonym: str


def create_vault(path: Path, key: Path) -> None:
    """Make an empty vault that the key in ``key`` opens. Raises ``UsageError`` when the file is there."""
    keys = load_keys(key)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise UsageError(f"{path}: exists; a vault is never written over", remedy="give another --vault") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})", remedy="give another --vault") from error
    connection = _connected(path)
    with _ours(path):
        connection.executescript(f"begin immediate; {TABLES}")
        connection.execute("insert into vault values ('check', ?)", [_lock(keys.wraps, CHECK, CHECK)])
        connection.execute("commit")
    connection.close()


class Vault:
    """An opened vault. Use as a context manager: what was made is on the disk when it is left."""

    def __init__(self, path: Path, key: Path) -> None:
        self._path = path
        self._keys: VaultKeys = load_keys(key)
        self._known: dict[tuple[str, str], str] = {}
        if not path.is_file():
            raise UsageError(f"{path}: no vault is there", remedy="make one with `auditor pseudonyms init`")
        if others_may_read(path):
            raise UsageError(f"{path}: others may read the vault", remedy="make it mode 0600, and of its owner")
        self._connection = _connected(path)
        if _unlock(self._keys.wraps, self._check(), CHECK) != CHECK:
            self._connection.close()
            raise UsageError(
                f"{path}: another key than that of this vault", remedy="name the key that it was made with"
            )

    def _check(self) -> bytes:
        """Return what only the vault's own key opens. Raises ``UsageError`` where the file holds no vault."""
        try:
            row = self._connection.execute("select sealed from vault where name = 'check'").fetchone()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise UsageError(f"{self._path}: no vault ({error})", remedy="name the file of a vault") from error
        return bytes(row[0]) if row else b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            with _ours(self._path):
                self._connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        finally:
            self._connection.close()

    def pseudonym(self, identifier: str, period: str) -> str:
        """Return the pseudonym of the person in the period; a new one is random, and kept before it is returned."""
        named = _normal(identifier)
        if (known := self._known.get((named, period))) is not None:
            return known
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        with _ours(self._path):
            found = self._read(named, period) or self._made(named, period)
        self._known[named, period] = found
        return found

    def held(self, identifier: str) -> list[Pseudonym]:
        """Return every pseudonym of the person, by period."""
        named = _normal(identifier)
        query = "select period from pseudonyms where person = ? order by period"
        with _ours(self._path):
            periods = [period for (period,) in self._connection.execute(query, [self._person(named)])]
            return [Pseudonym(one, found) for one in periods if (found := self._read(named, one)) is not None]

    def counted(self) -> dict[str, int]:
        """Return how many pseudonyms there are, by period."""
        query = "select period, count(*) from pseudonyms group by period order by period"
        with _ours(self._path):
            return dict(self._connection.execute(query).fetchall())

    def erase(self, identifier: str) -> int:
        """Destroy the person's key and pseudonyms, and overwrite where they were; return how many pseudonyms went.

        Raises:
            EngineError: another process kept the vault's log from being emptied; the entries are gone, the bytes not.
        """
        named = _normal(identifier)
        person = self._person(named)
        self._known = {key: one for key, one in self._known.items() if key[0] != named}
        with _ours(self._path):
            self._connection.execute("begin immediate")
            gone = self._connection.execute("delete from pseudonyms where person = ?", [person]).rowcount
            self._connection.execute("delete from persons where person = ?", [person])
            self._connection.execute("commit")
            self._connection.execute("vacuum")
            busy, *_ = self._connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        if busy:
            raise EngineError(
                f"{self._path}: {gone} pseudonyms are erased, but another process keeps its log from being emptied",
                remedy="erase again when no collection is running",
            )
        return int(gone)

    def _person(self, named: str) -> bytes:
        return hmac.digest(self._keys.finds, named.encode(), "sha256")

    def _read(self, named: str, period: str) -> str | None:
        person = self._person(named)
        row = self._connection.execute(
            "select wrapped, sealed from persons join pseudonyms using (person) where person = ? and period = ?",
            [person, period],
        ).fetchone()
        if row is None:
            return None
        own = self._opened(_unlock(self._keys.wraps, row[0], person))
        entry = self._opened(_unlock(own, row[1], person + period.encode()))
        return str(json.loads(entry)["pseudonym"])

    def _made(self, named: str, period: str) -> str:
        """Keep a new pseudonym, unless another process was quicker."""
        person = self._person(named)
        self._connection.execute("begin immediate")
        try:
            own = self._own_key(person)
            entry = json.dumps({"identifier": named, "pseudonym": f"p-{secrets.token_hex(16)}"}).encode()
            self._connection.execute(
                "insert or ignore into pseudonyms values (?, ?, ?)",
                [person, period, _lock(own, entry, person + period.encode())],
            )
            made = str(self._read(named, period))
            self._connection.execute("commit")
        except BaseException:
            self._connection.execute("rollback")
            raise
        return made

    def _own_key(self, person: bytes) -> bytes:
        """Return the person's own key, a new one where there is none yet."""
        row = self._connection.execute("select wrapped from persons where person = ?", [person]).fetchone()
        if row is not None:
            return self._opened(_unlock(self._keys.wraps, row[0], person))
        own = secrets.token_bytes(KEY_BYTES)
        self._connection.execute("insert into persons values (?, ?)", [person, _lock(self._keys.wraps, own, person)])
        return own

    def _opened(self, content: bytes | None) -> bytes:
        if content is None:
            raise EngineError(f"{self._path}: an entry does not open with its key", remedy="restore the vault")
        return content


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
    try:
        for pragma in ("secure_delete = on", "temp_store = memory", "journal_mode = wal", "synchronous = normal"):
            connection.execute(f"pragma {pragma}").fetchall()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise UsageError(f"{path}: no vault ({error})", remedy="name the file of a vault") from error
    return connection


@contextmanager
def _ours(path: Path) -> Iterator[None]:
    """Say what the database says: a full disk, a lock that another process holds."""
    try:
        yield
    except sqlite3.Error as error:
        raise EngineError(
            f"{path}: the vault cannot be worked with ({error})", remedy="free space, or wait for other runs to end"
        ) from error


def _normal(identifier: str) -> str:
    """Return the identifier as it is told apart: composed (NFC), without what a terminal puts around it."""
    named = unicodedata.normalize("NFC", identifier.strip())
    if not named:
        raise UsageError("the identifier of a person is empty", remedy="give one, as the source writes it")
    return named


def _lock(key: bytes, content: bytes, bound: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - heavy

    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, bound)


def _unlock(key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - heavy

    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound)
    except InvalidTag:
        return None
