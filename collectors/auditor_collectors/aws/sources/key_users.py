"""Whose the key of a store is, asked once for each key of a place.

Rules kept here: a key is asked about in its own region; the ARN that answers is the key's, also where the store names
an alias; a key that does not answer (of another account, say) is known by the name that the store states, and nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor_collectors.aws import arns
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import key_pages
from auditor_collectors.aws.told import told

if TYPE_CHECKING:
    from collections.abc import Generator

    from auditor_collectors.aws.seam import Ask, Fact

DESCRIBE_KEY = Operation(
    "kms",
    "DescribeKey",
    ("kms:DescribeKey",),
    per_second=50,
    price_nano_usd=3_000,
    absent_errors=("NotFoundException",),
    hidden=("Description",),
)


@dataclass(frozen=True, slots=True)
class Used:
    """The key of a store: its ARN, or the name that the store states, and whose it is; null where not known."""

    arn: str
    manager: str | None


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that were asked about so far."""

    ask: Ask
    known: dict[tuple[str, Place], Used] = field(default_factory=dict)

    def of(self, key: str, place: Place) -> Generator[Fact, None, Used]:
        """Return the key that a store in ``place`` names ``key``."""
        there = Place(place.account, arns.where(key).region or place.region)
        if (key, there) not in self.known:
            reply = self.ask(DESCRIBE_KEY, there, {"KeyId": key}, subject=key)
            found = (yield from told(reply, key, key_pages.described)).first
            self.known[key, there] = Used(found.arn, found.manager) if found else Used(key, None)
        return self.known[key, there]
