"""The digests of one trail about one region, judged together: bytes in, facts out; it knows no file and no S3.

Rules kept here: a digest is valid only where its signature is (``digest_signature``) and it lies where it says; the
digest before it is the very file that it names, in hash and in signature, and no other digest follows that one too;
where there is no digest before it though older ones are here, the chain was started again; a digest whose metadata
nobody kept is verified by the signature that its successor states (a signature proves itself, whoever states it), the
newest one by nothing; a chain is anchored where a declared digest is in it, or is what its first digest continues. Time
that no valid digest covers is a gap; a backfill digest covers its own period, and follows other backfill digests only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from auditor_collectors.digest_document import Unreadable, named, read
from auditor_collectors.digest_signature import problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from auditor_collectors.digest_document import Digest, DigestObject
    from auditor_collectors.digest_signature import PublicKey

UNREAD = "unread"
UNVERIFIED = frozenset({"no_signature", "no_keys", UNREAD})
BROKEN = frozenset({"missing", "altered", "forked"})


@dataclass(slots=True)
class Judged:
    """One digest file; ``digest`` is None where it is unreadable, ``gap`` None where nothing valid ends before it.

    ``witness`` is what states its signature: its own object, its successor, or nothing.
    """

    bucket: str
    key: str
    metadata: Mapping[str, str] | None
    backfill: bool
    digest: Digest | None
    reason: str | None = None
    witness: str = "none"
    link: str | None = None
    gap: timedelta | None = None

    @property
    def state(self) -> str:
        """Return valid, invalid, or unverified where what would tell is not here."""
        return "valid" if self.reason is None else "unverified" if self.reason in UNVERIFIED else "invalid"


@dataclass(slots=True)
class Chain:
    """The digests of a chain in their order, and the moment from which a declared anchor holds it (None: nowhere)."""

    digests: list[Judged]
    anchor: str
    anchored_from: datetime | None
    keys: list[PublicKey] = field(default_factory=list)

    @property
    def valid(self) -> list[Judged]:
        """Return the digests that may be believed."""
        return [one for one in self.digests if one.state == "valid"]


def judge(objects: Iterable[DigestObject], keys: Sequence[PublicKey], declared: Collection[str] | None) -> Chain:
    """Return the chain that ``objects``, all digests of one chain, make.

    ``keys`` are those of its region, ``declared`` the SHA-256 of digests of it that were seen before; None where nobody
    could look for them.
    """
    anchors = declared or ()
    found = sorted((_read(one) for one in objects), key=_order)
    for backfill in (False, True):
        lane = [one for one in found if one.backfill == backfill]
        _link(lane, anchors)
        _verify(lane, keys)
    _measure(found)
    since = [moment for one in found if (moment := _anchored(one, anchors)) is not None]
    used = {one.digest.fingerprint for one in found if one.digest and one.state == "valid"}
    anchor = "unknown" if declared is None else "none" if not anchors else "held" if since else "lost"
    return Chain(found, anchor, min(since, default=None), [key for key in keys if key.fingerprint in used])


def _read(stored: DigestObject) -> Judged:
    name = named(stored.key)
    backfill = name is not None and name[1]
    place = (stored.bucket, stored.key, stored.metadata)
    if stored.content is None:
        return Judged(*place, backfill, None, UNREAD)
    try:
        digest = read(stored.content)
    except Unreadable:
        return Judged(*place, backfill, None, "unreadable")
    moved = (digest.bucket, digest.key, digest.account) != (*place[:2], name[0].account if name else "")
    return Judged(*place, backfill, digest, "moved" if moved else None)


def _order(one: Judged) -> tuple[bool, datetime | str, str]:
    return (one.digest is None, one.digest.end if one.digest else one.key, one.key)


def _link(lane: Sequence[Judged], anchors: Collection[str]) -> None:
    """Say of each readable digest how it hangs on the one that it names."""
    by_place = {(one.bucket, one.key): one for one in lane}
    readable = [one for one in lane if one.digest]
    followed = Counter(
        (one.digest.previous.bucket, one.digest.previous.key) for one in readable if one.digest and one.digest.previous
    )
    for number, one in enumerate(readable):
        digest = one.digest
        if digest is None:
            continue
        previous = digest.previous
        if previous is None:
            one.link = "started" if not number or one.backfill else "restarted"
        elif (before := by_place.get((previous.bucket, previous.key))) is None:
            anchored = "anchored" if previous.sha256 in anchors else "begins"
            one.link = "missing" if number and not one.backfill else anchored
        elif followed[previous.bucket, previous.key] > 1:
            one.link = "forked"
        elif before.reason == UNREAD:
            one.link = "unseen"
        else:
            one.link = "linked" if _is_before(before, one, digest) else "altered"


def _is_before(before: Judged, one: Judged, digest: Digest) -> bool:
    previous, metadata = digest.previous, before.metadata
    if previous is None or before.digest is None or before is one or before.digest.end > digest.end:
        return False
    signed = metadata is None or metadata.get("signature") == previous.signature
    return before.digest.sha256 == previous.sha256 and signed


def _verify(lane: Sequence[Judged], keys: Sequence[PublicKey]) -> None:
    """Verify each digest that lies where it says, by its own metadata or what its one successor states."""
    told = {
        (one.digest.previous.bucket, one.digest.previous.key): one.digest.previous.signature
        for one in lane
        if one.digest and one.digest.previous and one.link == "linked"
    }
    for one in lane:
        if one.digest is None or one.reason is not None:
            continue
        one.reason = problem(one.digest, one.backfill, one.metadata, told.get((one.bucket, one.key)), keys)
        if one.reason is None:
            one.witness = "object" if one.metadata is not None else "successor"


def _measure(found: Sequence[Judged]) -> None:
    """Say of each valid digest how much time before it no valid digest covers."""
    covered: datetime | None = None
    timed = [(one.digest.start, one.digest.end, one) for one in found if one.digest and one.state == "valid"]
    for start, end, one in sorted(timed, key=lambda each: each[:2]):
        if covered is not None:
            one.gap = max(start - covered, timedelta(0))
        covered = end if covered is None else max(covered, end)


def _anchored(one: Judged, anchors: Collection[str]) -> datetime | None:
    if one.digest is None or one.state != "valid":
        return None
    if one.digest.sha256 in anchors:
        return one.digest.end
    return one.digest.start if one.link == "anchored" else None
