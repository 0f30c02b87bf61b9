"""What somebody may do to a signed trail, each by its name: what we say of it, and what awscli says.

``ours`` are the verdicts and reasons of ``trail.chain_verifies`` beside those that pass, with saved keys and the second
digest as the anchor, over the hours from the third digest on; ``theirs`` is whether ``aws cloudtrail validate-logs`` of
the whole trail ends with an error. ``by`` is what it takes: the bucket alone, CloudTrail itself, or its signing key.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes

from signed_trail import HOUR, START, SignedTrail, public_key, text

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[1] / "docs" / "quality" / "trail-tamperings.md"
FORGED = gzip.compress(b'{"Records": []}')
ENDS_EARLY = ("inconclusive", "digests_end_early")


@dataclass(frozen=True)
class Tampering:
    name: str
    by: str
    ours: tuple[tuple[str, str], ...]
    theirs: bool
    act: Callable[[SignedTrail], None]


TAMPERINGS: list[Tampering] = []


def tampering(
    name: str, *ours: tuple[str, str], theirs: bool, by: str = "bucket"
) -> Callable[[Callable[[SignedTrail], None]], Callable[[SignedTrail], None]]:
    def add(act: Callable[[SignedTrail], None]) -> Callable[[SignedTrail], None]:
        TAMPERINGS.append(Tampering(name, by, ours, theirs, act))
        return act

    return add


@tampering("a log file is another", ("fail", "log_altered"), theirs=True)
def _(trail):
    trail.change(trail.logs[3][1], FORGED)


@tampering("a log file is gone", ("fail", "log_missing"), theirs=True)
def _(trail):
    del trail.objects[trail.logs[3][1]]


@tampering("bytes follow the gzip stream of a log file", ("fail", "log_altered"), theirs=True)
def _(trail):
    key = trail.logs[3][1]
    trail.change(key, trail.objects[key].content + b"more")


@tampering("a second gzip member follows that of a log file", ("fail", "log_altered"), theirs=True)
def _(trail):
    key = trail.logs[3][1]
    trail.change(key, trail.objects[key].content + FORGED)


@tampering("the end of a log file's gzip stream, its checksum, is cut off", ("fail", "log_altered"), theirs=False)
def _(trail):
    key = trail.logs[3][1]
    trail.change(key, trail.objects[key].content[:-9])


@tampering("a log file is stored without gzip", ("fail", "log_altered"), theirs=True)
def _(trail):
    key = trail.logs[3][1]
    trail.change(key, gzip.decompress(trail.objects[key].content))


@tampering("two log files are swapped", ("fail", "log_altered"), theirs=True)
def _(trail):
    one, other = trail.logs[3][:2]
    trail.objects[one], trail.objects[other] = trail.objects[other], trail.objects[one]


@tampering("a log file that no digest lists is put beside the others", ("fail", "log_unlisted"), theirs=False)
def _(trail):
    trail.add_log(3, 9, 2, prefix="f")


@tampering("a file of no log's name is put beside the log files", ("fail", "log_unlisted"), theirs=False)
def _(trail):
    key = trail.logs[3][0].rpartition("/")[0] + "/records.json.gz"
    trail.objects[key] = trail.objects[trail.logs[3][0]]


@tampering(
    "a log file is left out of its digest, and the log file deleted",
    ("fail", "digest_invalid"),
    ("fail", "digest_unlinked"),
    ("fail", "digest_gap"),
    theirs=True,
)
def _(trail):
    at = trail.digests[3]
    document = trail.documents[at] | {"logFiles": trail.documents[at]["logFiles"][1:]}
    trail.change(at, gzip.compress(json.dumps(document).encode()))
    del trail.objects[trail.logs[3][0]]


@tampering(
    "a digest in the middle is gone",
    ("fail", "digest_unlinked"),
    ("fail", "log_unlisted"),
    theirs=True,
)
def _(trail):
    del trail.objects[trail.digests[3]]


@tampering("the newest digests and their log files are gone", ENDS_EARLY, theirs=False)
def _(trail):
    for number in (3, 4):
        for key in [trail.digests[number], *trail.logs[number]]:
            del trail.objects[key]


@tampering("the oldest digests and their log files are gone", ("fail", "anchor_lost"), theirs=True)
def _(trail):
    for number in (0, 1, 2):
        for key in [trail.digests[number], *trail.logs[number]]:
            del trail.objects[key]


@tampering("every digest is gone", ("fail", "log_unlisted"), theirs=False)
def _(trail):
    for key in trail.digests:
        del trail.objects[key]


@tampering("everything but the oldest digest is gone", ("fail", "anchor_lost"), theirs=True)
def _(trail):
    trail.objects = {key: trail.objects[key] for key in trail.digests[:1]}


@tampering("the whole trail is gone, but for a log file", ("fail", "log_unlisted"), theirs=False)
def _(trail):
    kept = trail.logs[3][0]
    trail.objects = {kept: trail.objects[kept]}


@tampering("a digest is put in the place of another", ("fail", "digest_invalid"), ("fail", "digest_unlinked"),
           ("fail", "log_unlisted"), theirs=True)  # fmt: skip
def _(trail):
    trail.objects[trail.digests[3]] = trail.objects[trail.digests[2]]


@tampering("a digest's signature is gone from its metadata", ("fail", "digest_invalid"), ("fail", "digest_unlinked"),
           ("fail", "digest_gap"), theirs=True)  # fmt: skip
def _(trail):
    trail.change(trail.digests[3], signature=None)


@tampering("the newest digest's signature is another's", ("fail", "digest_invalid"), ENDS_EARLY, theirs=True)
def _(trail):
    trail.change(trail.digests[4], signature=trail.objects[trail.digests[3]].metadata["signature"])


@tampering("bytes follow the gzip stream of a digest", ("fail", "digest_invalid"), ENDS_EARLY, theirs=False)
def _(trail):
    key = trail.digests[4]
    trail.change(key, trail.objects[key].content + b"more")


@tampering("a digest is signed by somebody else's key", ("fail", "digest_invalid"), ENDS_EARLY, theirs=True)
def _(trail):
    trail.resign(4, by="somebody", digestPublicKeyFingerprint=public_key("somebody")["Fingerprint"])


@tampering(
    "somebody else's signature under CloudTrail's fingerprint", ("fail", "digest_invalid"), ENDS_EARLY, theirs=True
)
def _(trail):
    trail.resign(4, by="somebody")


@tampering("a backfill digest of no known date", ("fail", "digest_invalid"), theirs=True)
def _(trail):
    key = trail.add_digest(1, [], previous=None, backfill=True)
    trail.change(key, **{"backfill-generation-timestamp": None})


@tampering(
    "logging was stopped and started: the chain begins anew",
    ("fail", "digest_restarted"),
    theirs=False,
    by="CloudTrail",
)
def _(trail):
    trail.resign(3, **trail.follows(None))
    trail.relink(4)


@tampering("logging was stopped for an hour: nothing covers it", ("fail", "digest_gap"), theirs=False, by="CloudTrail")
def _(trail):
    for key in trail.logs[3]:
        del trail.objects[key]
    trail.resign(3, digestStartTime=text(START + 3 * HOUR + HOUR / 2), logFiles=[])
    trail.relink(4)


@tampering("the newest digest has a SHA-1 signature", ("fail", "digest_invalid"), ENDS_EARLY, theirs=False, by="key")
def _(trail):
    trail.resign(4, algorithm=hashes.SHA1())  # noqa: S303 - what is tried


@tampering("a digest is replaced by a validly signed twin", ("fail", "digest_unlinked"), ("fail", "log_unlisted"),
           theirs=False, by="key")  # fmt: skip
def _(trail):
    trail.resign(3, logFiles=trail.documents[trail.digests[3]]["logFiles"][1:])


@tampering("a digest states another hash of the one before", ("fail", "digest_unlinked"), theirs=False, by="key")
def _(trail):
    trail.resign(4, previousDigestHashValue="0" * 64)


@tampering("a digest states another signature of the one before", ("fail", "digest_unlinked"), theirs=False, by="key")
def _(trail):
    trail.resign(4, previousDigestSignature="0" * 512)


@tampering("two validly signed digests follow one", ("fail", "digest_unlinked"), theirs=False, by="key")
def _(trail):
    key = trail.digest_key(START + 4 * HOUR + HOUR / 4)
    trail.add_digest(3, [], previous=trail.digests[2], key=key)


@tampering(
    "a digest is signed with a key that was no longer valid",
    ("fail", "digest_invalid"),
    ENDS_EARLY,
    theirs=False,
    by="key",
)
def _(trail):
    trail.keys += [public_key("old", end=START + HOUR)]
    trail.resign(4, by="old", digestPublicKeyFingerprint=public_key("old")["Fingerprint"])


@tampering(
    "a digest says that it lies in another bucket", ("fail", "digest_invalid"), ENDS_EARLY, theirs=True, by="key"
)
def _(trail):
    trail.resign(4, digestS3Bucket="another-bucket")


HEAD = """# Tamperings with a trail

Made by `python tests/trail_tamperings.py`; do not edit. Each line is done to a signed chain of five digests and eight
log files (`tests/signed_trail.py`), and decided twice: by `trail.chain_verifies` with the second digest as its anchor,
and by `aws cloudtrail validate-logs` of awscli 1.46.3 (`tests/collectors/test_trail_oracle.py` asserts both). *needs*
is what it takes: write access to the bucket, a call to CloudTrail, or CloudTrail's own signing key. Findings that pass
are left out. Compared with awscli are verdict and exit code: it says on standard error that a chain began anew.

{count} tamperings; awscli misses {missed} of them. No event of a log file that no valid digest lists is ever read.

| tampering | needs | ours | awscli |
|---|---|---|---|
"""


def page() -> str:
    """Return docs/quality/trail-tamperings.md."""
    rows = [
        f"| {one.name} | {one.by} | {', '.join(f'{verdict}: `{reason}`' for verdict, reason in one.ours)} "
        f"| {'refuses it' if one.theirs else '**ends with 0**'} |\n"
        for one in TAMPERINGS
    ]
    return HEAD.format(count=len(TAMPERINGS), missed=sum(not one.theirs for one in TAMPERINGS)) + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
