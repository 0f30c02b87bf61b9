"""The vault of pseudonyms: random, kept, locked, shared by processes, and really erased."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.vault.keys import make_key
from auditor.adapters.vault.vault import Pseudonym, Vault, create_vault
from auditor.errors import AuditorError, EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JANE = "jane.roe@example.org"
MINTING = """
import sys
from pathlib import Path
from auditor.adapters.vault.vault import Vault
vault = Vault(Path(sys.argv[1]), Path(sys.argv[2]))
number = 0
while sys.argv[3] == "0" or number < int(sys.argv[3]):
    name = f"user-{number}"
    print(name, vault.pseudonym(name, "2025-01"), flush=True)
    number += 1
"""


class Place:
    """A vault with its key in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file, self.key = root / "vault.db", root / "vault.key"
        make_key(self.key)
        create_vault(self.file, self.key)

    def open(self) -> Vault:
        return Vault(self.file, self.key)

    def bytes(self) -> bytes:
        """Return every byte beside the key."""
        return b"".join(one.read_bytes() for one in sorted(self.root.iterdir()) if one != self.key)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "vault"
    folder.mkdir()
    return Place(folder)


def refused(kind: type[AuditorError], act: Callable[[], object]) -> str:
    with pytest.raises(kind) as raised:
        act()
    return str(raised.value)


def test_a_person_has_one_random_name_in_a_period(place: Place, tmp_path: Path) -> None:
    with place.open() as vault:
        first = vault.pseudonym(JANE, "2025-01")
        assert re.fullmatch(r"p-[0-9a-f]{32}", first)
        assert vault.pseudonym(JANE, "2025-01") == first
        assert vault.pseudonym(f" {JANE}\n", "2025-01") == first
        later, other = vault.pseudonym(JANE, "2025-02"), vault.pseudonym("bo", "2025-01")
        assert len({first, later, other}) == 3
    with place.open() as vault:
        assert vault.pseudonym(JANE, "2025-01") == first
        assert vault.held(JANE) == [Pseudonym("2025-01", first), Pseudonym("2025-02", later)]
        assert vault.counted() == {"2025-01": 2, "2025-02": 1}
    (tmp_path / "second").mkdir()
    with Place(tmp_path / "second").open() as elsewhere:
        assert elsewhere.pseudonym(JANE, "2025-01") != first


def test_letters_that_look_alike_are_one_person_and_others_are_not(place: Place) -> None:
    with place.open() as vault:
        assert vault.pseudonym("jo\u0308rg", "2025-01") == vault.pseudonym("j\u00f6rg", "2025-01")
        assert vault.pseudonym("Jörg", "2025-01") != vault.pseudonym("jörg", "2025-01")
        assert "is empty" in refused(UsageError, lambda: vault.pseudonym(" ", "2025-01"))


def test_neither_person_nor_pseudonym_stands_in_its_files(place: Place) -> None:
    vault = place.open()
    name = vault.pseudonym(JANE, "2025-01")
    for content in (place.bytes(), (vault.__exit__(), place.bytes())[1]):
        for word in (JANE, name, name[2:], bytes.fromhex(name[2:]), base64.b64encode(JANE.encode())):
            assert (word.encode() if isinstance(word, str) else word) not in content


def test_erasing_takes_every_pseudonym_of_a_person_and_no_other(place: Place) -> None:
    with place.open() as vault:
        old = [vault.pseudonym(JANE, f"2025-{month:02d}") for month in range(1, 13)]
        kept = vault.pseudonym("bo", "2025-01")
        assert vault.erase(JANE) == 12
        assert vault.erase(JANE) == 0
        assert (vault.held(JANE), vault.counted()) == ([], {"2025-01": 1})
        assert vault.pseudonym("bo", "2025-01") == kept
        assert vault.pseudonym(JANE, "2025-01") not in old


def test_what_was_erased_is_in_no_byte_any_more(place: Place) -> None:
    """Not even locked: whoever finds the key later must find nothing that it opens."""
    with place.open() as vault:
        for number in range(300):
            vault.pseudonym(f"user-{number}", "2025-01")
        vault.pseudonym(JANE, "2025-01")
    with place.open() as vault:
        rows = list(
            vault._connection.execute("select person, wrapped from persons where person = ?", [vault._person(JANE)])
        )
        rows += vault._connection.execute(
            "select person, sealed from pseudonyms where person = ?", [vault._person(JANE)]
        )
        assert len(rows) == 2
        there = [part for row in rows for part in (row[0], row[1])]
        assert all(part in place.bytes() for part in there)
        vault.erase(JANE)
        assert not any(part in place.bytes() for part in there)
    assert not any(part in place.bytes() for part in there)


