"""``auditor explain``: what decided a line, and a change of one value that was tried and would have passed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attacks.scene import scene
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.shell.readings import assured
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Said

    Run = Callable[..., Said]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of a run in which answers were slow, in a folder bundles."""
    made = scene(tmp_path_factory.mktemp("explain"), "slow_generation")
    return made.bundle


def test_a_number_of_the_checklist_names_its_lines(auditor: Run, bundle: Path) -> None:
    done = auditor("explain", "52", "--bundle", str(bundle))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "slo.p95_generation: P95 latency <= 1.5 s (generation) (checklist 52)\nfail, over_limit\n"
    )
    for said in (
        "population: Every declared route and every route seen",
        "latency_limit_us = 1500000",
        "generation/direct: P95 1.873 s is over the limit 1.500 s",
        "window: 2025-01-14T10:00:00Z to 2025-01-14T12:00:00Z",
        "would pass, as far as this control goes, with over 76 instead of 119",
        "where slot_us >= $window_start_us",
        "package controls.slo.p95_latency",
        "slo.p95_cached: P95 latency <= 300 ms (cached)",
    ):
        assert said in done.out


def test_what_would_pass_passes_and_one_more_does_not(auditor: Run, bundle: Path) -> None:
    (found,) = json.loads(auditor("explain", "slo.p95_generation", "--bundle", str(bundle), "--json").out)
    pack = load_pack(policies_dir())
    bound = load_profile(pack, "hybrid-routing-gates").bound["slo.p95_generation"][0]
    (change,) = (one for one in found["controls"][0]["findings"][0]["would_pass"] if one["column"] == "over")
    row = found["controls"][0]["findings"][0]["row"]
    with WasmEngine(pack) as engine:

        def verdict(over: int) -> str:
            changed = row | {"over": over}
            item = {"row": changed, "assured": assured(bound.control.metadata, bound.parameters, changed)}
            decided: str = engine.decide(bound.control.id, bound.parameters, [item])[0]["verdict"]
            return decided

        assert (verdict(change["before"]), verdict(change["after"]), verdict(change["after"] + 1)) == (
            "fail", "pass", "fail",
        )  # fmt: skip


def test_a_group_shows_its_members_and_a_control_every_line(auditor: Run, bundle: Path) -> None:
    said = auditor("explain", "slo", "--bundle", str(bundle)).out
    assert "  fail           slo.p95_generation  P95 latency <= 1.5 s (generation)  (over_limit)\n" in said
    said = auditor("explain", "cost.within_allocation", "--bundle", str(bundle)).out
    assert said.count("\ncontrol cost.within_allocation: ") == 2
    assert "would pass" not in said


def test_the_newest_bundle_is_the_one_that_is_meant(
    auditor: Run, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(bundle, tmp_path / "bundles" / bundle.name)
    (tmp_path / "bundles" / "unfinished").mkdir()
    monkeypatch.chdir(tmp_path)
    assert auditor("explain", "slo").out == auditor("explain", "slo", "--bundle", str(bundle)).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "T99"), "bundles: no bundle there\n  what to do: name one with --bundle"),
        (("explain", "slo", "--bundle", "nowhere"), "nowhere: no sealed run"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(
    auditor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = auditor(*arguments)
    assert (done.code, said in done.err) == (2, True)


def test_an_unknown_name_is_told(auditor: Run, bundle: Path) -> None:
    done = auditor("explain", "slo.p94", "--bundle", str(bundle))
    assert done.code == 2
    assert "no line, number or control 'slo.p94'; its lines are" in done.err


def test_decisions_of_another_form_are_told(auditor: Run, bundle: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    (copy / "data" / "decisions.json").write_text("{}")
    done = auditor("explain", "slo", "--bundle", str(copy))
    assert (done.code, "its decisions are of another form" in done.err) == (2, True)
