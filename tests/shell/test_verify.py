"""``verify``: on a private copy, decided again, and refused by name whatever byte is changed."""

from __future__ import annotations

import os
import re
import tempfile
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import auditor.shell.private_copy as private
from auditor.adapters.bundle import layout
from auditor.adapters.bundle.reader import check_bundle
from auditor.adapters.signing.keys import SCHEMES, generate_key, load_public_key
from auditor.core.refusals import REFUSALS
from auditor.errors import EngineError, UsageError, VerificationError
from auditor.shell.reliance import pinned_key
from auditor.shell.verify import NOT_REPLAYED, REPLAYED, verify, verify_relying
from sealed import Sealed, decide_alike, decide_unlike, document, forge, forge_decisions, make_sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.shell.sandbox import Contained


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give temporary folders a place of their own, and see that none is left behind."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert not list(place.iterdir())


@pytest.fixture
def sealed(tmp_path: Path, scratch: Path) -> Sealed:
    del scratch
    return make_sealed(tmp_path)


def refusal(sealed: Sealed, decide_again: Callable[[CheckedBundle, float], Contained] = decide_alike) -> Any:
    with pytest.raises(VerificationError) as caught:
        verify(sealed.root, sealed.public_pem, decide_again=decide_again)
    assert caught.value.code in REFUSALS
    assert caught.value.exit_code == 4
    return caught.value


def test_a_sealed_bundle_verifies(sealed: Sealed) -> None:
    done = verify(sealed.root, sealed.public_pem, decide_again=decide_alike)
    assert done.replayed
    assert done.replay_words == REPLAYED
    assert done.isolation == ("a test",)
    assert done.bundle.document == document()
    assert done.key_id == sealed.signer.public_key.keyid
    assert any("development key" in note for note in done.notes)
    assert any("unapproved" in note for note in done.notes)
    assert any("decided with duckdb 1.4.0" in note for note in done.notes)


def test_policies_are_compiled_again_only_when_asked(sealed: Sealed) -> None:
    """The policies of this bundle are no compiled pack."""
    relying, said = pinned_key(sealed.public_pem, "key"), []
    assert verify_relying(sealed.root, relying, replay=False).recompiled is None
    with pytest.raises(VerificationError) as caught:
        verify_relying(sealed.root, relying, recompiled=True, progress=lambda *one: said.append(one))
    assert caught.value.code == "wasm-differs"
    assert said[-1] == (2, 3, "compiling again")


def test_without_replay_it_says_so_and_decides_nothing(sealed: Sealed) -> None:
    def never(bundle: CheckedBundle, timeout_s: float) -> Contained:
        raise AssertionError((bundle, timeout_s))

    done = verify(sealed.root, sealed.public_pem, replay=False, decide_again=never)
    assert not done.replayed
    assert done.replay_words == NOT_REPLAYED == "DECISIONS NOT RE-EXECUTED"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"result": "fail"}, "values, parameters or evidence"),
        ({"gates": [document()["gates"][0] | {"verdict": "fail"}]}, "gate go is pass in the bundle, fail"),
        ({"gates": []}, "gate go is pass in the bundle, None"),
        ({"lines": [{"line": "a", "verdict": "inconclusive"}]}, "line a is pass in the bundle, inconclusive"),
        ({"lines": None}, "line a is pass"),
        ({"lines": [1, {"line": ["a"]}]}, "line"),
        ({"asOf": "2026-03-01T12:00:10Z"}, "asOf is 2026-03-01T12:00:00Z in the bundle"),
        ({"findings": []}, "values, parameters or evidence"),
        ({"findings": [2**53]}, "no canonical form"),
    ],
)
def test_other_decisions_are_refused_and_the_difference_is_named(
    sealed: Sealed, changes: dict[str, Any], says: str
) -> None:
    error = refusal(sealed, partial(decide_unlike, **changes))
    assert error.code == "replay-differs"
    assert says in error.message


