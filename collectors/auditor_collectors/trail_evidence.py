"""What the digests of a trail prove of the log files that are here: rows of two tables, and the logs that may be read.

Rules kept here: a log may be read only where a valid digest lists it, and its content is what that digest states; any
other is counted and not read: one that no digest lists, within the time of a chain or outside it (``SLACK`` before the
end, for CloudTrail delivers late), and one that only a digest lists that is not valid. It knows no file: whoever holds
the objects gives their keys, and what a log's bytes are (``digest_logs``).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auditor_collectors import digest_logs
from auditor_collectors.digest_chain import BROKEN
from auditor_collectors.digest_document import ChainName

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from auditor_collectors.digest_chain import Chain, Judged
    from auditor_collectors.digest_document import Listed

SLACK = timedelta(minutes=15)
NOWHERE = ("", "")
Cell = tuple[str, str]
_NAME = ("account", "region", "trail", "home_region")


@dataclass(slots=True)
class Evidence:
    """The rows of both tables without scope, and the keys of the logs that may be read."""

    digests: list[dict[str, Any]] = field(default_factory=list)
    chains: list[dict[str, Any]] = field(default_factory=list)
    proven: set[str] = field(default_factory=set)


def of(
    chains: Mapping[ChainName, Chain],
    bucket: str,
    present: Collection[str],
    content_of: Callable[[Iterable[str]], Iterator[tuple[str, str | None]]],
    keys_from: str,
) -> Evidence:
    """Return what ``chains`` prove of the log files with the object keys ``present`` in ``bucket``.

    ``content_of`` gives each log file of the keys that it gets with the SHA-256 of its content, None for one that is
    no single gzip stream, and leaves out what could not be read.
    """
    evidence, states = Evidence(), _states(chains, bucket, present, content_of)
    listed = {log.key for chain in chains.values() for one in chain.digests for log in _logs(one)}
    believed = {log.key for chain in chains.values() for one in chain.valid for log in _logs(one)}
    unlisted = _unlisted(chains, present, listed, believed)
    for name, chain in sorted(chains.items()):
        rows = [_digest_row(name, one, chain, states) for one in chain.digests]
        evidence.digests += rows
        evidence.chains.append(_chain_row(name, chain, rows, unlisted[name.account, name.region], keys_from))
        for one in chain.valid:
            evidence.proven |= {log.key for log in _logs(one) if states[log] == "valid"}
    known = {(name.account, name.region) for name in chains}
    for cell in sorted(unlisted.keys() - known):
        evidence.chains.append(_chain_row(ChainName(*cell, "", ""), None, [], unlisted[cell], keys_from))
    return evidence


def _logs(one: Judged) -> tuple[Listed, ...]:
    return one.digest.logs if one.digest else ()


def _states(
    chains: Mapping[ChainName, Chain],
    bucket: str,
    present: Collection[str],
    content_of: Callable[[Iterable[str]], Iterator[tuple[str, str | None]]],
) -> dict[Listed, str]:
    """Return of each log that a valid digest lists whether it is valid, missing, invalid or unread."""
    wanted = {log for chain in chains.values() for one in chain.valid for log in _logs(one)}
    here = {log for log in wanted if log.bucket == bucket and log.key in present}
    content = dict(content_of(sorted({log.key for log in here})))
    return {log: "missing" if log not in here else _state(log, content) for log in wanted}


def _state(log: Listed, content: Mapping[str, str | None]) -> str:
    if log.key not in content:
        return "unread"
    return "valid" if content[log.key] == log.sha256 else "invalid"


def _unlisted(
    chains: Mapping[ChainName, Chain], present: Collection[str], listed: set[str], believed: set[str]
) -> dict[Cell, Counter[str]]:
    """Count the logs that no valid digest lists, by their account and region."""
    periods: dict[Cell, list[tuple[datetime, datetime]]] = defaultdict(list)
    for name, chain in chains.items():
        if times := [(one.digest.start, one.digest.end) for one in chain.valid if one.digest]:
            period = (min(start for start, _ in times), max(end for _, end in times) - SLACK)
            periods[name.account, name.region].append(period)
    found: dict[Cell, Counter[str]] = defaultdict(Counter)
    for key in present:
        if key in believed:
            continue
        log = digest_logs.named(key)
        cell = (log.account, log.region) if log else NOWHERE
        if key in listed:
            found[cell]["unproven"] += 1
        elif log and cell in periods and not any(start <= log.delivered < end for start, end in periods[cell]):
            found[cell]["outside"] += 1
        else:
            found[cell]["unlisted"] += 1
    return found


def _digest_row(name: ChainName, one: Judged, chain: Chain, states: Mapping[Listed, str]) -> dict[str, Any]:
    digest, valid = one.digest, one.state == "valid"
    counts = Counter(states[log] for log in _logs(one)) if valid else Counter[str]()
    key = next((key for key in chain.keys if digest and valid and key.fingerprint == digest.fingerprint), None)
    return {
        **_columns(name),
        "digest": one.key,
        "backfill": one.backfill,
        "start_time": digest.start if digest else None,
        "end_time": digest.end if digest else None,
        "sha256": digest.sha256 if digest else None,
        "state": one.state,
        "reason": one.reason,
        "witness": one.witness,
        "link": one.link,
        "gap_us": None if one.gap is None else one.gap // timedelta(microseconds=1),
        "logs_listed": len(_logs(one)),
        **{f"logs_{state}": counts[state] for state in ("valid", "missing", "invalid", "unread")},
        "key_sha256": key.sha256() if key else None,
    }


def _chain_row(
    name: ChainName, chain: Chain | None, rows: list[dict[str, Any]], unlisted: Counter[str], keys_from: str
) -> dict[str, Any]:
    states = Counter(row["state"] for row in rows)
    valid = [row for row in rows if row["state"] == "valid"]
    gaps = [row["gap_us"] for row in valid if row["gap_us"]]
    last = max(valid, key=lambda row: row["end_time"], default=None)
    lines = sorted(f"{key.sha256()}  {key.fingerprint}\n" for key in (chain.keys if chain else ()))
    return {
        **_columns(name),
        "digests": len(rows),
        **{state: states[state] for state in ("valid", "invalid", "unverified")},
        "breaks": sum(row["link"] in BROKEN for row in rows),
        "restarts": sum(row["link"] == "restarted" for row in rows),
        "gaps": len(gaps),
        "longest_gap_us": max(gaps, default=0),
        "logs_listed": sum(row["logs_listed"] for row in valid),
        "logs_valid": sum(row["logs_valid"] for row in valid),
        **{f"logs_{kind}": unlisted[kind] for kind in ("unlisted", "outside", "unproven")},
        "first_start": min((row["start_time"] for row in valid), default=None),
        "last_end": last["end_time"] if last else None,
        "head": valid[0]["sha256"] if valid else None,
        "tail": last["sha256"] if last else None,
        "tail_digest": last["digest"] if last else None,
        "anchor": chain.anchor if chain else "none",
        "anchored_from": chain.anchored_from if chain else None,
        "keys_from": keys_from,
        "keys_sha256": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }


def _columns(name: ChainName) -> dict[str, str]:
    return {column: getattr(name, column) for column in _NAME}


def cells(evidence: Evidence) -> dict[Cell, dict[str, Any]]:
    """Return by account and region what the digests change in its coverage: its status, and until when it is told.

    It is partial where anything of it is not what it should be; that the newest digest cannot be verified yet is not.
    """
    found: dict[Cell, list[dict[str, Any]]] = defaultdict(list)
    for chain in evidence.chains:
        if chain["account"]:
            found[chain["account"], chain["region"]].append(chain)
    return {cell: _coverage(chains, evidence.digests) for cell, chains in found.items()}


def _coverage(chains: list[dict[str, Any]], digests: list[dict[str, Any]]) -> dict[str, Any]:
    ends = [chain["last_end"] for chain in chains]
    wrong = [problem for chain in chains for problem in _problems(chain, digests)]
    return {
        "status": "partial" if wrong else "ok",
        "detail": "; ".join(wrong) or None,
        "available_at": min(ends) if all(ends) else None,
    }


def _problems(chain: dict[str, Any], digests: list[dict[str, Any]]) -> Iterator[str]:
    own = [row for row in digests if all(row[name] == chain[name] for name in _NAME)]
    end = chain["last_end"]
    open_ones = [
        row
        for row in own
        if row["state"] == "unverified" and (not end or row["end_time"] is None or row["end_time"] < end)
    ]
    counts = {
        "invalid digests": chain["invalid"],
        "digests not verified": len(open_ones),
        "breaks": chain["breaks"],
        "restarts": chain["restarts"],
        "gaps": chain["gaps"],
        "log files missing, others or unread": chain["logs_listed"] - chain["logs_valid"],
        "log files that only such digests list": chain["logs_unproven"] if chain["invalid"] else 0,
    }
    if not chain["digests"]:
        yield "no digest"
    yield from (f"{what}: {count}" for what, count in counts.items() if count)
