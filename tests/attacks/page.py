"""Writes docs/quality/attacks.md: every attack, its layer, and what meets it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "quality" / "attacks.md"
HEAD = """# Attacks

Made by `python tests/attacks/page.py`; do not edit. Each attack below is a test. It meets the name beside it, which
[refusals.md](../refusals.md) explains: a refusal, a reason against admission, or a reason for which a statement does
not count. *{holds}* marks what must hold in spite of the attack; *audit* is a finding of `auditor archive audit`.

{count} attacks, {here} of them on a whole company with keys, clock, ledger and people.
"""


def page() -> str:
    """Return the page."""
    from attacks import every
    from attacks.registry import ATTACKS, HOLDS, LAYERS

    assert every
    here = sum(one.act is not None for one in ATTACKS.values())
    parts = [HEAD.format(holds=HOLDS, count=len(ATTACKS), here=here)]
    for layer in LAYERS:
        rows = [
            f"| {one.name.replace('|', ' ')} | {_met(one.meets)} | `{one.where.removeprefix('tests/')}` |"
            for one in ATTACKS.values()
            if one.layer == layer
        ]
        title = layer.replace("_", "-").capitalize()
        parts.append(
            f"\n## {title}\n\n| attack | meets | where, under tests |\n|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "".join(parts)


def _met(name: str) -> str:
    return f"`{name}`" if "-" in name else f"*{name}*"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    PAGE.write_text(page())
