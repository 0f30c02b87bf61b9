"""The requests of the example release: live, canary and staging, with the load balancer's count of each minute.

Before the deployment the service is slower, dearer and errs more often than after it, always within its limits. Rules
kept here: a later ``known`` only adds lines; an incident changes only what it says, for it draws the same numbers;
every number is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from auditor.estate.release import baseline, money, rollback, support
from auditor.estate.release.timeline import BASELINE, CANARY, DEPLOYMENT_END, PHASES, RUNS, STAGING, Span
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

INCIDENTS = {
    "slow_phase3": "in phase 3 one generation in eight of the canary takes longer than 1.5 s",
    "low_traffic": "the canary gets one request in 10 s, too few to decide on",
    "error_spike_after": "from 10:50 on the day of the deployment a quarter of requests fail for three minutes",
    "p95_sustained_after": "from 11:20 on the day of the deployment P95 is over 3 s for six minutes",
    **support.INCIDENTS,
    **money.INCIDENTS,
    **baseline.INCIDENTS,
}

_COLUMNS = """
event_time = { column = "timestamp", unit = "rfc3339" }
request_id = { column = "requestId" }
route = { column = "routingPath", values = { direct_bedrock = "direct", mcp = "mcp" } }
kind = { column = "type", values = { generation = "generation", cache_hit = "cached", health_check = "health_check" } }
latency = { column = "latencyMs", unit = "ms" }
cache = { column = "cache", values = { HIT = "hit", MISS = "miss", BYPASS = "bypass" } }
input_tokens = { column = "inputTokens" }
output_tokens = { column = "outputTokens" }
cost = { column = "costEur", currency = "EUR" }
"""
_OUTCOME = """
[sources.{name}.columns.outcome]
column = "status"
values = {{ success = "ok", rejected = "client_error", error = "error", timeout = "timeout" }}
"""
_SOURCE = """
[sources.{name}]
kind = "requests"
files = ["{name}/*.jsonl"]
format = "jsonl"
{more}
[sources.{name}.columns]{columns}{outcome}
[sources.{name}_heartbeats]
kind = "heartbeats"
observes = "{name}"
files = ["heartbeats/{name}.jsonl"]
{more}"""

CONFIG = (
    "# Requests to the service, to its canary, and to staging; the load balancer counts all three.\n"
    + "".join(
        _SOURCE.format(name=name, columns=_COLUMNS, outcome=_OUTCOME.format(name=name), more=more)
        for name, more in (("requests", ""), ("canary", ""), ("staging_requests", 'environment = "staging"\n'))
    )
    + support.CONFIG
    + money.CONFIG
    + baseline.CONFIG
)

SLOT_S = 10
QUIET_GENERATION = 0.12  # beside one generation a minute: together the share that it has when it is busy
SERVED = 0.98  # of live requests; the rest are health checks
SPIKE = Span(datetime.fromisoformat("2025-01-14T10:50:00Z"), datetime.fromisoformat("2025-01-14T10:53:00Z"))
SUSTAINED = Span(datetime.fromisoformat("2025-01-14T11:20:00Z"), datetime.fromisoformat("2025-01-14T11:26:00Z"))
BUSY = Span(RUNS["before"] - timedelta(minutes=20), RUNS["two_hours"])
# Each flag is watched for two minutes, and that has to be enough to see it make things worse.
SWITCHING = Span(PHASES["phase_5"].start - timedelta(minutes=11), PHASES["phase_5"].end + timedelta(minutes=3))
FIRST_DAY = Span(RUNS["two_hours"], RUNS["one_day"])


@dataclass(frozen=True, slots=True)
class Stream:
    """One source of requests: when it has some, how many in 10 s, and which share of them is generation."""

    name: str
    span: Span
    generation: float
    number: int

    def idle(self, moment: datetime) -> bool:
        """Say whether the source is up and gets nothing yet but health checks."""
        return self.name == "canary" and not CANARY.holds(moment)

    def per_slot(self, moment: datetime, incidents: Collection[str]) -> int:
        """Return how many requests the slot at ``moment`` has, less or more one."""
        if self.idle(moment):
            return 1
        if self.name == "canary":
            return 1 if "low_traffic" in incidents else 16
        if SWITCHING.holds(moment):
            return 60
        if self.name == "staging_requests" or BASELINE.holds(moment) or BUSY.holds(moment):
            return 14
        return 3 if FIRST_DAY.holds(moment) else 1


STREAMS = (
    Stream("requests", Span(BASELINE.start, RUNS["closing"]), 0.27, 1),
    Stream("canary", Span(BUSY.start, CANARY.end), 0.40, 2),
    Stream("staging_requests", STAGING, 0.27, 3),
)


def files(known: datetime, incidents: Collection[str], seed: int) -> dict[str, bytes]:
    """Return path -> content of every source of this module as it stands at ``known``, a whole minute."""
    found: dict[str, bytes] = {}
    measured = baseline.Measured(BASELINE)
    for stream in STREAMS:
        found |= _stream_files(stream, known, incidents, seed, measured)
    found |= support.files(known, incidents, seed, measured)
    found |= money.files(known, incidents)
    return found | baseline.files(measured, incidents)


def _stream_files(
    stream: Stream, known: datetime, incidents: Collection[str], seed: int, measured: baseline.Measured
) -> dict[str, bytes]:
    random = Random(seed + stream.number)  # noqa: S311 - an example, not a secret
    days: dict[str, list[str]] = {}
    beats: list[str] = []
    minute, counted = stream.span.start, 0
    for moment in _slots(stream.span, known):
        if moment - minute >= timedelta(minutes=1):
            beats.append(beat(minute, moment, counted))
            minute, counted = moment, 0
        lines = sorted(_slot(random, stream, moment, incidents, measured))
        counted += len(lines)
        days.setdefault(f"{moment:%Y%m%d}", []).extend(lines)
    if counted:
        beats.append(beat(minute, min(known, stream.span.end), counted))
    found = {f"{stream.name}/{stream.name}-{day}.jsonl": "".join(lines).encode() for day, lines in days.items()}
    return {**found, f"heartbeats/{stream.name}.jsonl": "".join(beats).encode()} if beats else found


def beat(start: datetime, end: datetime, records: int) -> str:
    """Return a line of an observer's log."""
    return f'{{"start":"{isoformat(start)}","end":"{isoformat(end)}","records":{records}}}\n'


