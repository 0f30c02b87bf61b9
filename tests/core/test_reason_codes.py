"""The closed list of reasons: every code once, every one used by something that decides."""

from __future__ import annotations

from pathlib import Path

from auditor.core.reason_codes import FAMILIES, SENTENCES

ROOT = Path(__file__).parents[2]


def test_each_code_stands_in_one_family() -> None:
    assert sum(len(family.SENTENCES) for family in FAMILIES) == len(SENTENCES)


def test_each_code_is_said_by_a_policy_or_by_the_program() -> None:
    said = "".join(
        path.read_text() for path in (ROOT / "policies").rglob("*.rego") if not path.name.endswith("_test.rego")
    )
    said += "".join(
        path.read_text() for path in (ROOT / "src" / "auditor").rglob("*.py") if "reason_codes" not in path.parts
    )
    assert [code for code in SENTENCES if f'"{code}"' not in said] == []
