"""The named attacks: what somebody tries, on which layer, and the name that it must meet.

An attack is a function that is given a ``Scene``, tries, and returns what it met: the name of a refusal, of a reason
against admission, of a reason for which a statement does not count, or ``HOLDS`` when what must hold held. Attacks that
are tables or tests of one module elsewhere are taken from there (``attacks.elsewhere``), not repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.core.admission import NOT_ADMITTED
from auditor.core.evidence import NOT_COUNTED
from auditor.core.refusals import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from attacks.scene import Scene

LAYERS = (
    "payload", "manifest", "signature", "crypto", "trust", "sign_off", "time", "sequence", "container", "parser",
    "semantics", "archive",
)  # fmt: skip
NAMES = REFUSALS | NOT_ADMITTED | NOT_COUNTED
HOLDS = "nothing is gained"


@dataclass(frozen=True, slots=True)
class Attack:
    """``act`` is None for what is tried elsewhere; ``where`` says in which file, and test."""

    layer: str
    name: str
    meets: str
    where: str
    act: Callable[[Scene], Any] | None = None


ATTACKS: dict[str, Attack] = {}


def record(attack: Attack) -> None:
    """Add an attack; none is there twice."""
    if attack.layer not in LAYERS or attack.name in ATTACKS:
        raise ValueError(f"{attack.layer}: {attack.name}")
    ATTACKS[attack.name] = attack


def attack(layer: str, name: str, meets: str) -> Callable[[Callable[[Scene], Any]], Callable[[Scene], Any]]:
    """Register the function as an attack on ``layer`` that must meet ``meets``."""

    def register(act: Callable[[Scene], Any]) -> Callable[[Scene], Any]:
        record(Attack(layer, name, meets, f"tests/attacks/{layer}.py", act))
        return act

    return register
