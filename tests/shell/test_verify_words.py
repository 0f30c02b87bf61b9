"""What ``verify`` says beside its verdict: the steps as they begin, the notes, and the bundle's own words."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

import auditor.shell.verify as verification
from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.reports.markdown import control_words
from auditor.errors import EngineError, VerificationError
from auditor.shell import private_copy
from auditor.shell.reliance import NO_TRUST
from auditor.shell.verify import verify
from auditor.shipped import policies_dir
from sealed import Sealed, decide_alike, forge, make_sealed

if TYPE_CHECKING:
    from pathlib import Path

OLDER = f"decided with duckdb 1.4.0, decided again with duckdb {version('duckdb')}"


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    return make_sealed(tmp_path)


@pytest.mark.parametrize("replay", [True, False])
def test_each_step_is_told_as_it_begins(sealed: Sealed, *, replay: bool) -> None:
    seen: list[tuple[int, int, str]] = []
    verify(
        sealed.root,
        sealed.public_pem,
        replay=replay,
        decide_again=decide_alike,
        progress=lambda *step: seen.append(step),
    )
    deciding = [(2, 3, "deciding again")] if replay else []
    assert seen == [(0, 3, "reading"), (1, 3, "signature and digests"), *deciding, (3, 3, "")]


def test_the_notes_are_these_and_no_others(sealed: Sealed) -> None:
    done = verify(sealed.root, sealed.public_pem, decide_again=decide_alike)
    development = f"signed by a development key ({done.key_id[:16]})"
    assert done.notes == (development, NO_TRUST, OLDER)
    assert verify(sealed.root, sealed.public_pem, replay=False).notes == (development, NO_TRUST)
    assert verify(sealed.root, sealed.public_pem, replay=False).isolation == ()


def test_a_key_that_is_for_use_and_the_same_engine_need_no_note(sealed: Sealed) -> None:
    def change(stated: dict) -> None:
        stated["producer"]["development"] = False
        stated["replay"]["sqlEngine"] = f"duckdb {version('duckdb')}"

    forge(sealed, predicate=change)
    assert verify(sealed.root, sealed.public_pem, decide_again=decide_alike).notes == (NO_TRUST,)


def test_policies_that_another_engine_decided_are_noted(sealed: Sealed) -> None:
    forge(sealed, predicate=lambda one: one["replay"].update(regoEngine="opa 1.0.0"))
    done = verify(sealed.root, sealed.public_pem, decide_again=decide_alike)
    assert done.notes[-1] == "decided with opa 1.0.0, decided again with wasm"


def test_findings_are_worded_by_the_bundles_own_pack(tmp_path: Path) -> None:
    shutil.copytree(policies_dir(), tmp_path / layout.POLICIES)
    words = verification._words(tmp_path)
    assert words == control_words(load_pack(policies_dir()).controls)
    assert words["slo.p95_latency"].unit == "us"


def test_a_pack_that_does_not_load_leaves_plain_words(sealed: Sealed) -> None:
    assert verify(sealed.root, sealed.public_pem, replay=False).words == {}


def test_a_link_to_a_bundle_is_refused_even_when_it_leads_nowhere(tmp_path: Path, sealed: Sealed) -> None:
    link = tmp_path / "link"
    for target in (sealed.root, tmp_path / "nowhere"):
        link.symlink_to(target)
        with pytest.raises(VerificationError) as caught:
            verify(link, sealed.public_pem, replay=False)
        assert caught.value.code == "not-a-bundle"
        link.unlink()


def test_a_file_that_is_gone_before_it_is_copied_is_no_verdict(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = private_copy.list_files

    def then_remove(root: Path) -> dict[str, int]:
        files = listed(root)
        sealed.path(layout.DECISIONS).unlink()
        return files

    monkeypatch.setattr(private_copy, "list_files", then_remove)
    with pytest.raises(EngineError, match=r"decisions\.json: cannot be read"):
        verify(sealed.root, sealed.public_pem, replay=False)


def test_an_empty_folder_is_copied_and_refused_as_unexpected(sealed: Sealed) -> None:
    sealed.path("data/more/inner").mkdir(parents=True)
    with pytest.raises(VerificationError, match="data/more/inner/: there, but in no manifest") as caught:
        verify(sealed.root, sealed.public_pem, replay=False)
    assert caught.value.code == "file-unexpected"


def test_only_files_beside_the_report_are_noted(sealed: Sealed) -> None:
    sealed.path("data/report/slides.html").write_bytes(b"GO")
    forge(sealed)
    notes = verify(sealed.root, sealed.public_pem, decide_again=decide_alike).notes
    assert [one for one in notes if "not rendered again" in one] == [
        "data/report/slides.html: not rendered again, so not compared with the decisions"
    ]


def test_isolation_is_told_even_when_reports_are_of_another_version(sealed: Sealed) -> None:
    def older(written: dict[str, bytes]) -> None:
        written[layout.BAG_INFO] = re.sub(rb"auditor \S+", b"auditor 0.0.1", written[layout.BAG_INFO])

    forge(sealed, predicate=lambda one: one["producer"].update(version="0.0.1"), tags=older)
    assert verify(sealed.root, sealed.public_pem, decide_again=decide_alike).isolation == ("a test",)


def test_without_a_stand_in_the_contained_child_decides(sealed: Sealed) -> None:
    """The small bundle holds no pack that can be run, and it is the child that says so."""
    with pytest.raises(VerificationError, match=r"snapshot\.json") as caught:
        verify(sealed.root, sealed.public_pem)
    assert caught.value.code == "replay-refused"
