"""Service control policies, and what they leave open of the regions.

Rules kept here: a statement bounds regions when it denies, of every resource, what is asked in a region that is not one
of a list; one that denies only some listed regions leaves every other open and bounds nothing. Calls of Bedrock are
covered when each of ``BEDROCK`` is among what it denies: none is exempt by ``NotAction``, all are named by ``Action``.
A further condition lets some callers through: that is said, not weighed. Of several statements of a policy only what
all of them leave open is open. The region of a call through a global profile is ``unspecified``: it is denied where no
entry of the list matches it, or where a statement denies it by name.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html and
https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor_collectors.aws.sources.members import an_object, within
from auditor_collectors.jsonlines import json_object, member
from auditor_collectors.page_members import entries, name, strings
from auditor_collectors.values import optional, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor_collectors.answers import Answer, Page

KEY = "aws:requestedregion"
UNSPECIFIED = "unspecified"
BEDROCK = (
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:InvokeAgent",
    "bedrock:ApplyGuardrail",
    "bedrock:CreateModelInvocationJob",
    "bedrock:Retrieve",
    "bedrock:RetrieveAndGenerate",
)
LISTED, EXCEPT = ("stringequals", "stringlike"), ("stringnotequals", "stringnotlike")
PREFIXES, SUFFIX = ("foranyvalue:", "forallvalues:"), "ifexists"


class Bound(NamedTuple):
    """What a policy does to the regions; ``exempts``: a further condition lets some callers out of it."""

    allowed: tuple[str, ...]
    covers_bedrock: bool
    denies_unspecified: bool
    exempts: bool


class _Statement(NamedTuple):
    operator: str
    regions: frozenset[str]
    bedrock: bool
    exempts: bool


def policies(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the ids of the policies of an organization."""
    return [member(where, one, "Id", name) for where, one in entries(pages, "Policies")]


def targets(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the ids of what a policy is attached to."""
    return [member(where, one, "TargetId", name) for where, one in entries(pages, "Targets")]


def bounds(_answer: Answer, pages: Sequence[Page]) -> list[Bound]:
    """Return what a policy does to the regions; nothing for one that does not bound them."""
    found = []
    for page in pages:
        policy = member(page.where, page.document, "Policy", an_object)
        content = json_object(f"{page.where}, Content", member(page.where, policy, "Content", text).encode())
        listed = {"Statement": _several(content.get("Statement"))}
        statements = [
            read
            for where, one in within(f"{page.where}, Content", listed, "Statement")
            if one.get("Effect") == "Deny" and "*" in _several(one.get("Resource", "*"))
            for read in _statement(where, one)
        ]
        bounding = [one for one in statements if one.operator in EXCEPT]
        if bounding:
            found.append(_bound(statements, [one for one in bounding if one.bedrock] or bounding))
    return found


def _bound(statements: Sequence[_Statement], bounding: Sequence[_Statement]) -> Bound:
    named = any(
        one.operator in LISTED and one.bedrock and not one.exempts and _matches(UNSPECIFIED, one.regions)
        for one in statements
    )
    return Bound(
        tuple(sorted(frozenset.intersection(*(one.regions for one in bounding)))),
        any(one.bedrock for one in bounding),
        named or any(one.bedrock and not _matches(UNSPECIFIED, one.regions) for one in bounding),
        any(one.exempts for one in bounding),
    )


def _statement(where: str, statement: dict[str, Any]) -> list[_Statement]:
    """Return how a statement that denies speaks of regions; nothing where it does not, or is not understood."""
    conditions = [
        (operator.lower(), key.lower(), member(f"{where}, {operator}", keys, key, _names))
        for operator in member(where, statement, "Condition", optional(an_object)) or {}
        for keys in [member(f"{where}, Condition", statement["Condition"], operator, an_object)]
        for key in keys
    ]
    found = [(_plain(operator), frozenset(regions)) for operator, key, regions in conditions if key == KEY]
    if len(found) != 1 or found[0][0] not in LISTED + EXCEPT:
        return []
    return [_Statement(*found[0], _covers_bedrock(where, statement), len(conditions) > 1)]


def _plain(operator: str) -> str:
    for prefix in PREFIXES:
        operator = operator.removeprefix(prefix)
    return operator.removesuffix(SUFFIX)


def _covers_bedrock(where: str, statement: dict[str, Any]) -> bool:
    exempt = "NotAction" in statement
    patterns = [one.lower() for one in member(where, statement, "NotAction" if exempt else "Action", _names)]
    hit = [any(fnmatchcase(action.lower(), pattern) for pattern in patterns) for action in BEDROCK]
    return not any(hit) if exempt else all(hit)


def _matches(region: str, patterns: frozenset[str]) -> bool:
    return any(fnmatchcase(region, pattern) for pattern in patterns)


def _names(value: Any) -> list[str]:
    return strings([str(one).lower() if isinstance(one, bool) else one for one in _several(value)])


def _several(value: Any) -> list[Any]:
    """Return ``value`` as the list that a policy may write as a single one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
