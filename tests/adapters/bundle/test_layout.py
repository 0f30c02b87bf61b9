"""Names that every file system reads alike."""

from __future__ import annotations

import pytest

from auditor.adapters.bundle import layout


@pytest.mark.parametrize("name", ["a", "data/policies/slo/p95_latency.sql", "-x", "_x", "a.b-c_d.9", "x" * 128])
def test_safe(name: str) -> None:
    assert layout.safe(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        ".git",
        "a.",
        "A",
        "ä",
        "a b",
        "a\n",
        "a\\b",
        "a:b",
        "a*",
        "\x00",
        "x" * 129,
        "/".join(["x" * 60] * 4) + "x",
    ],
)
def test_not_safe(name: str) -> None:
    assert not layout.safe(name)


def test_what_a_file_is_called_and_who_may_see_it() -> None:
    assert layout.media_type("data/snapshot/requests.parquet") == "application/vnd.apache.parquet"
    assert layout.media_type("data/noise") == "application/octet-stream"
    assert layout.data_class("data/snapshot/requests.parquet") == "pseudonymised"
    assert layout.data_class("data/snapshots") == layout.data_class("data/decisions.json") == "internal"
