"""Keys of KMS: whose each is, where its material comes from, whether it is rotated, and in which regions it also is.

Rules kept here: every key of a region is listed, also those that AWS manages; rotation is asked only of what can be
rotated by itself: an enabled symmetric key of the customer whose material KMS made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import key_pages
from auditor_collectors.aws.sources.key_users import DESCRIBE_KEY
from auditor_collectors.aws.sources.stores import NoOptions, link, protection, resource
from auditor_collectors.aws.told import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer
    from auditor_collectors.aws.seam import Ask, Fact

LIST_KEYS = Operation("kms", "ListKeys", ("kms:ListKeys",), price_nano_usd=3_000)
ROTATION = Operation(
    "kms",
    "GetKeyRotationStatus",
    ("kms:GetKeyRotationStatus",),
    per_second=50,
    price_nano_usd=3_000,
    absent_errors=("NotFoundException", "UnsupportedOperationException"),
)

EXAMPLE = """\
# Keys of KMS, their copies in other regions, whose they are, and whether they are rotated.
[sources.aws_keys]
kind = "aws_keys"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"
"""


class KeysSource:
    """Asks each region for its keys."""

    operations: tuple[Operation, ...] = (LIST_KEYS, DESCRIBE_KEY, ROTATION)
    options: type[BaseModel] = NoOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, _options: Any, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the keys of a region."""
        listed = yield from told(ask(LIST_KEYS, place), "", key_pages.keys)
        for arn in listed.records:
            yield resource(listed.answer, arn, "AWS::KMS::Key", "key", place)
            reply = ask(DESCRIBE_KEY, place, {"KeyId": arn}, subject=arn)
            described = yield from told(reply, arn, key_pages.described)
            if described.first is not None:
                yield from _described(described.answer, described.first, ask, place)


def _described(answer: Answer, key: key_pages.Key, ask: Ask, place: Place) -> Iterator[Fact]:
    rotated = None
    if (key.manager, key.state, key.origin) == ("customer", "Enabled", "AWS_KMS") and key.symmetric:
        reply = ask(ROTATION, place, {"KeyId": key.arn}, subject=key.arn)
        rotated = (yield from told(reply, key.arn, key_pages.rotation)).first
    yield protection(answer, key.arn, key_manager=key.manager, rotated=rotated, origin=key.origin, state=key.state)
    for other in key.elsewhere:
        yield link(answer, key.arn, "key_replica", other)


class KeysCollector(AwsCollector):
    """Collects keys of KMS."""

    source = KeysSource()
