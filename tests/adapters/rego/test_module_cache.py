"""What is kept of a compiled module is used only when it is ours alone and undamaged; else it is compiled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego import module_cache
from auditor.adapters.rego.module_cache import MAX_KEPT, ModuleCache
from auditor.adapters.rego.wasm import WasmEngine
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
FACTS = {"counts": {"pass": 1, "fail": 1, "inconclusive": 0, "not_applicable": 0}}


class Counting(ModuleCache):
    """The cache itself, which also counts what it gave and what it was given to keep."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.used = self.kept = 0

    def compiled(self, engine, wasm, settings):
        module = super().compiled(engine, wasm, settings)
        self.used += module is not None
        return module

    def keep(self, module, wasm, settings):
        self.kept += 1
        super().keep(module, wasm, settings)


def decided(folder: Path) -> Counting:
    cache = Counting(folder)
    with WasmEngine(PACK, kept=cache) as engine:
        assert engine.gate("roll_up", FACTS)["verdict"] == "fail"
        assert engine.notes == cache.notes
    return cache


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "cache" / "modules"
    first = decided(place)
    assert (first.used, first.kept, first.notes) == (0, 1, ())
    return place


def only(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_the_second_run_does_not_compile(folder):
    second = decided(folder)
    assert (second.used, second.kept, second.notes) == (1, 0, ())


def test_folder_and_file_are_ours_alone_whatever_the_umask_is(tmp_path):
    old = os.umask(0)
    try:
        decided(tmp_path / "modules")
    finally:
        os.umask(old)
    assert (tmp_path / "modules").stat().st_mode & 0o777 == 0o700
    assert only(tmp_path / "modules").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("at", [0, 40, 100, 200, 5000, -1])
def test_a_file_with_any_byte_changed_is_compiled_anew_and_replaced(folder, at):
    content = bytearray(only(folder).read_bytes())
    content[at] ^= 1
    only(folder).write_bytes(content)
    again = decided(folder)
    assert (again.used, again.kept) == (0, 1)
    assert "damaged, or was made of something else" in again.notes[0]
    assert decided(folder).used == 1


@pytest.mark.parametrize("length", [0, 10, 200, 100_000])
def test_a_file_that_is_cut_off_is_compiled_anew(folder, length):
    os.truncate(only(folder), length)
    again = decided(folder)
    assert (again.used, again.kept, len(again.notes)) == (0, 1, 1)


def test_a_file_that_the_runtime_refuses_is_compiled_anew(folder):
    file = only(folder)
    code = b"\x7fELF" + b"\0" * 4096
    file.write_bytes(module_cache._header(file.name, code) + code)
    again = decided(folder)
    assert (again.used, again.kept, len(again.notes)) == (0, 1, 1)


def test_a_file_of_another_module_under_this_name_is_not_used(folder):
    file = only(folder)
    code = file.read_bytes().partition(b"\n")[2]
    file.write_bytes(module_cache._header("0" * 64, code) + code)
    assert decided(folder).used == 0


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_may_touch_is_not_used(folder, mode):
    only(folder).chmod(mode)
    again = decided(folder)
    assert again.used == 0
    assert "expected no access for others" in again.notes[0]


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o770, 0o777, 0o1777])
def test_a_folder_that_others_may_touch_is_neither_read_nor_written(folder, mode):
    before = only(folder).stat()
    folder.chmod(mode)
    again = decided(folder)
    assert (again.used, only(folder).stat()) == (0, before)
    assert any("the folder has mode" in note for note in again.notes)


def test_a_folder_of_another_user_is_neither_read_nor_written(folder, monkeypatch):
    before = only(folder).stat()
    monkeypatch.setattr(os, "geteuid", lambda: before.st_uid + 1)
    again = decided(folder)
    assert (again.used, only(folder).stat()) == (0, before)
    assert any(f"belongs to user {before.st_uid}" in note for note in again.notes)


def test_a_link_in_place_of_the_folder_is_not_followed(folder):
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(elsewhere)
    before = only(elsewhere).stat()
    again = decided(folder)
    assert (again.used, only(elsewhere).stat()) == (0, before)
    assert again.notes


def test_a_link_in_place_of_the_file_is_not_followed_but_replaced(folder, tmp_path):
    file = only(folder)
    elsewhere = file.rename(tmp_path / "elsewhere")
    before = elsewhere.read_bytes()
    file.symlink_to(elsewhere)
    again = decided(folder)
    assert (again.used, again.kept) == (0, 1)
    assert not only(folder).is_symlink()
    assert elsewhere.read_bytes() == before


def test_a_second_name_of_the_file_makes_it_unfit(folder, tmp_path):
    os.link(only(folder), tmp_path / "second")
    assert decided(folder).used == 0


def test_a_pipe_in_place_of_the_file_does_not_block(folder):
    file = only(folder)
    file.unlink()
    os.mkfifo(file, 0o600)
    assert decided(folder).used == 0


def test_what_cannot_be_kept_is_a_note_and_no_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    again = decided(tmp_path / "file" / "modules")
    assert (again.used, again.kept) == (0, 1)
    assert "the compiled module was not kept" in again.notes[-1]
    assert "--no-module-cache" in again.notes[-1]


def test_another_version_of_the_runtime_compiles_its_own(folder, monkeypatch):
    monkeypatch.setattr(module_cache, "version", lambda name: f"{name} of tomorrow")
    assert decided(folder).used == 0
    assert len(list(folder.iterdir())) == 2


def test_only_so_many_are_kept(folder):
    for number in range(20):
        (folder / f"old-{number}").write_bytes(b"")
        os.utime(folder / f"old-{number}", ns=(number, number))
    only_now = next(file for file in folder.iterdir() if not file.name.startswith("old-"))
    only_now.unlink()
    decided(folder)
    assert len(list(folder.iterdir())) == MAX_KEPT
    assert only_now.exists()
    assert decided(folder).used == 1


def test_without_a_cache_nothing_is_read_or_written(folder, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent.parent))
    before = only(folder).stat()
    with WasmEngine(PACK) as engine:
        assert engine.gate("roll_up", FACTS)["verdict"] == "fail"
        assert engine.notes == ()
    assert only(folder).stat().st_atime_ns == before.st_atime_ns


@pytest.mark.parametrize("module", ["auditor.shell.replay", "auditor.shell.contained", "auditor.shell.verify"])
def test_what_replays_does_not_know_the_cache(module):
    said = f"import sys, {module}; sys.exit('auditor.adapters.rego.module_cache' in sys.modules)"
    subprocess.run([sys.executable, "-I", "-c", said], check=True)
