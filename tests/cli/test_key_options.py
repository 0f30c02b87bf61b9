"""The options that give a command its key and its time-stamp authority."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner, Result

from auditor.adapters.signing.keys import generate_key
from auditor.adapters.signing.timestamps import token_time
from auditor.cli.key_options import SigningKey, TsaChoice, key_options, tsa_options
from auditor.errors import EngineError, UsageError
from tsa import make_tsa, serving

if TYPE_CHECKING:
    from pathlib import Path

TSA = make_tsa(datetime(2026, 3, 1, 12, 5, tzinfo=UTC))


def given(*arguments: str, **environment: str) -> dict[str, Any]:
    """Return what a command with both kinds of options gets."""
    got: dict[str, Any] = {}

    @click.command()
    @key_options
    @tsa_options
    def command(**options: Any) -> int:
        got.update(options)
        return 0

    done = run(command, arguments, environment)
    assert done.exit_code == 0, done.output
    return got


def run(command: click.Command, arguments: tuple[str, ...], environment: dict[str, str]) -> Result:
    return CliRunner().invoke(command, list(arguments), env=environment, auto_envvar_prefix="AUDITOR_SEAL")


def test_a_key_and_its_secret_are_opened_when_they_are_needed(place: Path) -> None:
    made = generate_key(place / "key.pem", passphrase=lambda: b"PLANTED")
    (place / "secret").write_text("PLANTED\n")
    with (place / "secret").open("rb") as file:
        got = given("--key", "key.pem", "--passphrase-fd", str(file.fileno()))
        key = got["key"]
        assert isinstance(key, SigningKey)
        assert key.open().public_key.keyid == made.key_id
        assert key.open().public_key.keyid == made.key_id  # asked once: the file is at its end
    assert "PLANTED" not in repr(got)


def test_the_environment_gives_each_option() -> None:
    url = "https://tsa.example/"
    got = given(AUDITOR_SEAL_KEY="awskms:alias/a", AUDITOR_SEAL_TSA=url, AUDITOR_SEAL_TSA_TIMEOUT="5")
    assert got["key"].reference == "awskms:alias/a"
    assert got["tsa"] == TsaChoice(url, 5.0)


def test_without_options_there_is_the_usual_key_and_no_authority() -> None:
    got = given()
    assert got["key"].reference == "auditor-key.pem"
    assert got["tsa"].open() is None
    with pytest.raises(UsageError, match=r"auditor-key\.pem: the signing key cannot be read"):
        got["key"].open()


def test_others_who_may_read_a_key_are_told_of(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = generate_key(place / "key.pem")
    given("--key", "key.pem")["key"].open()
    assert capsys.readouterr().err == ""
    made.private_path.chmod(0o640)
    given("--key", "key.pem")["key"].open()
    assert "key.pem: others may read this secret; chmod 600 key.pem" in capsys.readouterr().err


def test_a_named_authority_stamps_and_is_held_to_what_is_pinned() -> None:
    with serving(TSA.respond) as url:
        choice = given("--tsa", url)["tsa"]
        response = choice.open([TSA.authority])(b"signature")
        with pytest.raises(EngineError, match="trusted by none"):
            choice.open([make_tsa(TSA.now).authority])(b"signature")
    assert token_time(response, b"signature", [TSA.authority], "here") == TSA.now


@pytest.mark.parametrize("wrong", [("--passphrase-fd", "-1"), ("--tsa-timeout", "0"), ("--passphrase", "secret")])
def test_what_cannot_be_is_usage(wrong: tuple[str, str]) -> None:
    @click.command()
    @key_options
    @tsa_options
    def command(**_: Any) -> int:
        return 0

    assert run(command, wrong, {}).exit_code == 2
