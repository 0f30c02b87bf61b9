"""``recompile``: the Rego of a bundle compiles to its Wasm, with the OPA that the pack names, and is never run."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.bundle import layout
from auditor.errors import EngineError, VerificationError
from auditor.shell.recompile import recompile
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from pathlib import Path

REGO = "controls/residency/store_in_declared_region/store_in_declared_region.rego"
pytestmark = pytest.mark.usefixtures("opa")


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """Return the policies of a bundle that lies under ``tmp_path``."""
    return shutil.copytree(policies_dir(), tmp_path / layout.POLICIES)


def refusal(root: Path) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        recompile(root)
    assert caught.value.code == "wasm-differs"
    return caught.value


def files(root: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in root.rglob("*") if one.is_file()}


def test_the_shipped_policies_compile_to_the_shipped_wasm(policies: Path, tmp_path: Path) -> None:
    before = files(tmp_path)
    assert recompile(tmp_path) == json.loads((policies / "pack.lock").read_bytes())["opa"]
    assert files(tmp_path) == before


def test_other_rego_is_refused(policies: Path, tmp_path: Path) -> None:
    text = (policies / REGO).read_text(encoding="utf-8")
    (policies / REGO).write_text(text.replace('"fail"', '"pass"'), encoding="utf-8")
    assert "compiles to" in refusal(tmp_path).message


def test_another_wasm_is_refused(policies: Path, tmp_path: Path) -> None:
    content = bytearray((policies / "policy.wasm").read_bytes())
    content[-1] ^= 1
    (policies / "policy.wasm").write_bytes(content)
    refusal(tmp_path)


def test_rego_that_does_not_compile_is_refused(policies: Path, tmp_path: Path) -> None:
    (policies / REGO).write_text("package controls.residency.store_in_declared_region\n\nbroken {", encoding="utf-8")
    assert "does not compile" in refusal(tmp_path).message


@pytest.mark.parametrize("name", ["-h.rego", "--help.rego", "-.rego"])
def test_a_file_is_never_an_option(name: str, policies: Path, tmp_path: Path) -> None:
    """Rego that nothing refers to changes no byte; if it does not compile, it is seen to have been read."""
    (policies / name).write_text("package extra\n\nallowed := true\n", encoding="utf-8")
    assert recompile(tmp_path)
    (policies / name).write_text("package extra\n\nbroken {", encoding="utf-8")
    assert name in refusal(tmp_path).message


@pytest.mark.parametrize("name", ["pack.lock", "policy.wasm", "capabilities.json"])
def test_what_is_missing_is_refused(name: str, policies: Path, tmp_path: Path) -> None:
    (policies / name).unlink()
    refusal(tmp_path)


def test_another_opa_is_a_missing_part_and_no_refusal(policies: Path, tmp_path: Path) -> None:
    lock = json.loads((policies / "pack.lock").read_bytes())
    (policies / "pack.lock").write_text(json.dumps(lock | {"opa": "1.0.0"}), encoding="utf-8")
    with pytest.raises(EngineError, match=r"compiled by opa 1\.0\.0") as caught:
        recompile(tmp_path)
    assert (caught.value.exit_code, "put opa 1.0.0 first on PATH" in caught.value.remedy) == (5, True)


def test_without_opa_it_says_what_to_do(policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert policies.is_dir()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AUDITOR_TOOLS", str(tmp_path))
    with pytest.raises(EngineError, match="opa was not found") as caught:
        recompile(tmp_path)
    assert (caught.value.exit_code, "install OPA" in caught.value.remedy) == (5, True)
