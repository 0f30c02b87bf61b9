"""What the example company's application logs in words, and what it made of a labelled corpus of personal data."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

LINE_EVERY = timedelta(seconds=5)
LEAK_MINUTE = 66
LEAKED = "reply to max.mustermann@example.org, refund to DE89 3704 0044 0532 0130 00"
SAID = (
    "ticket accepted, language de",
    "Antwort erzeugt, Länge 412 Zeichen",
    "redacted 2 pieces of personal data: [EMAIL], [IBAN]",
    "Bestellung 4711-0815 weitergeleitet",
    "cache hit for prompt 3f9c2d1",
)
TYPES = (
    "EMAIL", "PHONE_DE", "PHONE_INTERNATIONAL", "IBAN", "CREDIT_CARD", "SSN_US", "GERMAN_ID", "ADDRESS",
    "POSTAL_CODE_DE", "IP_ADDRESS",
)  # fmt: skip
WORDS = ("ADDRESS", "POSTAL_CODE_DE")
PLANTED, NEAR_MISSES = 200, 100

_SECTIONS = """
# What the application logs, searched for personal data: nothing of the text is kept, nor of what is found.
[sources.log_scan]
kind = "pii_scan"
files = ["logs/*.log", "audit/*.log"]

# What the system made of a labelled corpus: `auditor pii corpus` makes one, `auditor pii score` counts.
[sources.pii_results]
kind = "pii_results"
files = ["pii/*.jsonl"]
format = "jsonl"

[sources.pii_results.columns]
event_time = { column = "ranAt", unit = "rfc3339" }
corpus = { column = "corpus", values = { "support-v3" = "support-v3" } }
planted = { column = "planted" }
detected = { column = "detected" }
unredacted = { column = "unredacted" }
near_misses = { column = "nearMisses" }
false_positives = { column = "falsePositives" }
scanner_planted = { column = "scannerPlanted" }
scanner_found = { column = "scannerFound" }
[sources.pii_results.columns.type]
column = "type"
[sources.pii_results.columns.type.values]
"""
CONFIG = _SECTIONS + "".join(f'{one} = "{one}"\n' for one in TYPES)


def files(start: datetime, first: datetime, last: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the files: minutes count from ``start``, lines lie in [first, last)."""
    return {
        "logs/support-app.log": "".join(_log(start, first, last, incidents)).encode(),
        "pii/results.jsonl": "".join(_results(first - timedelta(hours=3))).encode(),
    }


def _log(start: datetime, first: datetime, last: datetime, incidents: Collection[str]) -> Iterator[str]:
    for number in range((last - first) // LINE_EVERY):
        moment = first + number * LINE_EVERY
        minute = (moment - start) // timedelta(minutes=1)
        said = LEAKED if "pii_logged" in incidents and minute == LEAK_MINUTE else SAID[number % len(SAID)]
        yield f"{isoformat(moment)} INFO [support] {said}\n"


def _results(ran_at: datetime) -> Iterator[str]:
    """Yield what was counted: of types without a form of their own a few are missed, and so are a few imagined."""
    for one in TYPES:
        few = 4 if one in WORDS else 0
        counts = {"planted": PLANTED, "detected": PLANTED - few, "unredacted": 0, "nearMisses": NEAR_MISSES}
        scanner = {"falsePositives": few, "scannerPlanted": PLANTED, "scannerFound": PLANTED}
        row = {"ranAt": isoformat(ran_at), "corpus": "support-v3", "type": one, **counts, **scanner}
        yield json.dumps(row, separators=(",", ":")) + "\n"
