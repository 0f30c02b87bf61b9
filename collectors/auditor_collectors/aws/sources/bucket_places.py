"""Where a bucket lies that another resource names: by the listing of its account, else as S3 says, asked once.

Rules kept here: S3 tells only the bucket's own account (and whom its policy allows); without an answer the region is
not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor_collectors.aws import arns
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.sources import bucket_pages
from auditor_collectors.aws.told import told

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

GET_LOCATION = Operation(
    "s3", "GetBucketLocation", ("s3:GetBucketLocation",), price_nano_usd=430, absent_errors=("NoSuchBucket",)
)


@dataclass(frozen=True, slots=True)
class BucketPlaces:
    """Asks from ``place``; ``own`` are the buckets of its account, as far as they are known, with their regions."""

    ask: Ask
    place: Place
    own: Mapping[str, str | None] = field(default_factory=dict)
    asked: dict[str, str | None] = field(default_factory=dict)

    def where(self, bucket: str, account: str | None = None) -> Generator[Fact, None, arns.Where]:
        """Return where ``bucket`` lies, which is said to be of ``account``."""
        if bucket in self.own:
            return arns.Where(self.place.account, self.own[bucket])
        return arns.Where(account, (yield from self.region(bucket)))

    def region(self, bucket: str) -> Generator[Fact, None, str | None]:
        """Return the region that S3 says ``bucket`` is in; None where it doesn't say."""
        if bucket not in self.asked:
            subject = arns.bucket_arn(bucket, self.place.region)
            reply = self.ask(GET_LOCATION, self.place, {"Bucket": bucket}, subject=subject)
            self.asked[bucket] = (yield from told(reply, subject, bucket_pages.location)).first
        return self.asked[bucket]
