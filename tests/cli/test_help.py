"""``auditor help``, and the pointer to it under a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.core.refusals import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said


def test_a_refusal_points_to_help_that_explains_it(place: Path, auditor: Callable[..., Said]) -> None:
    (place / "bundle").mkdir()
    assert auditor("keygen").code == 0
    refused = auditor("verify", "bundle", "--key", "auditor-key.pem.pub")
    assert refused.code == 4
    assert "[not-a-bundle]" in refused.err
    assert "`auditor help not-a-bundle`" in refused.err
    told = auditor("help", "[not-a-bundle]")
    assert (told.code, told.err) == (0, "")
    assert REFUSALS["not-a-bundle"] in told.out
    assert "docs/refusals.md#not-a-bundle" in told.out


def test_a_usage_error_has_no_such_pointer(auditor: Callable[..., Said]) -> None:
    assert "auditor help" not in auditor("verify", "bundle", "--key", "nowhere.pub").err


def test_a_name_of_two_tables_is_explained_twice(auditor: Callable[..., Said]) -> None:
    assert auditor("help", "role-not-held").out.count("role-not-held: ") == 2


def test_commands_show_their_help(auditor: Callable[..., Said]) -> None:
    for words in ((), ("verify",), ("ledger",), ("ledger", "verify")):
        assert auditor("help", *words).out == auditor(*words, "--help").out


def test_what_is_neither_is_refused_with_the_nearest(auditor: Callable[..., Said]) -> None:
    for words in (("digest-mismatc",), ("ledger", "digest-mismatc"), ("verify", "digest-mismatc")):
        done = auditor("help", *words)
        assert (done.code, "nearest: digest-mismatch" in done.err) == (2, True)
