"""The IAM policy: what is asked for is granted where it is needed, and split where it does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.core.iam_policy import KEYS, MOST_CHARACTERS, NEVER, VIA_S3, iam_policies, size
from auditor.errors import UsageError

EVERYWHERE = ("*",)


def allowed(policies: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return each action with the resource that it is granted on."""
    return {
        (action, resource)
        for policy in policies
        for one in policy["Statement"]
        if one["Effect"] == "Allow"
        for action in one["Action"]
        for resource in ([one["Resource"]] if isinstance(one["Resource"], str) else one["Resource"])
    }


def test_an_action_is_granted_where_it_is_needed_and_nowhere_else() -> None:
    asked = [("kms:ListKeys", EVERYWHERE), ("s3:GetObject", ("arn:b/*", "arn:a/*"))]
    assert allowed(iam_policies(asked)) == {
        ("kms:ListKeys", "*"),
        ("s3:GetObject", "arn:a/*"),
        ("s3:GetObject", "arn:b/*"),
    }


def test_what_is_granted_everywhere_is_not_granted_again_on_some_resources() -> None:
    asked = [("s3:GetObject", EVERYWHERE), ("s3:GetObject", ("arn:a/*",)), ("s3:ListBucket", ("arn:a",))]
    (policy,) = iam_policies(asked)
    assert allowed([policy]) == {("s3:GetObject", "*"), ("s3:ListBucket", "arn:a")}


def test_decryption_is_granted_on_the_way_out_of_s3_whatever_it_is_asked_for() -> None:
    (policy,) = iam_policies([("kms:Decrypt", EVERYWHERE)])
    (decrypt, never) = policy["Statement"]
    assert (decrypt["Resource"], decrypt["Condition"], never) == (KEYS[0], VIA_S3, NEVER)


def test_every_policy_denies_what_is_never_granted_and_fits() -> None:
    asked = [(f"service{number}:DescribeSomethingOrOther", EVERYWHERE) for number in range(500)]
    asked += [(f"other{number}:GetIt", (f"arn:aws:other:::{number}",)) for number in range(60)]
    policies = iam_policies(asked)
    assert len(policies) > 2
    assert all(size(one) <= MOST_CHARACTERS and one["Statement"][-1] == NEVER for one in policies)
    assert allowed(policies) == {(action, resource) for action, (resource,) in asked}


def test_white_space_does_not_count() -> None:
    assert size({"a": [1, 2]}) == len('{"a":[1,2]}')


def test_one_action_on_more_resources_than_fit_is_refused() -> None:
    resources = tuple(f"arn:aws:s3:::a-bucket-with-a-rather-long-name-{number}" for number in range(200))
    with pytest.raises(UsageError, match="a permission has more resources than a policy may name"):
        iam_policies([("s3:GetObject", resources)])
