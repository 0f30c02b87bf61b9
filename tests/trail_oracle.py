"""awscli as a judge of a signed trail: its objects in an S3 on loopback, CloudTrail's two calls in a stub."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from loopback import Answer, serving_posts
from s3 import CREDENTIALS
from signed_trail import ACCOUNT, BUCKET, HOUR, REGION, START, TRAIL, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signed_trail import SignedTrail

INSTALL = Path(__file__).parents[1] / "tools" / "install-awscli.sh"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{TRAIL}"


class Judgement(NamedTuple):
    code: int
    said: str


def find_awscli() -> str | None:
    """Return the path of aws; None when it is not installed."""
    found = subprocess.run([INSTALL, "--find"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


@contextmanager
def cloudtrail(trail: SignedTrail) -> Iterator[str]:
    """Serve ListPublicKeys and DescribeTrails of ``trail``."""

    def answer(headers: Mapping[str, str], _: bytes) -> Answer:
        calls: dict[str, Any] = {
            "ListPublicKeys": {"PublicKeyList": trail.keys},
            "DescribeTrails": {
                "trailList": [{"TrailARN": ARN, "Name": TRAIL, "S3BucketName": BUCKET, "HomeRegion": REGION}]
            },
        }
        return Answer(
            json.dumps(calls[headers["X-Amz-Target"].rpartition(".")[2]]).encode(), "application/x-amz-json-1.1"
        )

    with serving_posts(answer) as address:
        yield address


def put(trail: SignedTrail, endpoint: str) -> None:
    """Have the bucket hold the objects of ``trail`` and no others."""
    import boto3

    client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION)
    if BUCKET in {one["Name"] for one in client.list_buckets()["Buckets"]}:
        for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            client.delete_object(Bucket=BUCKET, Key=one["Key"])
    else:
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for key, stored in trail.objects.items():
        client.put_object(Bucket=BUCKET, Key=key, Body=stored.content, Metadata=dict(stored.metadata))


def judged(trail: SignedTrail, aws: str, endpoint: str, *, hours: int = 5) -> Judgement:
    """Return what ``aws cloudtrail validate-logs`` says of the trail's hours."""
    put(trail, endpoint)
    with cloudtrail(trail) as address:
        environment = os.environ | CREDENTIALS | {
            "AWS_ENDPOINT_URL_S3": endpoint,
            "AWS_ENDPOINT_URL_CLOUDTRAIL": address,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }  # fmt: skip
        window = [
            "--start-time",
            text(START),
            "--end-time",
            text(START + hours * HOUR),
            "--region",
            REGION,
            "--verbose",
        ]
        done = subprocess.run(
            [aws, "cloudtrail", "validate-logs", "--trail-arn", ARN, *window],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=120,
        )
    return Judgement(done.returncode, done.stdout + done.stderr)
