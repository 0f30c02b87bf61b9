"""CloudTrail's log files and digests from the bucket of a trail, and the public keys of each region.

Rules kept here: only log files that a valid digest lists are read, as from files (``trail_folder``); the keys are asked
of CloudTrail in the digests' own region; a digest or log that is listed and refused is unread, which is not gone; where
a listing was refused nothing of its place is judged; an object of no name that CloudTrail gives is not fetched. Objects
go to files beside the recording's pages, and are not fetched again when the collection is taken up again.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor_collectors import digest_document, digest_logs
from auditor_collectors.aws import status
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.options import Account, Region  # noqa: TC001 - pydantic reads them
from auditor_collectors.batches import rows
from auditor_collectors.cloudtrail import proven
from auditor_collectors.digest_document import named
from auditor_collectors.digest_signature import PublicKey, read_keys
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries
from auditor_collectors.trail_folder import Anchor, Held, Objects, anchors_of
from auditor_collectors.values import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.collector import Batch, CollectContext
    from auditor_collectors.answers import Page
    from auditor_collectors.aws.seam import Ask, Fact, Reply
    from auditor_collectors.trail_folder import Proof

BUCKET = ("arn:aws:s3:::${TRAIL_BUCKET}",)
LIST = Operation("s3", "ListObjectsV2", ("s3:ListBucket",), BUCKET, hidden=("Owner", "ETag", "StorageClass"))
GET = Operation("s3", "GetObject", ("s3:GetObject", "kms:Decrypt"), ("arn:aws:s3:::${TRAIL_BUCKET}/*",), body="Body")
KEYS = Operation("cloudtrail", "ListPublicKeys", ("cloudtrail:ListPublicKeys",), per_second=10)
EARLIER, LATER = timedelta(hours=2), timedelta(hours=2)
AT_ONCE = 4
# Of a place without digests, and of one that only holds the bucket.
UNPROVEN = {"pages": 0, "records": 0, "duplicates": 0, "available_at": None, "status": "partial", "detail": "no digest"}
ELSEWHERE = UNPROVEN | {"status": "ok", "detail": None}

EXAMPLE = """\
# Log files and digests from a trail's bucket: only log files that a valid digest lists are read.
[sources.aws_trail_logs]
kind = "aws_trail_logs"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = "enabled"
bucket = "company-trail"
bucket_region = "eu-central-1"
hours = 26                               # how far back digests are read
anchors = []       # of an earlier run's trail_chains: [{ digest = "tail_digest", sha256 = "tail" }]
"""


class TrailLogsOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_trail_logs"``.

    ``bucket_account`` is the account whose role reads the bucket; without it, each account's own reads it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bucket: Annotated[str, Field(min_length=3)]
    bucket_region: Region
    bucket_account: Account | None = None
    prefix: str = ""
    organization_id: Annotated[str, Field(pattern=r"^o-[a-z0-9]+$")] | None = None
    hours: Annotated[int, Field(ge=1, le=24 * 400)] = 26
    anchors: list[Anchor] = Field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """What the places gave: objects, keys by region, and the places of which everything was listed."""

    objects: Objects
    keys: dict[str, list[list[Page]]] = field(default_factory=lambda: defaultdict(list))
    listed: set[Place] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def prove(self, anchors: Iterable[Anchor]) -> Proof:
        """Return what the digests prove."""
        keys: dict[str, list[PublicKey]] = {region: read_keys(*answers) for region, answers in self.keys.items()}
        declared = anchors_of(list(anchors))
        seen = {
            name: found if Place(name.account, name.region) in self.listed else None for name, found in declared.items()
        }
        return self.objects.prove(keys, seen, "asked")


class TrailLogsSource:
    """Lists and gets the digests and logs of each account and region."""

    operations: tuple[Operation, ...] = (LIST, GET, KEYS)
    options: type[BaseModel] = TrailLogsOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: Any, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Gather the objects of ``place``; they are judged together, so no row comes of one place alone."""
        gathered: Gathered = context.shared[_key(context)]
        _Place(options, ask, place, context.collected_at, gathered).gather()
        yield from ()


