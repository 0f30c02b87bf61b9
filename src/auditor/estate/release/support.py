"""How long the example company's support cases took, before the deployment and after it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from auditor.estate.release.timeline import BASELINE, DEPLOYMENT_END, RUNS
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from auditor.estate.release.baseline import Measured

INCIDENTS = {"no_improvement": "support cases take as long, and requests cost as much, as before the deployment"}

CONFIG = """
# How long support cases took, with help of the system and without it; the ticket system counts them every ten minutes.
[sources.support_times]
kind = "durations"
files = ["support_times/*.jsonl"]
format = "jsonl"

[sources.support_times.columns]
operation_id = { column = "case" }
event_time = { column = "closed", unit = "rfc3339" }
duration = { column = "seconds", unit = "s" }
metric = { column = "work", values = { assisted = "support_operation", manual = "manual_troubleshooting" } }
stratum = { column = "topic", values = { Network = "network", Database = "database" } }

[sources.support_times_heartbeats]
kind = "heartbeats"
observes = "support_times"
files = ["heartbeats/support_times.jsonl"]
"""

HOUR = timedelta(hours=1)
COUNTED = timedelta(minutes=10)
TYPICAL_S = {"assisted": 900, "manual": 1800}
SLOWER = {"Network": 1.0, "Database": 1.6}
AFTER = {"assisted": 0.65, "manual": 0.5}  # of the time before
METRICS = {"assisted": "support_operation", "manual": "manual_troubleshooting"}
KINDS = (("assisted", "Network"), ("manual", "Network"), ("assisted", "Database"), ("manual", "Database"))


def files(known: datetime, incidents: Collection[str], seed: int, measured: Measured) -> dict[str, bytes]:
    """Return the closed cases and their count of every ten minutes as they stand at ``known``."""
    random = Random(seed + 4)  # noqa: S311 - an example, not a secret
    cases: list[str] = []
    closed: Counter[datetime] = Counter()
    hour, number = BASELINE.start, 0
    while hour < min(known, RUNS["closing"]):
        each = 60 if BASELINE.holds(hour) else 4
        for index in range(each):
            at = hour + HOUR * index / each + timedelta(seconds=int(random.random() * 50))
            work, topic = KINDS[number % len(KINDS)]
            took = TYPICAL_S[work] * SLOWER[topic] * (0.5 + random.random())
            if at >= DEPLOYMENT_END and "no_improvement" not in incidents:
                took *= AFTER[work]
            number += 1
            if at < known:
                closed[at.replace(minute=at.minute // 10 * 10, second=0)] += 1
                measured.duration(at, METRICS[work], topic.lower(), int(took) * 1_000_000)
                cases.append(
                    f'{{"case":"case-{number:05d}","closed":"{isoformat(at)}","seconds":{int(took)},'
                    f'"work":"{work}","topic":"{topic}"}}\n'
                )
        hour += HOUR
    beats, start = [], BASELINE.start
    while start + COUNTED <= min(known, RUNS["closing"]):
        end = start + COUNTED
        beats.append(f'{{"start":"{isoformat(start)}","end":"{isoformat(end)}","records":{closed[start]}}}\n')
        start = end
    return {
        "support_times/cases.jsonl": "".join(cases).encode(),
        "heartbeats/support_times.jsonl": "".join(beats).encode(),
    }
