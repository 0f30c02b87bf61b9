"""``auditor pseudonyms``: a vault, what it holds on a person, and a person erased."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.vault.vault import Vault
from auditor.estate import write_estate
from auditor.shell.collect import collect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

USER = "user-0042"


@pytest.fixture
def vault(auditor: Callable[..., Said], place: Path) -> Path:
    done = auditor("pseudonyms", "init", "--vault", "v.db", "--key", "v.key")
    assert (done.code, done.out) == (0, "vault: v.db\nkey:   v.key\n")
    return place / "v.db"


@pytest.fixture
def ask(auditor: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    def one(what: str, said: str, *more: str) -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        return auditor("pseudonyms", what, "--vault", "v.db", "--key", "v.key", *more)

    return one


def minted(vault: Path, *named: tuple[str, str]) -> list[str]:
    with Vault(vault, vault.with_name("v.key")) as opened:
        return [opened.pseudonym(*one) for one in named]


def test_it_lists_periods_and_nobody(vault: Path, ask: Callable[..., Said]) -> None:
    minted(vault, (USER, "2025-01"), ("bo", "2025-01"), (USER, "2025-02"))
    done = ask("list", "")
    assert (done.code, done.out) == (0, "2025-01\t2\n2025-02\t1\n")


def test_it_exports_what_is_held(vault: Path, ask: Callable[..., Said]) -> None:
    names = minted(vault, (USER, "2025-01"), (USER, "2025-02"))
    done = ask("export", f"{USER}\n")
    assert json.loads(done.out) == {
        "identifier": USER,
        "pseudonyms": [{"period": f"2025-0{month}", "pseudonym": name} for month, name in enumerate(names, start=1)],
        "records": [],
    }
    assert json.loads(ask("export", "nobody\n").out)["pseudonyms"] == []


def test_it_erases_and_says_how_many_and_not_whom(vault: Path, ask: Callable[..., Said]) -> None:
    minted(vault, (USER, "2025-01"), (USER, "2025-02"))
    done = ask("erase", f"{USER}\n")
    assert (done.code, done.out) == (0, "2 pseudonyms erased\n")
    assert USER not in done.err
    assert ask("erase", f"{USER}\n").out == "0 pseudonyms erased\n"


@pytest.mark.parametrize("said", ["", "\n", "one\ntwo\n"])
def test_one_identifier_comes_from_standard_input(vault: Path, ask: Callable[..., Said], said: str) -> None:
    done = ask("erase", said)
    assert (done.code, done.out) == (2, "")
    assert "standard input holds no identifier, or several" in done.err


def test_an_identifier_is_no_argument(vault: Path, ask: Callable[..., Said]) -> None:
    assert ask("erase", "", USER).code == 2


def test_another_key_is_refused(vault: Path, auditor: Callable[..., Said], ask: Callable[..., Said]) -> None:
    auditor("pseudonyms", "init", "--vault", "w.db", "--key", "w.key")
    vault.with_name("v.key").write_bytes(vault.with_name("w.key").read_bytes())
    done = ask("list", "")
    assert done.code == 2
    assert "v.db: another key than that of this vault" in done.err


def test_a_vault_is_never_written_over(vault: Path, auditor: Callable[..., Said], place: Path) -> None:
    before = vault.read_bytes()
    done = auditor("pseudonyms", "init", "--vault", "v.db", "--key", "new.key")
    assert (done.code, vault.read_bytes()) == (2, before)
    assert not (place / "new.key").exists()


def test_a_collection_names_persons_and_an_export_shows_their_rows(
    vault: Path, ask: Callable[..., Said], tmp_path: Path
) -> None:
    estate = write_estate(tmp_path / "estate", incidents=())
    log = estate.root / "audit" / "support.log"
    person = next(part for part in log.read_text().split('"') if part.startswith("user-"))
    without = collect(estate.config, tmp_path / "without", collected_at=estate.collected_at)
    with estate.config.open("a") as file:
        file.write(f'\n[vault]\nfile = "{vault}"\nkey = "{vault.with_name("v.key")}"\n')
    named = collect(estate.config, tmp_path / "named", collected_at=estate.collected_at)
    document = json.loads(ask("export", person, "--snapshot", str(named), "--snapshot", str(without)).out)
    expected = log.read_text().count(f'"userId":"{person}"')
    assert expected > 0
    assert len(document["records"]) == expected
    assert {one["snapshot"] for one in document["records"]} == {str(named)}
    assert {one["row"]["person"] for one in document["records"]} == {document["pseudonyms"][0]["pseudonym"]}
    chains = [(one / "audit_chains.parquet").read_bytes() for one in (named, without)]
    assert chains[0] == chains[1]  # an erased person is no tampering


def test_a_vault_that_cannot_be_opened_stops_the_collection(
    vault: Path, tmp_path: Path, auditor: Callable[..., Said]
) -> None:
    estate = write_estate(tmp_path / "estate", incidents=())
    with estate.config.open("a") as file:
        file.write('\n[vault]\nfile = "no.db"\nkey = "no.key"\n')
    done = auditor("collect", "--config", estate.config, "--output", "snapshot")
    assert done.code == 2
    assert "no.key: the key of the vault cannot be read" in done.err
