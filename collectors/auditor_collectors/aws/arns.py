"""Amazon resource names taken apart, and put together where an answer gives only a name.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.inventory import ARN

if TYPE_CHECKING:
    from auditor_collectors.aws.operation import Place

PARTITIONS = {
    "cn-": "aws-cn",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
}


class Where(NamedTuple):
    """The account and region of an ARN: empty where it has none, null where the text is no ARN."""

    account: str | None
    region: str | None


def where(arn: str) -> Where:
    """Return where what ``arn`` names lies."""
    found = ARN.fullmatch(arn)
    return Where(found["account"] or None, found["region"]) if found else Where(None, None)


def service_of(arn: str) -> str:
    """Return the service of ``arn``; empty where the text is no ARN."""
    found = ARN.fullmatch(arn)
    return found["service"] if found else ""


def partition_of(region: str) -> str:
    """Return the partition of ``region``."""
    return next((partition for start, partition in PARTITIONS.items() if region.startswith(start)), "aws")


def local(service: str, place: Place, resource: str) -> str:
    """Return the ARN of ``resource`` of ``service`` in ``place``."""
    return f"arn:{partition_of(place.region)}:{service}:{place.region}:{place.account}:{resource}"


def bucket_arn(bucket: str, region: str) -> str:
    """Return the ARN of a bucket of S3 in the partition of ``region``."""
    return f"arn:{partition_of(region)}:s3:::{bucket}"
