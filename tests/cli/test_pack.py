"""``auditor pack`` and ``auditor unpack``: a tar that goes to an assessor, and verifies there."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from sealed import BUNDLE_ID, Sealed, make_sealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

    Run = Callable[..., Said]


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    made = make_sealed(tmp_path)
    (tmp_path / "key.pub").write_bytes(made.public_pem)
    return made


def test_a_bundle_goes_out_and_comes_back(sealed: Sealed, auditor: Run, place: Path, tmp_path: Path) -> None:
    packed = auditor("pack", sealed.root, "bundle.tar")
    assert (packed.code, packed.err) == (0, "")
    subprocess.run(["sha256sum", "-c", "--quiet"], input=packed.out, text=True, cwd=place, check=True)
    verified = auditor("verify", "bundle.tar", "--key", tmp_path / "key.pub", "--no-replay", "--quiet")
    assert (verified.code, verified.err) == (0, "")
    unpacked = auditor("unpack", "bundle.tar", "bundle")
    assert (unpacked.code, unpacked.out) == (0, "bundle\n")
    assert "not verified" in unpacked.err
    assert auditor("pack", "bundle", "again.tar").out.split()[0] == packed.out.split()[0]


def test_a_tar_of_another_making_is_refused_by_name(sealed: Sealed, auditor: Run, tmp_path: Path) -> None:
    subprocess.run(["tar", "-cf", "other.tar", "-C", str(sealed.root.parent), BUNDLE_ID], check=True)
    for arguments in (["unpack", "other.tar", "x"], ["verify", "other.tar", "--key", tmp_path / "key.pub"]):
        done = auditor(*arguments)
        assert (done.code, "[container-not-canonical] other.tar, byte 0:" in done.err) == (4, True), done.err


def test_what_is_no_bundle_is_told(auditor: Run, place: Path) -> None:
    (place / "x.zip").write_bytes(b"PK\x03\x04" * 200)
    (place / "empty").mkdir()
    assert "[not-a-bundle]" in auditor("unpack", "x.zip", "out").err
    assert "[not-a-bundle]" in auditor("pack", "empty", "out.tar").err
    assert (auditor("unpack", "none.tar", "out").code, auditor("pack", "none", "out.tar").code) == (2, 4)
    assert sorted(path.name for path in place.iterdir()) == ["empty", "x.zip"]
