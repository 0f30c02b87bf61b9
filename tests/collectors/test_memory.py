"""Memory stays flat: whatever the size of a line, and however many files hold the same content."""

from __future__ import annotations

import gzip
import json
import os
import sys

import pytest

from collecting import jsonl, request
from signed_trail import BUCKET, REGION, SignedTrail

MIB = 1 << 20
SMALL = 128 * MIB
FLAT = 600 * MIB
LINE = 10 << 30

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="measures a Unix process")


def sparse(site):
    os.truncate(site.write("a.log", b'{"a": "'), LINE)


def bomb(site):
    """Members of 64 MiB of zeros: 10 GiB of content in 10 MiB of file."""
    site.write("a.log", gzip.compress(bytes(64 * MIB)) * (LINE // (64 * MIB)))


@pytest.mark.parametrize("write", [sparse, bomb])
@pytest.mark.parametrize(
    ("kind", "options", "limit"),
    [
        ("requests", {"form": "jsonl"}, 16),
        ("requests", {"form": "csv"}, 16),
        ("heartbeats", {"observes": "requests"}, 16),
        ("cloudtrail", {}, 64),
        ("bedrock_invocations", {}, 16),
    ],
    ids=["jsonl", "csv", "heartbeats", "cloudtrail", "invocations"],
)
def test_a_line_of_ten_gigabytes_is_refused_in_little_memory(site, kind, options, limit, write):
    if kind == "requests":
        site.requests("a.log", **options)
    else:
        site.source("trail", kind, files=["a.log"], **options)
    write(site)
    code, said, peak = site.measured()
    assert said == (
        f"auditor: a.log, line 1: longer than {limit} MiB, which no record is\n"
        "  what to do: check that this is the file you mean, and its format\n"
    )
    assert code == 5
    assert peak < SMALL
    assert list(site.out.iterdir()) == []


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_line_just_below_the_limit_is_read_in_flat_memory(site, form):
    wide = request(0, route="x" * (15 * MIB))
    content = jsonl(wide) if form == "jsonl" else (",".join(wide) + "\n" + ",".join(map(str, wide.values()))).encode()
    site.requests("a.log", form=form)
    site.write("a.log", content + b"\n")
    code, said, peak = site.measured()
    assert (code, said) == (0, "")
    assert peak < FLAT


def of_requests(site, files, rows):
    site.requests("*.log")
    for number in range(files):
        mine = range(number * rows // files, (number + 1) * rows // files)
        site.write(f"{number}.log", jsonl(*(request(one, pad="x" * 400) for one in mine)))


def of_events(site, files, rows):
    site.source("trail", "cloudtrail", files=["*.log"])
    one = {
        "eventTime": "2025-01-14T10:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "requestParameters": {"pad": "x" * 500},
    }
    for number in range(files):
        mine = range(number * rows // files, (number + 1) * rows // files)
        site.write(f"{number}.log", json.dumps({"Records": [one | {"eventID": f"e{each}"} for each in mine]}).encode())


def of_signed_events(site, files, rows):
    trail = SignedTrail(hours=(files // 2, files - files // 2), events=rows // files)
    trail.write(site.root / "copy", site.root / "keys.json")
    digests = {"bucket": BUCKET, "folder": "copy", "keys": {REGION: ["keys.json"]}}
    site.source("trail", "cloudtrail", files=["copy/**/*.json.gz"], digests=digests)


def of_heartbeats(site, files, rows):
    site.source("beats", "heartbeats", files=["*.log"], observes="requests")
    for number in range(files):
        mine = range(number * rows // files, (number + 1) * rows // files)
        moments = [(one // 3600, one // 60 % 60, one % 60) for one in mine]
        beats = [
            {
                "start": f"2025-01-14T{hour:02}:{minute:02}:{second:02}Z",
                "end": f"2025-01-14T{hour:02}:{minute:02}:{second:02}.5Z",
            }
            for hour, minute, second in moments
        ]
        site.write(f"{number}.log", jsonl(*beats))


def of_invocations(site, files, rows):
    site.source("log", "bedrock_invocations", files=["*.log"])
    said = "x" * 3_000
    one = {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2025-01-14T10:00:00Z",
        "accountId": "111122223333",
        "region": "eu-central-1",
        "operation": "Converse",
        "input": {"inputBodyJson": {"messages": said}},
        "output": {"outputBodyJson": {"output": said, "metrics": {"latencyMs": 1}}},
    }
    for number in range(files):
        mine = range(number * rows // files, (number + 1) * rows // files)
        site.write(f"{number}.log", jsonl(*(one | {"requestId": f"r{each}"} for each in mine)))


@pytest.mark.parametrize(
    ("write", "rows"),
    [
        (of_requests, 40_000),
        (of_events, 40_000),
        (of_signed_events, 40_000),
        (of_heartbeats, 20_000),
        (of_invocations, 20_000),
    ],
    ids=["requests", "events", "signed events", "heartbeats", "invocations"],
)
@pytest.mark.parametrize("files", [3, 120])
def test_memory_is_flat_whatever_the_number_of_files(site, write, rows, files):
    write(site, files, rows)
    code, said, peak = site.measured()
    assert (code, said) == (0, "")
    assert peak < FLAT
