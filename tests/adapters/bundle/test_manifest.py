"""Manifests: strict ``sha256sum`` lines, and what is computed from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.bundle import manifest
from auditor.core.canonical import sha256_hex
from auditor.errors import VerificationError

A, B = "a" * 64, "b" * 64
NAMES = st.from_regex(r"data/[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)


@given(st.dictionaries(NAMES, st.from_regex(r"[0-9a-f]{64}", fullmatch=True)))
def test_what_is_rendered_is_parsed(digests: dict[str, str]) -> None:
    assert manifest.parse(manifest.render(digests), "m") == digests


@pytest.mark.parametrize(
    "content",
    [
        f"{A}  data/b\n{B}  data/a\n",
        f"{A}  data/a\n{A}  data/a\n",
        f"{A}  data/a\n{B}  data/a\n",
        f"{A}  data/a\r\n",
        f"{A}  data/a\r{B}  data/b\n",
        f"{A}  data/a",
        f"\n{A}  data/a\n",
        f"{A}  data/a\n\n",
        f"{A} data/a\n",
        f"{A}   data/a\n",
        f"{A} *data/a\n",
        f"{A}\tdata/a\n",
        f"{A.upper()}  data/a\n",
        f"{A[1:]}  data/a\n",
        f"{A}  data/../a\n",
        f"{A}  /data/a\n",
        f"{A}  ./data/a\n",
        f"{A}  data/A\n",
        f"{A}  data/%0A\n",
        f"{A}  data/a \n",
        f"{A}  data/\u00e9\n",
        f"{A}  data/a\u2028\n",
        f"\ufeff{A}  data/a\n",
        f"{A}  data/a\x00\n",
        "# comment\n",
    ],
)
def test_anything_else_is_refused(content: str) -> None:
    with pytest.raises(VerificationError) as caught:
        manifest.parse(content.encode(), "manifest-sha256.txt")
    assert caught.value.code == "manifest-malformed"
    assert "manifest-sha256.txt" in caught.value.message


@given(st.binary(max_size=100))
def test_no_bytes_crash_the_parser(content: bytes) -> None:
    try:
        listed = manifest.parse(content, "m")
    except VerificationError:
        return
    assert manifest.render(listed) == content


def test_the_policy_digest_is_over_the_policies_alone() -> None:
    digests = {"data/policies/b": B, "data/policies/a": A, "data/policiesx": A, "data/decisions.json": B}
    expected = sha256_hex(f"{A}  data/policies/a\n{B}  data/policies/b\n".encode())
    assert manifest.policy_digest(digests) == expected


def test_oxum_is_bytes_and_count() -> None:
    assert manifest.oxum({"data/a": 3, "data/b": 0}) == "3.2"
