"""The shipped pack is found in a wheel and in the source tree; its absence is an error that says where we looked."""

import pytest

from auditor import shipped
from auditor.errors import EngineError


def test_an_editable_install_finds_the_source_tree():
    assert (shipped.policies_dir() / "policy.wasm").is_file()
    assert (shipped.reports_dir() / "report.md.j2").is_file()
    assert shipped.policies_dir().parent == shipped.PACKAGE.parents[1]


def test_what_the_wheel_ships_comes_before_a_folder_that_happens_to_lie_beside_it(tmp_path, monkeypatch):
    package = tmp_path / "a" / "b" / "auditor"
    for folder in (package / "shipped" / "policies", tmp_path / "a" / "policies"):
        folder.mkdir(parents=True)
        (folder / "pack.lock").touch()
    monkeypatch.setattr(shipped, "PACKAGE", package)
    assert shipped.policies_dir() == package / "shipped" / "policies"


@pytest.mark.parametrize("find", [shipped.policies_dir, shipped.reports_dir])
def test_a_missing_pack_is_an_error_that_names_both_places(find, tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "src" / "auditor")
    with pytest.raises(EngineError, match="tried .*shipped.* and ") as caught:
        find()
    assert str(tmp_path) in str(caught.value)