class _Place:
    """One account and region."""

    def __init__(self, options: TrailLogsOptions, ask: Ask, place: Place, until: datetime, gathered: Gathered) -> None:
        self._options = options
        self._ask = ask
        self._place = place
        self._since, self._until = until - timedelta(hours=options.hours), until
        self._at = Place(options.bucket_account or place.account, options.bucket_region)
        self._gathered = gathered

    def gather(self) -> None:
        """List, get, and hand over."""
        window = {"StartTime": self._since - EARLIER, "EndTime": self._until + LATER}
        keys = list(self._ask(KEYS, self._place, window).pages)
        digests, logs = self._keys("CloudTrail-Digest"), self._keys("CloudTrail")
        with self._gathered.lock:
            self._gathered.keys[self._place.region] += [keys] if keys else []
        if digests is None:
            return
        chains = {key: name[0] for key in sorted(digests) if (name := named(key)) is not None}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            held = dict(zip(chains, pool.map(self._held, chains), strict=True))
            listed = {key for one in held.values() for key in self._listed(one)}
            fetched = sorted(listed & logs) if logs is not None else []
            held_logs = dict(zip(fetched, pool.map(self._held, fetched), strict=True))
        present = listed if logs is None else logs  # without a listing nobody can say that one is gone
        with self._gathered.lock:
            for key, chain in chains.items():
                self._gathered.objects.add_digest(chain, key, held[key])
            for key in present | (digests - chains.keys()):
                self._gathered.objects.add_log(key, held_logs.get(key) or Held(None, key))
            self._gathered.listed.add(self._place)

    def _keys(self, kind: str) -> set[str] | None:
        """Return the object keys of ``kind`` of the time that is asked for; None where they were not all listed."""
        parts = [self._options.prefix, "AWSLogs", self._options.organization_id or "", self._place.account, kind]
        folder = "/".join([*filter(None, parts), self._place.region])
        found: set[str] = set()
        first = (self._since - EARLIER).date()
        for number in range((self._until.date() - first).days + 1):
            prefix = f"{folder}/{first + timedelta(days=number):%Y/%m/%d}/"
            reply = self._ask(LIST, self._at, {"Bucket": self._options.bucket, "Prefix": prefix}, subject=prefix)
            if reply.answer.status != "ok":
                return None
            for where, one in entries(list(reply.pages), "Contents", required=False):
                found.add(member(where, one, "Key", text))
        return {key for key in found if self._in_time(key)}

    def _in_time(self, key: str) -> bool:
        """Say whether an object may be of the time that is asked for; one of no known time may."""
        log = digest_logs.named(key)
        if log is not None:
            return self._since - EARLIER <= log.delivered <= self._until
        ended = digest_document.ended(key)
        return ended is None or self._since <= ended <= self._until

    def _held(self, key: str) -> Held:
        reply = self._ask(GET, self._at, {"Bucket": self._options.bucket, "Key": key}, subject=key)
        return _held(reply, key)

    def _listed(self, held: Held) -> Iterator[str]:
        """Yield the keys of the logs that a digest lists, valid or not."""
        if held.path is None:
            return
        try:
            digest = digest_document.read(held.path.read_bytes())
        except digest_document.Unreadable:
            return
        yield from (log.key for log in digest.logs if log.bucket == self._options.bucket)


def _held(reply: Reply, key: str) -> Held:
    for page in reply.pages:
        found = page.document.get("Metadata", {})
        metadata = {name: member(f"{page.where}, Metadata", found, name, text) for name in found}
        return Held(reply.body(page, GET.body), key, metadata)
    return Held(None, key)


class TrailLogsCollector(AwsCollector):
    """Collects CloudTrail's log files as far as its digests prove them."""

    source = TrailLogsSource()

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield what the digests of all places prove, the events of the logs that they prove, and coverage."""
        own = {key: value for key, value in options.items() if key in TrailLogsOptions.model_fields}
        wanted = TrailLogsOptions.model_validate(own)
        gathered = context.shared[_key(context)] = Gathered(Objects(wanted.bucket, context.progress))
        told = [row for batch in super().collect(options, context) for row in batch.rows.to_pylist()]
        cells: dict[tuple[str, str], dict[str, Any]] = {}
        for batch in proven(gathered.prove(wanted.anchors), context):
            if batch.table == "coverage":
                cells = {(row["account"], row["region"]): row for row in batch.rows.to_pylist()}
            else:
                yield batch
        yield rows("coverage", list(_merged(told, cells)))


def _merged(told: list[dict[str, Any]], cells: dict[tuple[str, str], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the coverage of the calls, each cell with what was read of it and what its digests prove.

    A place whose keys were asked for, and of which no digest is there, was not read in full, however it was answered.
    """
    total = sum(cell["records"] for cell in cells.values())
    asked = {(row["account"], row["region"]) for row in told if row["call"] == KEYS.name}
    left = dict(cells)
    for row in told:
        if row["call"] != "read_files":
            yield row
        elif not row["account"]:
            yield row | {"records": total}
        else:
            place = row["account"], row["region"]
            yield row | _told(row, left.pop(place, UNPROVEN if place in asked else ELSEWHERE))
    yield from left.values()


def _told(row: dict[str, Any], cell: dict[str, Any]) -> dict[str, Any]:
    kept = {name: cell[name] for name in ("pages", "records", "duplicates", "available_at")}
    detail = "; ".join(one for one in (row["detail"], cell["detail"]) if one) or None
    return kept | {"status": status.worst([row["status"], cell["status"]]), "detail": detail}


def _key(context: CollectContext) -> tuple[str, str]:
    return "aws trail logs", context.source
