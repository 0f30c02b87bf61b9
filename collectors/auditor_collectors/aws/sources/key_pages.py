"""Pages of KMS: the keys of a region, what each is, and whether it is rotated.

Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.aws.sources.members import an_object, within
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, name, one_of
from auditor_collectors.values import boolean, optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor_collectors.answers import Answer, Page

MANAGERS = {"AWS": "aws_managed", "CUSTOMER": "customer"}


class Key(NamedTuple):
    """A key: whose it is, where its material comes from, and the ARNs of the same key in other regions."""

    arn: str
    manager: str
    origin: str
    state: str
    symmetric: bool
    elsewhere: tuple[str, ...]


def keys(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the ARNs of the keys of a region."""
    return [member(where, one, "KeyArn", name) for where, one in entries(pages, "Keys")]


def described(_answer: Answer, pages: Sequence[Page]) -> list[Key]:
    """Return what a key is."""
    found = []
    for page in pages:
        where = f"{page.where}, KeyMetadata"
        stated = member(page.where, page.document, "KeyMetadata", an_object)
        arn = member(where, stated, "Arn", name)
        several = member(where, stated, "MultiRegionConfiguration", optional(an_object)) or {}
        primary = member(where, several, "PrimaryKey", optional(an_object))
        others = [(where, primary)] if primary else []
        arns = [member(at, one, "Arn", name) for at, one in [*others, *within(where, several, "ReplicaKeys")]]
        found.append(
            Key(
                arn,
                MANAGERS[member(where, stated, "KeyManager", one_of(*MANAGERS))],
                member(where, stated, "Origin", name),
                member(where, stated, "KeyState", name),
                member(where, stated, "KeySpec", optional(name)) == "SYMMETRIC_DEFAULT",
                tuple(sorted({one for one in arns if one != arn})),
            )
        )
    return found


def rotation(_answer: Answer, pages: Sequence[Page]) -> list[bool]:
    """Return whether a key is rotated by itself."""
    return [member(page.where, page.document, "KeyRotationEnabled", boolean) for page in pages]