def test_a_forger_whose_decisions_do_not_follow_is_refused(sealed: Sealed) -> None:
    def honest(bundle: CheckedBundle, timeout_s: float) -> Contained:
        return decide_unlike(bundle, timeout_s, **document())

    forge_decisions(sealed, lambda one: one["lines"][0].update(reason="waived"))
    assert verify(sealed.root, sealed.public_pem, replay=False).bundle.document["lines"][0]["reason"] == "waived"
    assert refusal(sealed, honest).code == "replay-differs"


def test_whoever_asks_for_no_less_has_it_decided_again(sealed: Sealed) -> None:
    def honest(bundle: CheckedBundle, timeout_s: float) -> Contained:
        return decide_unlike(bundle, timeout_s, **document())

    relying = pinned_key(sealed.public_pem, "key")  # as `admit` asks, which says nothing of replay
    assert verify_relying(sealed.root, relying, decide_again=decide_alike).replayed
    forge_decisions(sealed, lambda one: one["lines"][0].update(reason="waived"))
    with pytest.raises(VerificationError) as caught:
        verify_relying(sealed.root, relying, decide_again=honest)
    assert caught.value.code == "replay-differs"


def test_lines_of_another_form_are_refused_and_no_crash(sealed: Sealed) -> None:
    assert refusal(sealed, partial(decide_unlike, lines=7)).code == "replay-differs"
    forge_decisions(sealed, lambda one: one.update(lines=7))
    assert refusal(sealed, partial(decide_unlike, lines=[])).code == "decisions-malformed"


@pytest.mark.parametrize("content", [b"# Verdict\n\nNO-GO\n", None])
def test_a_report_that_its_decisions_do_not_render_to_is_refused(sealed: Sealed, content: bytes | None) -> None:
    report = sealed.path("data/report/report.md")
    if content is None:
        report.rename(report.with_name("other.md"))
    else:
        report.write_bytes(content)
    forge(sealed)
    assert refusal(sealed).code == ("report-differs" if content else "file-missing")


def test_reports_of_another_version_are_said_to_be_unverified(sealed: Sealed) -> None:
    sealed.path("data/report/report.md").write_bytes(b"# As version 0.0.1 wrote it\n")
    forge(
        sealed,
        predicate=lambda one: one["producer"].update(version="0.0.1"),
        tags=lambda one: one.update({layout.BAG_INFO: re.sub(rb"auditor \S+", b"auditor 0.0.1", one[layout.BAG_INFO])}),
    )
    done = verify(sealed.root, sealed.public_pem, decide_again=decide_alike)
    assert any("made by auditor 0.0.1 and not compared" in note for note in done.notes)


def test_other_files_beside_the_report_are_said_to_be_unverified(sealed: Sealed) -> None:
    sealed.path("data/report/slides.html").write_bytes(b"GO")
    forge(sealed)
    done = verify(sealed.root, sealed.public_pem, decide_again=decide_alike)
    assert any("slides.html: not rendered again" in note for note in done.notes)


def _touch(bundle: CheckedBundle, name: str, how: str) -> None:
    """Do what a child that broke out could do: it runs as the same user."""
    path = bundle.root / name
    path.parent.chmod(0o700)
    if how == "add":
        path.with_name("added").write_bytes(b"")
    elif how == "remove":
        path.unlink()
    elif how == "link":
        path.rename(path.with_name("moved"))
        path.symlink_to("moved")
    else:
        path.chmod(0o600)
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("how", ["add", "remove", "link", "change"])
@pytest.mark.parametrize("name", [layout.DECISIONS, "bag-info.txt", "data/policies/policy.wasm"])
def test_a_copy_that_replay_changed_is_refused(sealed: Sealed, name: str, how: str) -> None:
    def breaks_out(bundle: CheckedBundle, timeout_s: float) -> Contained:
        answer = decide_alike(bundle, timeout_s)
        _touch(bundle, name, how)
        return answer

    assert refusal(sealed, breaks_out).code == "replay-touched-bundle"


