"""Whatever bytes a reader is given, it refuses them by name or reads exactly what was written: the laws of ``fuzz``.

Hypothesis looks here for a little while, and under ``HYPOTHESIS_PROFILE=thorough`` for long; ``make fuzz`` has atheris
look with the coverage of the code as its guide. What either has found lies in ``fuzz/corpus`` and is tried each time.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from fuzz.signed import make_targets
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from random import Random

    from fuzz.targets import Target

CORPUS = Path(__file__).parents[2] / "fuzz" / "corpus"
NAMES = (
    "strict_json",
    "envelope",
    "tables",
    "manifest",
    "container",
    "leaf",
    "checkpoint",
    "proof",
    "trust",
    "trust_policy",
    "token",
    "statement",
)


@cache
def targets() -> dict[str, Target]:
    return make_targets(Path(mkdtemp(prefix="auditor-tests-fuzz-")))


def test_every_target_is_named_here() -> None:
    assert tuple(targets()) != ()
    assert set(targets()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_our_own_writers_write_is_read(name: str) -> None:
    accepted = [targets()[name].check(seed) for seed in targets()[name].seeds]
    assert any(accepted)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), chance=st.randoms(use_true_random=False))
def test_changed_bytes_are_refused_by_name_or_mean_what_they_say(
    name: str, data: st.DataObject, chance: Random
) -> None:
    target = targets()[name]
    seed = data.draw(st.sampled_from(target.seeds))
    target.check(data.draw(st.sampled_from(target.changes))(seed, chance))


@pytest.mark.parametrize("name", NAMES)
@given(content=st.binary(max_size=600))
def test_any_bytes_are_refused_by_name_or_mean_what_they_say(name: str, content: bytes) -> None:
    targets()[name].check(content)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_before_stays_found(path: Path) -> None:
    targets()[path.parent.name].check(path.read_bytes())
