"""The cloud account of the example release: CloudTrail, the inventory and the findings of its security products."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from auditor.estate import inventory, trail
from auditor.estate.release.support_operations import FIRST
from auditor.estate.release.timeline import PHASES
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FINE_FIRST = datetime.fromisoformat("2025-01-14T07:00:00+00:00")
FINE_LAST = datetime.fromisoformat("2025-01-14T13:00:00+00:00")
ALERT_AT = datetime.fromisoformat("2025-01-15T03:12:00+00:00")
EXPORTED = "GetFindings"


def intervals(known: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the intervals of every observer that have ended by ``known``: a minute on the day, else ten."""
    moment = FIRST
    while True:
        fine = FINE_FIRST <= moment < FINE_LAST
        end = moment + (timedelta(minutes=1) if fine else timedelta(minutes=10))
        if end > known:
            return
        yield moment, end
        moment = end


def files(known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:
    """Return the files of the three sources as they stand at ``known``."""
    return _trail(known, seed) | _inventory(known, incidents)


def _trail(known: datetime, seed: int) -> dict[str, bytes]:
    """Return a log object for each hour and home region, and the observer's count of every enabled region."""
    random = Random(seed + 11)  # noqa: S311 - an example, not a secret
    objects: dict[str, list[dict[str, Any]]] = {}
    beats = []
    for start, end in intervals(known):
        for region in trail.HOME_REGIONS:
            draws = [random.random() for _ in range(2)]
            identity = (f"{random.getrandbits(128):032x}", f"{random.getrandbits(128):032x}")
            moment = start + timedelta(seconds=int(draws[0] * 60))
            profile = draws[1] < 0.5  # noqa: PLR2004 - half through the profile
            destination = trail.HOME_REGIONS[int(draws[1] * 4) % 2] if profile else None
            model = trail.PROFILE if profile else trail.BARE
            record = trail.inference(moment, region, "Converse", model, destination, identity)
            objects.setdefault(_object(region, start), []).append(record)
            beats.append(_beat(start, end, region, 1))
        beats += [_beat(start, end, region, 0) for region in trail.QUIET_REGIONS]
    logs = {path: json.dumps({"Records": records}, separators=(",", ":")).encode() for path, records in objects.items()}
    return logs | {"heartbeats/cloudtrail.jsonl": _lines(beats)}


def _object(region: str, moment: datetime) -> str:
    folder = f"cloudtrail/AWSLogs/{trail.ACCOUNT}/CloudTrail/{region}/{moment:%Y/%m/%d}"
    return f"{folder}/{trail.ACCOUNT}_CloudTrail_{region}_{moment:%Y%m%dT%H00Z}_ExampleTrail01.json"


def _inventory(known: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return what the estate's inventory holds, its findings cut at ``known``, and the feed's observer."""
    alert = {"security_alert"} if "security_alert_after" in incidents else set[str]()
    found = inventory.files(PHASES["phase_1"].start, known, known, alert)
    findings = [_moved(one) for one in json.loads(found["findings/securityhub.json"])["Findings"]]
    findings = [one for one in findings if one["CreatedAt"] < isoformat(known)]
    calls = [json.loads(line) for line in found["findings/calls.jsonl"].splitlines()]
    for call in calls:
        call["records"] = sum(one["Region"] == call["region"] for one in findings)
    beats = []
    for start, end in intervals(known):
        for region in inventory.REGIONS:
            created = [one["CreatedAt"] for one in findings if one["Region"] == region]
            beats.append(_beat(start, end, region, sum(isoformat(start) <= one < isoformat(end) for one in created)))
    return found | {
        "findings/securityhub.json": json.dumps({"Findings": findings}, indent=1).encode(),
        "findings/calls.jsonl": _lines(calls),
        "heartbeats/securityhub.jsonl": _lines(beats),
    }


def _moved(finding: dict[str, Any]) -> dict[str, Any]:
    """Return ``finding``, the alert at the hour at which this release has it."""
    if finding["Severity"]["Label"] != inventory.ALERT[1]:
        return finding
    return finding | dict.fromkeys(("CreatedAt", "UpdatedAt", "FirstObservedAt"), isoformat(ALERT_AT))


def _beat(start: datetime, end: datetime, region: str, records: int) -> dict[str, Any]:
    times = {"start": isoformat(start), "end": isoformat(end)}
    return times | {"records": records, "account": trail.ACCOUNT, "region": region}


def _lines(documents: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in documents).encode()
