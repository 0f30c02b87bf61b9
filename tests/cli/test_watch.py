"""``auditor watch`` as a process: told to stop it stops, killed while it acts it does not act again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from auditor.adapters.signing.keys import generate_key
from auditor.model import isoformat
from auditor.shell.clock import utc_now

CONFIG = """\
[scope]
system = "shop"
environment = "production"
release = "r1"

[watch]
interval_seconds = 3600
command = {command}

[sources.requests]
kind = "requests"
files = ["requests.jsonl"]
format = "jsonl"
[sources.requests.columns]
event_time = {{ column = "at", unit = "rfc3339" }}
request_id = {{ column = "id" }}
route = {{ column = "route", values = {{ mcp = "mcp" }} }}
kind = {{ column = "kind", values = {{ generation = "generation" }} }}
latency = {{ column = "ms", unit = "ms" }}
outcome = {{ column = "outcome", values = {{ ok = "ok", error = "error" }} }}

[sources.requests_heartbeats]
kind = "heartbeats"
observes = "requests"
files = ["beats.jsonl"]
"""
PATIENCE_S = 60


@pytest.fixture
def site(tmp_path):
    """Give ``start(outcome, program, *options)``: a watch over ten minutes that just went by."""
    started = []

    def start(outcome, program="", *options):
        end = utc_now().replace(microsecond=0)
        end -= timedelta(seconds=end.second % 10)
        begin = end - timedelta(minutes=10)
        common = {"route": "mcp", "kind": "generation", "ms": 100, "outcome": outcome}
        instants = [isoformat(begin + timedelta(seconds=number)) for number in range(600)]
        lines = [json.dumps({"at": one, "id": one} | common) + "\n" for one in instants]
        (tmp_path / "requests.jsonl").write_text("".join(lines))
        beat = {"start": isoformat(begin), "end": isoformat(end), "records": 600}
        (tmp_path / "beats.jsonl").write_text(json.dumps(beat) + "\n")
        (tmp_path / "auditor.toml").write_text(CONFIG.format(command=json.dumps([sys.executable, "-c", program])))
        if not (tmp_path / "key.pem").exists():
            generate_key(tmp_path / "key.pem")
        run = "from auditor.cli.main import main; main()"
        command = [sys.executable, "-c", run, "watch", "--key", "key.pem", *options]
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def state(root):
    return json.loads((root / "watch.json").read_text())


def wait_for(path):
    end = time.monotonic() + PATIENCE_S
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert path.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_between_looks_it_stops_at_once(site, tmp_path, how):
    process = site("ok")
    assert any("undecided as of" in line for line in iter(process.stderr.readline, ""))
    process.send_signal(how)
    assert process.wait(PATIENCE_S) == 130
    assert not (tmp_path / "watch.json").exists()


def test_a_firing_without_act_is_told_and_sealed(site, tmp_path):
    process = site("error")
    said = process.stderr.read()
    assert process.wait(PATIENCE_S) == 1
    assert "rollback as of" in said
    assert "nothing was set off, for that needs --act" in said
    assert state(tmp_path)["status"] == "fired"
    assert len(list((tmp_path / "bundles").iterdir())) == 1


def test_told_to_stop_while_it_acts_it_lets_the_rollback_end(site, tmp_path):
    program = "import pathlib, time; pathlib.Path('begun').touch(); time.sleep(2); pathlib.Path('done').touch()"
    process = site("error", program, "--act")
    wait_for(tmp_path / "begun")
    process.send_signal(signal.SIGTERM)
    process.stderr.read()
    assert process.wait(PATIENCE_S) == 1
    assert (tmp_path / "done").exists()
    assert state(tmp_path)["status"] == "acted"


def test_killed_while_it_acts_it_is_unknown_and_not_repeated(site, tmp_path):
    program = "import os, pathlib; pathlib.Path('begun').write_text(str(os.getppid())); import time; time.sleep(1)"
    process = site("error", program, "--act")
    wait_for(tmp_path / "begun")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE_S)
    assert state(tmp_path)["status"] == "acting"
    (tmp_path / "begun").unlink()
    for left in (tmp_path / "scratch").iterdir():  # nobody cleans up after a SIGKILL
        shutil.rmtree(left)
    again = site("ok", program, "--act")
    said = again.stderr.read()
    assert again.wait(PATIENCE_S) == 5
    assert "ended while it was being set off" in said
    assert not (tmp_path / "begun").exists()
    assert state(tmp_path)["status"] == "unknown"