def _slots(span: Span, known: datetime) -> Iterator[datetime]:
    moment, last = span.start, min(span.end, known)
    while moment < last:
        yield moment
        moment += timedelta(seconds=SLOT_S)


def _slot(
    random: Random, stream: Stream, moment: datetime, incidents: Collection[str], measured: baseline.Measured
) -> list[str]:
    """Return the lines of one slot. Draws the same numbers whatever the incidents are, but for their number."""
    draw = random.random
    after = stream.name != "requests" or moment >= DEPLOYMENT_END
    undone = rollback.mcp_only_from(incidents) if stream.name == "requests" else None
    most, idle = stream.per_slot(moment, incidents), stream.idle(moment)
    # One error among six requests would be more than 10 %, and nobody could say whether that minute was bad.
    quiet = stream.name == "requests" and most == 1
    number = most if most == 1 else most + int(draw() * 3) - 1
    second, lines = f"{moment:%Y-%m-%dT%H:%M:}", []
    for index in range(number):
        offset = moment.second * 1_000_000 + int(draw() * SLOT_S * 1_000_000)
        which, way, luck, share, size, words = draw(), draw(), draw(), draw(), draw(), draw()
        generates = moment.second == 0 or which < QUIET_GENERATION if quiet else which < stream.generation
        served = "generation" if generates else "cache_hit"
        kind = "health_check" if idle or which >= SERVED else served
        direct = way < 0.6 and not (undone and moment >= undone)  # noqa: PLR2004 - share of traffic
        route = "direct_bedrock" if direct else "mcp"
        status = "success" if quiet else _status(luck, moment, incidents, after=after)
        micros = _latency_us(kind, stream, moment, share, size, incidents, after=after)
        cache, read, written, nano = money.of_request(kind, share, size, words, incidents, after=after)
        if stream.name == "requests":
            measured.request(moment, route, kind, status, micros, cache, nano)
        cost = "null" if nano is None else f'"0.{nano:09d}"'
        lines.append(
            f'{{"timestamp":"{second}{offset // 1_000_000:02d}.{offset % 1_000_000:06d}Z",'
            f'"requestId":"{stream.name}-{moment:%d%H%M%S}-{index:02d}",'
            f'"routingPath":"{route}","type":"{kind}","status":"{status}","latencyMs":{micros / 1000},'
            f'"cache":{cache},"inputTokens":{read},"outputTokens":{written},"costEur":{cost}}}\n'
        )
    return lines


def _status(luck: float, moment: datetime, incidents: Collection[str], *, after: bool) -> str:
    failing = 0.25 if "error_spike_after" in incidents and SPIKE.holds(moment) else 0.001 if after else 0.002
    if luck < failing:
        return "error"
    if luck > 0.9995:  # noqa: PLR2004 - share of timeouts
        return "timeout"
    return "rejected" if luck > 0.9975 else "success"  # noqa: PLR2004 - share of refusals


def _latency_us(
    kind: str,
    stream: Stream,
    moment: datetime,
    share: float,
    size: float,
    incidents: Collection[str],
    *,
    after: bool,
) -> int:
    if kind == "health_check":
        return int(2_000 + 10_000 * size)
    if kind == "cache_hit":
        return int(320_000 + 280_000 * size) if share < 0.01 else int(20_000 + 230_000 * size)  # noqa: PLR2004 - share
    if "p95_sustained_after" in incidents and stream.name == "requests" and SUSTAINED.holds(moment) and share < 0.4:  # noqa: PLR2004 - share
        return int(3_200_000 + 800_000 * size)
    slow = 0.12 if "slow_phase3" in incidents and _in_phase_3(stream, moment) else 0.008 if after else 0.025
    return int(1_600_000 + 800_000 * size) if share < slow else int(400_000 + 1_000_000 * size)


def _in_phase_3(stream: Stream, moment: datetime) -> bool:
    return stream.name == "canary" and PHASES["phase_3"].holds(moment)
