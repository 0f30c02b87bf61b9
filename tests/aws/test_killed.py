"""A collection that is killed in the middle goes on where it was: the same snapshot, and nothing is asked again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from aws import company
from aws.loopback import serving

DRIVER = """
import sys
from pathlib import Path
from aws import company
company.collected(Path(sys.argv[1]), sys.argv[2])
"""
KILLED_AFTER = [4, 9, 21, 35]


def collecting(root, url):
    """Collect in a process of its own."""
    paths = os.pathsep.join(sys.path)
    return subprocess.Popen([sys.executable, "-c", DRIVER, str(root), url], env=os.environ | {"PYTHONPATH": paths})


def done_before(folder):
    """Return the calls that the recording holds, and the tokens of answers of which it holds the first pages."""
    index = [json.loads(line) for line in (folder / "index.jsonl").read_bytes().splitlines()]
    done = {
        (one["service"], one["call"], one["account"], one["region"], json.dumps(one["request"], sort_keys=True))
        for one in index
    }
    journal = folder / "journal.jsonl"
    pieces = [json.loads(line) for line in journal.read_bytes().splitlines()] if journal.exists() else []
    return done, {(*one["key"][:4], one["following"]["NextToken"]) for one in pieces}


@pytest.mark.parametrize("number", KILLED_AFTER)
def test_a_killed_collection_goes_on_and_asks_nothing_again(tmp_path, monkeypatch, number):
    company.log_in(monkeypatch)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    reached, free = threading.Event(), threading.Event()

    def hold(_asked, count):
        if count >= number:
            reached.set()
            free.wait(60)

    with serving(company.cloud()) as cloud:
        expected = company.collected(whole, cloud.url)
        cloud.asked.clear()
        cloud.faults.append(hold)
        process = collecting(killed, cloud.url)
        assert reached.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        cloud.faults.clear()
        free.set()
        assert not (killed / "snapshot").exists()
        done, pages = done_before(killed / "snapshot.collecting")
        assert len(done) > 1
        before = len(cloud.asked)
        assert collecting(killed, cloud.url).wait() == 0
        again = [one for one in cloud.asked[before:] if one.service != "sts"]
    asked = {
        (*one.call(), one.account, one.region, json.dumps(one.parameters, sort_keys=True, default=str)) for one in again
    }
    assert len(asked) == len(again)
    assert not asked & done
    resumed = {(*one.call(), one.account, one.region): one.parameters.get("NextToken") for one in reversed(again)}
    unfinished = {one[:4] for one in pages} - {one[:4] for one in done}
    assert all((*place, resumed[place]) in pages for place in unfinished)
    assert {path.name: path.read_bytes() for path in (killed / "snapshot").iterdir()} == expected
    assert not (killed / "snapshot.collecting").exists()