def test_an_old_copy_opens_nothing_of_a_person_with_another_key(place: Place, tmp_path: Path) -> None:
    with place.open() as vault:
        vault.pseudonym(JANE, "2025-01")
    copy = shutil.copy(place.file, tmp_path / "copy.db")
    place.key.unlink()
    make_key(place.key)
    said = refused(UsageError, lambda: Vault(copy, place.key))
    assert said.startswith(f"{copy}: another key than that of this vault")


def test_a_reader_that_is_not_done_keeps_erasure_from_being_called_done(place: Place) -> None:
    with place.open() as vault, place.open() as other:
        vault.pseudonym(JANE, "2025-01")
        vault._connection.execute("pragma busy_timeout = 50")
        other._connection.execute("begin")
        other._connection.execute("select * from persons").fetchone()
        said = refused(EngineError, lambda: vault.erase(JANE))
        assert "vault" in said
        other._connection.execute("rollback")
        vault.erase(JANE)
        assert vault.held(JANE) == []


@pytest.mark.parametrize("what", ["key", "file"])
def test_what_others_may_read_is_refused(place: Place, what: str) -> None:
    getattr(place, what).chmod(0o640)
    assert "others may read the" in refused(UsageError, place.open)


def test_it_lies_open_to_nobody_else(place: Place) -> None:
    vault = place.open()
    vault.pseudonym(JANE, "2025-01")
    assert {one.stat().st_mode & 0o777 for one in place.root.iterdir()} == {0o600}
    assert len(list(place.root.iterdir())) > 2
    vault.__exit__()


def test_what_is_no_vault_or_no_key_is_named(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert f"{other}: no vault is there" in refused(UsageError, lambda: Vault(other, place.key))
    other.write_text("no database, but long enough to be read as the header of one" * 20)
    other.chmod(0o600)
    assert f"{other}: no vault (" in refused(UsageError, lambda: Vault(other, place.key))
    assert f"{other}: no key of a vault" in refused(UsageError, lambda: Vault(place.file, other))
    assert "cannot be read" in refused(UsageError, lambda: Vault(place.file, tmp_path / "none"))
    assert "exists" in refused(UsageError, lambda: make_key(place.key))
    assert "exists" in refused(UsageError, lambda: create_vault(place.file, place.key))
    assert "cannot be written" in refused(UsageError, lambda: make_key(tmp_path / "no" / "key"))
    assert "cannot be written" in refused(UsageError, lambda: create_vault(tmp_path / "no" / "v", place.key))


def test_an_altered_entry_is_refused(place: Place) -> None:
    with place.open() as vault:
        vault.pseudonym(JANE, "2025-01")
        vault.pseudonym("bo", "2025-01")
        # The attacker gives Jane's place to what was locked for Bo.
        sealed = vault._connection.execute(
            "select sealed from pseudonyms where person = ?", [vault._person("bo")]
        ).fetchone()
        vault._connection.execute("update pseudonyms set sealed = ? where person = ?", [*sealed, vault._person(JANE)])
        assert "does not open" in refused(EngineError, lambda: vault.held(JANE))


def test_a_killed_process_loses_no_pseudonym_that_it_gave(place: Place) -> None:
    arguments = [sys.executable, "-c", MINTING, str(place.file), str(place.key), "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        given = [process.stdout.readline().split() for _ in range(200)]
        os.kill(process.pid, signal.SIGKILL)
        given += [
            line.split() for line in process.stdout.read().splitlines() if line.count("-") == 2 and len(line) > 40
        ]
    with place.open() as vault:
        assert [[name, vault.pseudonym(name, "2025-01")] for name, _ in given] == given


def test_processes_at_once_give_a_person_the_same_name(place: Place) -> None:
    arguments = [sys.executable, "-c", MINTING, str(place.file), str(place.key), "150"]
    running = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [one.communicate(timeout=120)[0] for one in running]
    assert [one.returncode for one in running] == [0] * 4
    assert len(set(said)) == 1
    assert len(said[0].splitlines()) == 150
