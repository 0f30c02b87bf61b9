"""What the formats that machines read are made from: a decided run, and its findings in words.

Rules kept here: every finding is in every format, the passing ones too; an inconclusive finding is never shown as less
than a warning, so that a consumer which only knows "problem" and "no problem" does not take silence for a pass; the
words are those of ``auditor.core.reasons``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.core.reasons import sentence
from auditor.core.summary import ControlWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.adapters.policies.pack import Pack

# The verdicts that are a problem to whoever gates on them.
PROBLEMS = ("fail", "inconclusive")


@dataclass(frozen=True, slots=True)
class Run:
    """One decided run: ``document`` is ``decisions.json``, ``bundle`` the name of its sealed bundle."""

    document: dict[str, Any]
    pack: Pack
    words: Mapping[str, ControlWords]
    bundle: str


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as a machine's user reads it; ``file`` is the policy that decided, relative to the pack."""

    line: str
    title: str
    checklist: tuple[str, ...]
    control: str
    severity: str
    resource: str
    verdict: str
    reason: str
    said: str
    members: int
    window: tuple[str, str] | None
    file: str
    fingerprint: str


def findings(run: Run) -> Iterator[Found]:
    """Yield every finding of the run, in the order of ``decisions.json``.

    Raises ``ControlError`` for a control that the pack does not have.
    """
    lines = {line["line"]: line for line in run.document["lines"]}
    for one in run.document["findings"]:
        control = run.pack.control(one["control"], f"{run.bundle}: its decisions")
        unit = run.words.get(one["control"], ControlWords()).unit
        line = lines[one["line"]]
        window = one["window"]
        yield Found(
            one["line"],
            line["title"],
            tuple(line["checklist"]),
            one["control"],
            control.metadata.severity,
            one["resource"],
            one["verdict"],
            one["reason"],
            sentence(one["reason"], one["observed"], one["limit"], unit),
            one["members"],
            (window["start"], window["end"]) if window else None,
            control.sql_path.removesuffix(".sql") + ".rego",
            fingerprint(run.document["profile"]["id"], one),
        )


def fingerprint(profile: str, finding: Mapping[str, Any]) -> str:
    """Return what stays the same of a finding from run to run: SHA-256 of profile, line, control and resource."""
    parts = (profile, finding["line"], finding["control"], finding["resource"])
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def shown(one: Found) -> str:
    """Return a finding in one line of text."""
    undecided = "inconclusive, which is not a pass: " if one.verdict == "inconclusive" else ""
    return f"{one.title}: {undecided}{one.resource}: {one.said}"
