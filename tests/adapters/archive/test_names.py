"""Keys, and how long what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.archive import names
from auditor.adapters.archive.names import Name, bundle_key, checkpoint_key, ledger_name, read_key, sign_off_key
from auditor.adapters.archive.retention import read_retention, retain, retain_until
from auditor.errors import UsageError

ORIGINS = st.text(min_size=1, max_size=30)
DIGEST = "0123456789abcdef" * 4


@given(ORIGINS, ORIGINS)
def test_two_origins_never_share_a_name(one: str, other: str) -> None:
    try:
        assert (ledger_name(one) == ledger_name(other)) == (one == other)
    except (UsageError, UnicodeEncodeError):
        assert (
            len(one.encode("utf-8", "surrogatepass")) > 60
            or len(other.encode("utf-8", "surrogatepass")) > 60
            or any(0xD800 <= ord(letter) < 0xE000 for letter in one + other)
        )


@given(ORIGINS.filter(lambda text: len(text.encode("utf-8", "surrogatepass")) < 60), st.integers(0, names.MAX_SEQUENCE))
def test_what_is_named_is_read(origin: str, sequence: int) -> None:
    if any(0xD800 <= ord(letter) < 0xE000 for letter in origin):
        return
    key = bundle_key(origin, sequence)
    assert read_key(key) == Name("bundle", ledger_name(origin), "", sequence)
    assert ".." not in key.split("/")


def test_keys_are_as_documented() -> None:
    assert bundle_key("example.org/Prod", 41) == "bundles/example.org_2f_50rod/000000000041.tar"
    assert read_key(sign_off_key(DIGEST, DIGEST[::-1])) == Name("sign-off", DIGEST, DIGEST[::-1])
    assert read_key(checkpoint_key(12, DIGEST)) == Name("checkpoint", "12", DIGEST)
    assert ledger_name("..") == "_2e."


@pytest.mark.parametrize(
    "key",
    [
        "",
        "bundles/a/1.tar",
        "bundles/a/000000000001.tar.gz",
        "bundles/000000000001.tar",
        "bundles/../000000000001.tar",
        "bundles/a/b/000000000001.tar",
        f"signoffs/{DIGEST}/{DIGEST.upper()}",
        f"signoffs/{DIGEST}",
        f"checkpoints/01/{DIGEST}",
        f"checkpoints/x/{DIGEST}",
        f"checkpoints/1/{DIGEST}\n",
        "notes.txt",
    ],
)
def test_any_other_key_is_none(key: str) -> None:
    assert read_key(key) is None


@pytest.mark.parametrize(("origin", "sequence"), [("", 1), ("x" * 201, 1), ("a", -1), ("a", 10**12)])
def test_what_cannot_be_named_is_usage(origin: str, sequence: int) -> None:
    with pytest.raises(UsageError):
        bundle_key(origin, sequence)


def test_the_longest_lived_class_keeps_the_whole() -> None:
    declared = read_retention(["internal=10", "pseudonymised=20"])
    assert retain(declared, ["internal", "pseudonymised"]) == timedelta(days=20)
    assert retain(declared, ["internal"]) == timedelta(days=10)
    now = datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)
    assert retain_until(now, timedelta(days=10)) == datetime(2026, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("classes", [["internal", "attestation"], ["secret"], []])
def test_a_class_that_nobody_declared_is_refused(classes: list[str]) -> None:
    with pytest.raises(UsageError, match="no retention is declared"):
        retain({"internal": 10}, classes)


@pytest.mark.parametrize(
    "texts",
    [
        *([f"internal{days}"] for days in ("", "=", "=0", "=-1", "=1.5", "=\u0663", "=36501")),
        ["other=1"],
        ["internal=1", "internal=2"],
    ],
)
def test_a_retention_of_no_form_is_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError, match="no retention of a class"):
        read_retention(texts)
