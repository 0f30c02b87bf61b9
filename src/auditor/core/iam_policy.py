"""The IAM policy that grants what the installed sources of AWS ask, and nothing else.

Rules kept here: it is made of what the sources declare, so it never grants a call that none makes; an action stays on
the resources to which its call narrows it, decryption on the way out of S3; whatever else is attached to the role, it
invokes no model, reads no secret and writes nothing; a policy stays below the size of a managed one, so there may be
several. Names in ``${...}`` are filled in by whoever installs it.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (white space is not counted)
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHARACTERS = 6144
EVERYTHING = ("*",)
DECRYPT = "kms:Decrypt"
KEYS = ("arn:aws:kms:*:*:key/${LOG_KEY}",)
VIA_S3 = {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}
NEVER = {
    "Sid": "NeverInvokeReadSecretsOrWrite",
    "Effect": "Deny",
    "Action": [
        "bedrock:Converse*",
        "bedrock:Invoke*",
        "s3:DeleteObject*",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
    ],
    "Resource": "*",
}


def iam_policies(permissions: Iterable[tuple[str, tuple[str, ...]]]) -> list[dict[str, Any]]:
    """Return the policies that grant ``permissions`` (an action, and the resources that it is needed on)."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for action, resources in permissions:
        found[KEYS if action == DECRYPT else resources].add(action)
    everywhere = found.pop(EVERYTHING, set())
    narrowed = {resources: actions - everywhere for resources, actions in found.items()}
    parts = [_allow("Metadata", sorted(everywhere), EVERYTHING)] if everywhere else []
    parts += [
        _allow(f"Narrowed{number}", sorted(actions), resources)
        for number, (resources, actions) in enumerate(sorted(narrowed.items()), start=1)
        if actions
    ]
    return _packed(parts)


def size(policy: dict[str, Any]) -> int:
    """Return how many characters of ``policy`` count."""
    return len(json.dumps(policy, separators=(",", ":")))


def _allow(sid: str, actions: list[str], resources: tuple[str, ...]) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources[0] if len(resources) == 1 else sorted(resources),
    }
    return statement | ({"Condition": VIA_S3} if resources == KEYS else {})


def _packed(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return policies of ``parts``, each below the limit and each with what is never granted."""
    policies: list[list[dict[str, Any]]] = []
    for part in _cut(parts):
        if not policies or size(_policy([*policies[-1], part])) > MOST_CHARACTERS:
            policies.append([])
        policies[-1].append(part)
    return [_policy(one) for one in policies]


def _cut(parts: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield the parts, one that is too large by itself in halves."""
    for part in parts:
        if size(_policy([part])) <= MOST_CHARACTERS:
            yield part
            continue
        actions, middle = part["Action"], len(part["Action"]) // 2
        if not middle:
            raise UsageError("a permission has more resources than a policy may name", remedy="name fewer resources")
        halves = [part | {"Sid": f"{part['Sid']}{letter}"} for letter in "AB"]
        yield from _cut([halves[0] | {"Action": actions[:middle]}, halves[1] | {"Action": actions[middle:]}])


def _policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [*statements, NEVER]}
