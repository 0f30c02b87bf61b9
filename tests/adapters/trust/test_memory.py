"""What was seen before: neither an older version nor another one of the same number is taken again."""

from __future__ import annotations

import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.trust.memory import remember
from auditor.errors import EngineError, VerificationError
from trusting import loaded, make_person, small

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.trust.reader import LoadedTrust

OWNER = "0" * 64


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> LoadedTrust:
    person = make_person(tmp_path_factory.mktemp("people"), "anna")
    return loaded(small(person), person)


def version(first: LoadedTrust, number: int, letter: str = "a", *, previous: str | None = None) -> LoadedTrust:
    members: dict[str, Any] = {"version": number}
    digest = letter * 64
    digests = {number: digest} | ({} if previous is None else {number - 1: previous * 64})
    return replace(first, policy=first.policy.model_copy(update=members), digest=digest, digests=digests)


def code(folder: Path, trust: LoadedTrust) -> str | None:
    try:
        remember(folder, trust, OWNER)
    except VerificationError as error:
        return error.code
    return None


def test_a_later_version_is_taken_and_an_older_one_no_more(first: LoadedTrust, tmp_path: Path) -> None:
    assert [code(tmp_path, version(first, number)) for number in (1, 1, 3, 3, 2, 3, 4)] == [
        None,
        None,
        None,
        None,
        "trust-rollback",
        None,
        None,
    ]


def test_another_one_of_the_same_version_is_a_fork(first: LoadedTrust, tmp_path: Path) -> None:
    assert code(tmp_path, version(first, 2, "a")) is None
    assert code(tmp_path, version(first, 2, "b")) == "trust-fork"
    assert code(tmp_path, version(first, 3, "c", previous="b")) == "trust-fork"
    assert code(tmp_path, version(first, 3, "c", previous="a")) is None


@given(numbers=st.lists(st.integers(1, 6), max_size=12))
def test_the_version_never_falls(
    first: LoadedTrust, tmp_path_factory: pytest.TempPathFactory, numbers: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("state")
    taken = [number for number in numbers if code(folder, version(first, number)) is None]
    assert taken == sorted(taken)
    assert taken[-1:] == ([max(numbers)] if numbers else [])


def test_each_policy_and_each_pin_has_its_own_memory(first: LoadedTrust, tmp_path: Path) -> None:
    assert code(tmp_path, version(first, 5)) is None
    other = first.policy.model_copy(update={"id": "other"})
    remember(tmp_path, replace(first, policy=other), OWNER)
    remember(tmp_path, first, "1" * 64)


def test_only_its_user_reads_it(first: LoadedTrust, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "trust"
    remember(folder, first, OWNER)
    (path,) = folder.glob("*.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"version":1,"version":2}'])
def test_a_spoiled_memory_is_no_fresh_start(first: LoadedTrust, tmp_path: Path, content: bytes) -> None:
    remember(tmp_path, first, OWNER)
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(content)
    with pytest.raises(EngineError, match="which trust policy was seen last"):
        remember(tmp_path, first, OWNER)
    assert path.read_bytes() == content


def test_a_memory_that_cannot_be_kept_is_told(first: LoadedTrust, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(EngineError, match="cannot be kept"):
        remember(tmp_path / "state", first, OWNER)
