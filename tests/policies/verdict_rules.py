"""Every rule of what a verdict means, by section; and docs/quality/verdict-rules.md, which this writes."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from policies.rules_of_gates import GATES  # noqa: E402 - run as a script too
from policies.rules_of_time import TIME  # noqa: E402
from policies.rules_of_verdicts import COMPARISONS, PERCENTILES, SAMPLES, VERDICTS  # noqa: E402

PAGE = ROOT / "docs" / "quality" / "verdict-rules.md"
SECTIONS = {
    "Verdicts": VERDICTS,
    "Exact comparisons": COMPARISONS,
    "Time, and what is unknown": TIME,
    "Percentiles": PERCENTILES,
    "Samples": SAMPLES,
    "Gates and triggers": GATES,
}
HEAD = """# What a verdict means, rule by rule

Made by `python tests/policies/verdict_rules.py`; do not edit. Each rule stands with the cases that hold it, among
others. A case of a control is a line of its `.cases.jsonl` under `policies/controls`, and runs through DuckDB and both
policy engines (`auditor policy test policies`, and `tests/policies/test_cases.py`); the others are tests of Python or
Rego. What is not kept, or not wholly, is said in *italics*.

{count} rules, {cases} cases.
"""


def page() -> str:
    """Return the page."""
    rules = [one for section in SECTIONS.values() for one in section]
    cases = {case for one in rules for case in one.cases}
    parts = [HEAD.format(count=len(rules), cases=len(cases))]
    for title, section in SECTIONS.items():
        parts.append(f"\n## {title}\n")
        for one in section:
            lacking = f" *{one.lacking}*" if one.lacking else ""
            parts.append(f"\n{one.words[0].upper()}{one.words[1:]}.{lacking}\n")
            parts += ["\n", *(f"- {_shown(case)}\n" for case in one.cases)] if one.cases else []
    return "".join(parts)


def _shown(case: str) -> str:
    if "::" in case:
        return f"`{case}`"
    control, name = case.split(": ", 1)
    return f"`{control}`: {name}"


if __name__ == "__main__":
    PAGE.write_text(page())
