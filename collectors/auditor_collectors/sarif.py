"""One SARIF 2.1.0 log: its runs, whether each was completed, and how many results of which severity it holds.

Rules kept here: a rule's ``security-severity`` rates its results as GitHub does (critical from 9.0, high from 7.0,
medium from 4.0, low above 0); without one, the result's level as ``auditor.toml`` maps it, and an unmapped one is
unrated; a result that nobody settled (``open``, ``review``) is unrated; suppressed results count; those that are absent
against the baseline, or of another kind than ``fail``, are none. A run is complete when it holds a list of results, at
least one invocation, and every invocation ended well without a notification of level error.
Sources: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html (3.14, 3.20, 3.27, 3.58) and
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.flag_documents import mapping
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.values import boolean, count, instant, one_of, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

VERSION = "2.1.0"
SCORES = ((Decimal(9), "critical"), (Decimal(7), "high"), (Decimal(4), "medium"))
LEVELS = ("none", "note", "warning", "error")
SEVERITIES = ("critical", "high", "medium", "low", "unrated")
UNSETTLED = ("open", "review")
SCORE = re.compile(r"(10|[0-9])(\.[0-9]{1,3})?")
NOTIFICATIONS = ("toolExecutionNotifications", "toolConfigurationNotifications")


def runs_of(name: str, log: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place of each run, for a person, and the run. Raises ``CollectionError`` for another version."""
    member(name, log, "version", partial(one_of, known={VERSION: VERSION}))
    for number, run in enumerate(member(name, log, "runs", listing), start=1):
        yield f"{name}, run {number}", run


def listing(value: Any) -> list[dict[str, Any]]:
    """Return ``value``, which is a list of objects."""
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    raise ValueError("a list of objects")


def level(value: Any) -> str:
    """Return ``value``, which is a level of SARIF."""
    if isinstance(value, str) and value in LEVELS:
        return value
    raise ValueError(f"one of {', '.join(LEVELS)}")


def ended(where: str, run: dict[str, Any]) -> datetime:
    """Return when the last invocation of the run ended."""
    ends = [
        member(f"{where}, invocation {number}", one, "endTimeUtc", instant)
        for number, one in enumerate(_perhaps(where, run, "invocations"), start=1)
    ]
    if not ends:
        raise CollectionError(f"{where}: has no invocation, so nothing tells when it ended", remedy=AGAIN)
    return max(ends)


def complete(where: str, run: dict[str, Any]) -> bool:
    """Say whether the run was completed and states what it found."""
    for number, one in enumerate(_perhaps(where, run, "invocations"), start=1):
        place = f"{where}, invocation {number}"
        told = [one_level for name in NOTIFICATIONS for one_level in _levels(place, one, name)]
        if not member(place, one, "executionSuccessful", boolean) or "error" in told:
            return False
    return run.get("results") is not None


def commits(where: str, run: dict[str, Any]) -> list[str]:
    """Return the commits that the run's version control details state."""
    details = _perhaps(where, run, "versionControlProvenance")
    return sorted({member(where, one, "revisionId", text) for one in details if "revisionId" in one})


def counted(where: str, run: dict[str, Any], levels: Mapping[str, str]) -> dict[str, int]:
    """Return the number of results of each severity; ``levels`` rates those whose rule has no security severity."""
    rules = _Rules(where, run)
    found = Counter(dict.fromkeys(SEVERITIES, 0))
    for number, result in enumerate(_perhaps(where, run, "results"), start=1):
        place = f"{where}, result {number}"
        kind = member(place, result, "kind", optional(text)) or "fail"
        if result.get("baselineState") == "absent" or kind not in {"fail", *UNSETTLED}:
            continue
        found["unrated" if kind in UNSETTLED else rules.severity(place, result, levels)] += 1
    return dict(found)


class _Rules:
    """The rules of a run's tool, by their place and by their id."""

    def __init__(self, where: str, run: dict[str, Any]) -> None:
        tool = member(where, run, "tool", mapping)
        self._driver = _perhaps(where, member(where, tool, "driver", mapping), "rules")
        self._extensions = [_perhaps(where, one, "rules") for one in _perhaps(where, tool, "extensions")]
        self._by_id: dict[str, dict[str, Any]] = {}
        for rule in (one for group in (*self._extensions[::-1], self._driver) for one in group):
            self._by_id[member(where, rule, "id", text)] = rule

    def severity(self, where: str, result: dict[str, Any], levels: Mapping[str, str]) -> str:
        """Return the severity of ``result``."""
        rule = self._rule(where, result)
        scores = (_object(where, one, "properties").get("security-severity") for one in (result, rule))
        score = next((one for one in scores if one is not None), None)
        if score is not None:
            return _rated(where, score)
        default = member(where, _object(where, rule, "defaultConfiguration"), "level", optional(level))
        stated = member(where, result, "level", optional(level)) or default or "warning"
        return levels.get(stated, "unrated")

    def _rule(self, where: str, result: dict[str, Any]) -> dict[str, Any]:
        """Return the rule that ``result`` names by its place or its id; an empty one where it is not described."""
        reference = _object(where, result, "rule")
        component = _object(where, reference, "toolComponent").get("index")
        index = reference.get("index", result.get("ruleIndex"))
        group = self._driver if component is None else self._at(where, self._extensions, component)
        if index is not None and index != -1:
            rule: dict[str, Any] = self._at(where, group, index)
            return rule
        named = reference.get("id") or result.get("ruleId") or ""
        # 3.52.4: a result may name a sub-rule: the id of its rule, a slash and more.
        parts = str(named).split("/")
        names = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((self._by_id[one] for one in names if one in self._by_id), {})

    def _at(self, where: str, group: list[Any], index: Any) -> Any:
        try:
            return group[count(index)]
        except (ValueError, IndexError) as error:
            raise CollectionError(f"{where}: names rule {index!r}, of which there is none", remedy=AGAIN) from error


def _rated(where: str, score: Any) -> str:
    """Return the severity of a score from 0.0 to 10.0, which SARIF's properties give as text."""
    if not isinstance(score, str) or not SCORE.fullmatch(score) or Decimal(score) > 10:  # noqa: PLR2004 - of CVSS
        raise CollectionError(
            f"{where}: security-severity {str(score)[:20]!r}, expected the text of a number from 0.0 to 10.0",
            remedy=AGAIN,
        )
    number = Decimal(score)
    return next((severity for least, severity in SCORES if number >= least), "low")


def _perhaps(where: str, owner: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return member(where, owner, name, optional(listing)) or []


def _object(where: str, owner: dict[str, Any], name: str) -> dict[str, Any]:
    return member(where, owner, name, optional(mapping)) or {}


def _levels(where: str, invocation: dict[str, Any], name: str) -> list[str]:
    return [member(where, one, "level", optional(level)) or "warning" for one in _perhaps(where, invocation, name)]
