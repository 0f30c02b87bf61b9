"""Puts identifiers of a person into every source of the example release, wherever its form has room for text."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IDENTIFIERS = {
    "EMAIL": "jane.roe-7@example.org",
    "PHONE_DE": "030 23125987",
    "PHONE_INTERNATIONAL": "+1 212 555 0187",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "CREDIT_CARD": "4012888888881881",
    "SSN_US": "219-64-7365",
    "GERMAN_ID": "36574261809",
    "IP_ADDRESS": "203.0.113.177",
    "ADDRESS": "Lindenstraße 4711",
    "POSTAL_CODE_DE": "99998 Körner",
    "userId": "user-roe-jane-7",
}
EVERY = ", ".join(IDENTIFIERS.values())
EMAIL = IDENTIFIERS["EMAIL"]
# Their form is ours and takes no other member.
CLOSED = (
    "answers", "baseline.jsonl", "calls.jsonl", "document_exports.jsonl", "documents.jsonl", "exports.jsonl",
    "heartbeats", "heartbeats.jsonl", "index.jsonl", "notice_exports.jsonl",
)  # fmt: skip
SESSION = f"arn:aws:sts::111122223333:assumed-role/support/{EMAIL}"


def plant(root: Path) -> set[str]:
    """Change the files below ``root``; return the suffixes and names of those that were changed."""
    ways: dict[str, Callable[[Path], str]] = {
        ".jsonl": _lines, ".json": _document, ".log": _log, ".md": _paragraph, ".sarif": _document, ".xml": _report,
    }  # fmt: skip
    changed, digests = set(), {}
    files = [one for one in sorted(root.rglob("*")) if one.is_file() and one.suffix in ways and one.stat().st_size]
    for path in files:
        before = path.read_bytes()
        after = ways[path.suffix](path).encode()
        if after != before:
            path.write_bytes(after)
            digests[sha256(before).hexdigest()] = sha256(after).hexdigest()
            changed.add(path.relative_to(root).parts[0])
    for path in files:  # what an index says of the files is said of those that lie there now
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub("[0-9a-f]{64}", lambda one: digests.get(one[0], one[0]), text), encoding="utf-8")
    return changed


def _lines(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.parent.name in CLOSED or path.name in CLOSED:
        return text
    return "".join(json.dumps(_noted(json.loads(line))) + "\n" for line in text.splitlines())


def _noted(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"note": EVERY, "createdBy": EMAIL, "clientIp": IDENTIFIERS["IP_ADDRESS"], "principal": SESSION}


def _document(path: Path) -> str:
    document = json.loads(path.read_text(encoding="utf-8"))
    for record in document.get("Records", []):
        record["userIdentity"] = {"type": "AssumedRole", "arn": SESSION, "principalId": f"AROAEXAMPLE:{EMAIL}"}
        record |= {"sourceIPAddress": IDENTIFIERS["IP_ADDRESS"], "userAgent": EVERY, "errorMessage": EVERY}
    for alarm in document.get("MetricAlarms", []):
        alarm["AlarmDescription"] = EVERY
    for subscription in document.get("Subscriptions", []):
        subscription |= {"Endpoint": EMAIL, "Owner": SESSION}
    for run in document.get("runs", []):
        for result in run.get("results", []):
            result["message"] = {"text": EVERY}
    return json.dumps(document | {"Description": EVERY, "LastModifiedBy": SESSION})


def _log(path: Path) -> str:
    lines = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        head, mark, event = line.partition("AUDIT: ")
        if not mark:
            lines.append(f"{line} {EVERY}")
            continue
        document = json.loads(event)
        person = list(IDENTIFIERS.values())[number % len(IDENTIFIERS)]
        lines.append(head + mark + json.dumps(document | {"userId": person, "note": EVERY, "sessionArn": SESSION}))
    return "\n".join(lines) + "\n"


def _paragraph(path: Path) -> str:
    return path.read_text(encoding="utf-8") + f"\nWritten by {EVERY}.\n"


def _report(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("</testsuite>", f"<system-out>{EVERY}</system-out></testsuite>", 1)
