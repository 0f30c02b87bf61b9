"""Every named attack meets the name that it must; every name of the three tables is met by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from attacks import every
from attacks.registry import ATTACKS, HOLDS, LAYERS, NAMES
from attacks.scene import scene

if TYPE_CHECKING:
    from pathlib import Path

HERE = [name for name, one in ATTACKS.items() if one.act is not None]


@pytest.mark.parametrize("name", HERE)
def test_an_attack_meets_its_name(tmp_path: Path, name: str) -> None:
    attack = ATTACKS[name]
    assert attack.act is not None
    met = attack.act(scene(tmp_path))
    assert (met if isinstance(met, set) else {met}) == {attack.meets}
