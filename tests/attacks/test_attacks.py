"""Every named attack meets the name that it must; every name of the three tables is met by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from attacks import every
from attacks.page import PAGE, ROOT, page
from attacks.registry import ATTACKS, HOLDS, LAYERS, NAMES
from attacks.scene import scene
from auditor.shell.archive_audit import PROBLEMS

if TYPE_CHECKING:
    from pathlib import Path

assert every
HERE = [name for name, one in ATTACKS.items() if one.act is not None]


def _words(name: str) -> str:
    """Return an attack's layer, what it meets and its name: tools/mutate chooses by the first two."""
    one = ATTACKS[name]
    return f"{one.layer}:{'holds' if one.meets == HOLDS else one.meets}: {name}"


@pytest.mark.parametrize("name", HERE, ids=map(_words, HERE))
def test_an_attack_meets_its_name(tmp_path: Path, name: str) -> None:
    attack = ATTACKS[name]
    assert attack.act is not None
    met = attack.act(scene(tmp_path))
    assert (met if isinstance(met, set) else {met}) == {attack.meets}


@pytest.mark.parametrize("name", [name for name, one in ATTACKS.items() if "::" in one.where])
def test_an_attack_that_is_tried_elsewhere_is_there(name: str) -> None:
    one = ATTACKS[name]
    path, _, function = one.where.partition("::")
    text = (ROOT / path).read_text()
    body = text.split(f"def {function}(", 1)[1].split("\ndef ", 1)[0]
    assert one.meets in body


def test_what_is_met_has_a_name_and_every_name_is_met() -> None:
    met = {one.meets for one in ATTACKS.values()}
    audit = {f"audit: {kind}" for kind in PROBLEMS}
    assert met - NAMES.keys() == {HOLDS} | audit
    assert NAMES.keys() - met == set()


def test_every_layer_is_attacked() -> None:
    assert {one.layer for one in ATTACKS.values()} == set(LAYERS)


def test_the_page_lists_every_attack() -> None:
    """``python tests/attacks/page.py`` writes it."""
    assert PAGE.read_text() == page()
