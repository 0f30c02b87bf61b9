"""What is taken of a record of Bedrock's invocation log, and nothing else: no prompt, no answer, no caller's own words.

Rules kept here: a member is kept because it is named here, at its place, and only as a number or short text;
``requestMetadata`` is what the caller says of himself and is not; of a trace of a guardrail its id is kept, never what
it found; a record of which something cannot be read becomes null, for a reader to refuse.
Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import Any

from auditor_collectors.files import GZIP_MAGIC, MAX_LINE

IDS = "the keys of an object, of which the first is kept"
LONGEST = 2048

Shape = dict[str, Any]

BODY: Shape = {
    "metrics": {"latencyMs": None},
    "metadata": {"metrics": {"latencyMs": None}},
    "amazon-bedrock-invocationMetrics": {"invocationLatency": None},
    "trace": {"guardrail": {"inputAssessment": IDS}},
    "amazon-bedrock-trace": {"guardrail": {"input": IDS}},
}
SHAPE: Shape = {
    "schemaType": None,
    "timestamp": None,
    "accountId": None,
    "region": None,
    "requestId": None,
    "operation": None,
    "modelId": None,
    "inferenceRegion": None,
    "errorCode": None,
    "input": {
        "inputTokenCount": None,
        "cacheReadInputTokenCount": None,
        "cacheWriteInputTokenCount": None,
        "inputBodyJson": {"guardrailConfig": {"guardrailIdentifier": None}},
    },
    "output": {"outputTokenCount": None, "outputBodyJson": BODY},
}


def reduced(body: bytes) -> bytes:
    """Return a log object, plain or gzip, as a JSON array of its records, cut down; what is no record becomes null."""
    return json.dumps(_records(body), separators=(",", ":")).encode()


def _records(body: bytes) -> list[Any]:
    found: list[Any] = []
    try:
        with gzip.open(io.BytesIO(body)) if body.startswith(GZIP_MAGIC) else io.BytesIO(body) as stream:
            while line := stream.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE:
                    return [*found, None]
                if line.strip():
                    found.append(record(line))
    except (OSError, EOFError, zlib.error):
        found.append(None)
    return found


def record(line: bytes) -> Any:
    """Return the record that ``line`` is, cut down; None for what is no JSON object."""
    try:
        document = json.loads(line, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return _cut(document, SHAPE) if isinstance(document, dict) else None


def _cut(value: Any, shape: Any) -> Any:
    """Return what ``shape`` names of ``value``; of a list, of each of its entries (the chunks of a stream)."""
    if shape is None:
        plain = isinstance(value, int) or (isinstance(value, str) and len(value) <= LONGEST)
        return value if plain else None
    if isinstance(value, list):
        return [one for one in (_cut(entry, shape) for entry in value if isinstance(entry, dict)) if one]
    if not isinstance(value, dict):
        return None
    if shape is IDS:
        return {key: None for key in sorted(value)[:1] if len(key) <= LONGEST}
    found = {key: _cut(value[key], inner) for key, inner in shape.items() if key in value}
    return {key: one for key, one in found.items() if one not in (None, {}, [])}