def test_the_copy_is_private_and_read_only_and_the_bundle_may_change_meanwhile(sealed: Sealed) -> None:
    def looks(bundle: CheckedBundle, timeout_s: float) -> Contained:
        assert bundle.root != sealed.root
        assert bundle.root.parent.stat().st_mode & 0o077 == 0
        for path in (bundle.root, *bundle.root.rglob("*")):
            assert path.stat().st_mode & 0o377 == (0o100 if path.is_dir() else 0)
        sealed.edit(layout.DECISIONS, lambda _: b"changed after it was checked")
        return decide_alike(bundle, timeout_s)

    assert verify(sealed.root, sealed.public_pem, decide_again=looks).bundle.document == document()


def test_verifying_leaves_the_bundle_as_it_was(sealed: Sealed) -> None:
    def states() -> list[tuple[str, int, int]]:
        return [(str(one), one.stat().st_mode, one.stat().st_mtime_ns) for one in sorted(sealed.root.rglob("*"))]

    before = states()
    verify(sealed.root, sealed.public_pem, decide_again=decide_alike)
    assert states() == before


def test_what_fails_in_replay_is_passed_on(sealed: Sealed) -> None:
    def fails(bundle: CheckedBundle, timeout_s: float) -> Contained:
        raise EngineError(f"{bundle.predicate.bundleId} did not end within {timeout_s:g} s")

    with pytest.raises(EngineError, match="did not end within 7 s"):
        verify(sealed.root, sealed.public_pem, timeout_s=7, decide_again=fails)


def test_a_path_that_is_not_there_is_usage(sealed: Sealed) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        verify(sealed.root / "none", sealed.public_pem, replay=False)


def test_a_key_that_is_none_is_usage(sealed: Sealed) -> None:
    with pytest.raises(UsageError, match=r"k\.pub: no PEM public key"):
        verify(sealed.root, b"key", key_name="k.pub")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_another_key_is_refused(sealed: Sealed, tmp_path: Path, scheme: str) -> None:
    other = generate_key(tmp_path / "other.pem", scheme).public_path.read_bytes()
    assert refusal(Sealed(sealed.root, sealed.private_key, other)).code == "key-unknown"


def test_a_link_that_appears_while_copying_is_refused(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = private.list_files

    def then_swap(root: Path) -> dict[str, int]:
        files = listed(root)
        if root == sealed.root:
            sealed.path(layout.DECISIONS).unlink()
            sealed.path(layout.DECISIONS).symlink_to("/etc/hostname")
        return files

    monkeypatch.setattr(private, "list_files", then_swap)
    assert refusal(sealed).code == "unsafe-entry"


def _flips(root: Path) -> Iterator[tuple[Path, int]]:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield from ((path, place) for place in range(path.stat().st_size))


@pytest.mark.parametrize(("scheme", "step"), [("ed25519", 1), ("ecdsa-p256", 7)])
def test_flipping_any_byte_is_refused(tmp_path: Path, scheme: str, step: int) -> None:
    """Each byte of each file (each seventh for the other scheme), one bit of it; the bit moves on from byte to byte."""
    sealed = make_sealed(tmp_path, scheme)
    key = load_public_key(sealed.public_pem, "key")
    kept: list[str] = []
    for number, (path, place) in enumerate(islice(_flips(sealed.root), 0, None, step)):
        with path.open("r+b", buffering=0) as file:
            original = os.pread(file.fileno(), 1, place)
            os.pwrite(file.fileno(), bytes([original[0] ^ (1 << number % 8)]), place)
            try:
                check_bundle(sealed.root, lambda _: key)
                kept.append(f"{path} at {place}")
            except VerificationError as error:
                assert error.code in REFUSALS
            os.pwrite(file.fileno(), original, place)
    assert not kept
    assert check_bundle(sealed.root, lambda _: key).document == document()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return make_sealed(tmp_path_factory.mktemp("shared"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pick=st.integers(0, 1 << 20), place=st.integers(0, 1 << 20), mask=st.integers(1, 255))
def test_verify_refuses_any_other_byte(shared: Sealed, pick: int, place: int, mask: int) -> None:
    files = sorted(path for path in shared.root.rglob("*") if path.is_file())
    path = files[pick % len(files)]
    content = path.read_bytes()
    changed = bytearray(content)
    changed[place % len(content)] ^= mask
    path.write_bytes(bytes(changed))
    try:
        refusal(shared)
    finally:
        path.write_bytes(content)
