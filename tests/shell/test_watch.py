"""A watch over sources that grow while it looks: it fires when the rule is certain, never on a gap, and acts once."""

import http.server
import json
import os
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.adapters.watch.settings import read_settings
from auditor.config import load_config, load_watch
from auditor.core.watching import Status
from auditor.errors import AuditorError, UsageError
from auditor.model import isoformat
from auditor.shell.engines import DEFAULT_ENGINE
from auditor.shell.watch import WatchRequest, World, watch

START = datetime(2025, 1, 14, 12, tzinfo=UTC)
INTERVAL = 30
CONFIG = """\
[scope]
system = "shop"
environment = "production"
release = "r1"

[watch]
interval_seconds = 30
{watch}

[sources.requests]
kind = "requests"
files = ["requests.jsonl"]
format = "jsonl"
[sources.requests.columns]
event_time = {{ column = "at", unit = "rfc3339" }}
request_id = {{ column = "id" }}
route = {{ column = "route", values = {{ direct = "direct", mcp = "mcp" }} }}
kind = {{ column = "kind", values = {{ generation = "generation" }} }}
latency = {{ column = "ms", unit = "ms" }}
outcome = {{ column = "outcome", values = {{ ok = "ok", error = "error" }} }}

[sources.requests_heartbeats]
kind = "heartbeats"
observes = "requests"
files = ["beats.jsonl"]
"""


class Stream:
    """A service that writes its log and is observed, second by simulated second."""

    def __init__(self, root, *, watch="", bad=lambda _: False, blind=lambda _: False):
        self.root, self.bad, self.blind = root, bad, blind
        self.at = START
        root.mkdir(exist_ok=True)
        (root / "auditor.toml").write_text(CONFIG.format(watch=watch))
        generate_key(root / "key.pem")
        self.pass_time(600)

    def pass_time(self, seconds):
        """Let time pass; an incomplete line stays at the end of the log, as of a writer at work."""
        log = self.root / "requests.jsonl"
        whole = log.read_text().rpartition("\n")[0] + "\n" if log.exists() else ""
        lines, beats = [], []
        for _ in range(int(seconds)):
            if not self.blind(self.at):
                outcome = "error" if self.bad(self.at) else "ok"
                one = {"at": isoformat(self.at), "id": isoformat(self.at), "route": "mcp", "kind": "generation"}
                lines.append(json.dumps(one | {"ms": 100, "outcome": outcome}) + "\n")
            self.at += timedelta(seconds=1)
            if self.at.second % 10 == 0 and not self.blind(self.at - timedelta(seconds=1)):
                beat = {"start": isoformat(self.at - timedelta(seconds=10)), "end": isoformat(self.at), "records": 10}
                beats.append(json.dumps(beat) + "\n")
        log.write_text(whole + "".join(lines) + '{"at": "20')
        with (self.root / "beats.jsonl").open("a") as file:
            file.writelines(beats)

    def watch(self, *, until=None, **more):
        """Watch until ``until``; return how it ended and what was said."""
        said = []

        def wait(seconds):
            self.pass_time(seconds)
            return until is not None and self.at >= until

        config = self.root / "auditor.toml"
        request = WatchRequest(
            config=load_config(config),
            settings=read_settings(load_watch(config), config),
            profile="hybrid-routing-gates",
            policies=None,
            engine=DEFAULT_ENGINE,
            signer=load_signer(self.root / "key.pem"),
            output=self.root / "bundles",
            state=self.root / "state" / "watch.json",
            **more,
        )
        return watch(request, World(lambda: self.at, wait, said.append)), said

    def kept(self):
        return json.loads((self.root / "state" / "watch.json").read_text())


def recorder(root, code=0):
    """Return a command that notes each run and the bundle it was given, and ends with ``code``."""
    program = f"import sys; open({str(root / 'ran')!r}, 'a').write(sys.argv[-1] + chr(10)); sys.exit({code})"
    return "command = " + json.dumps([sys.executable, "-c", program])


def runs(root):
    return (root / "ran").read_text().splitlines() if (root / "ran").exists() else []


def breach(at):
    return lambda moment: moment >= at


FIRST_BAD = START + timedelta(seconds=615)


@pytest.mark.parametrize("after", [603, 624])
def test_a_breach_is_decided_within_one_interval_of_its_certainty(tmp_path, after):
    first_bad = START + timedelta(seconds=after)
    stream = Stream(tmp_path, watch=recorder(tmp_path), bad=breach(first_bad))
    end, said = stream.watch(act=True)
    [fired] = [look for look in said if look.decision == "rollback"]
    # 37 of 60 requests of a minute are certain to be most (exact binomial); a slot is judged when it is over.
    certain = first_bad + timedelta(seconds=37)
    certain += timedelta(seconds=-certain.second % 10)
    assert certain <= fired.as_of < certain + timedelta(seconds=INTERVAL)
    assert end.watch.status is Status.ACTED
    assert runs(tmp_path) == [end.watch.bundle]
    assert Path(end.watch.bundle).is_dir()
    assert stream.kept()["status"] == "acted"
    decisions = json.loads((Path(end.watch.bundle) / "data" / "decisions.json").read_text())
    assert decisions["asOf"] == end.watch.as_of == isoformat(fired.as_of)
    assert {gate["gate"]: gate["decision"] for gate in decisions["gates"]}["rollback"] == "rollback"


def test_looks_before_the_breach_do_not_fire(tmp_path):
    stream = Stream(tmp_path, watch=recorder(tmp_path), bad=breach(FIRST_BAD))
    end, said = stream.watch(act=True, until=FIRST_BAD + timedelta(seconds=20))
    assert end.stopped
    assert end.watch.status is Status.WATCHING
    assert {look.decision for look in said} == {"undecided"}  # no other source of the profile is there
    assert runs(tmp_path) == []


def test_a_gap_never_fires(tmp_path):
    stream = Stream(tmp_path, watch=recorder(tmp_path), blind=breach(FIRST_BAD))
    end, said = stream.watch(act=True, until=FIRST_BAD + timedelta(seconds=400))
    assert end.watch.status is Status.WATCHING
    assert {look.decision for look in said} == {"undecided"}
    assert runs(tmp_path) == []


def test_a_source_that_cannot_be_collected_is_said_and_looked_at_again(tmp_path):
    stream = Stream(tmp_path, watch=recorder(tmp_path))
    whole = (tmp_path / "beats.jsonl").read_text()
    (tmp_path / "beats.jsonl").write_text("no JSON\n")
    end, said = stream.watch(act=True, evaluations=1)
    assert [look.decision for look in said] == ["blind"]
    assert "beats.jsonl, line 1: not JSON" in said[0].words
    assert (end.decision, end.watch.status) == (None, Status.WATCHING)
    (tmp_path / "beats.jsonl").write_text(whole)
    assert stream.watch(evaluations=1)[0].decision == "undecided"


def test_without_act_it_only_tells_and_a_restart_with_act_does_not_forget(tmp_path):
    stream = Stream(tmp_path, watch=recorder(tmp_path), bad=breach(START))
    end, said = stream.watch()
    assert end.watch.status is Status.FIRED
    assert "needs --act" in said[-1].words
    assert runs(tmp_path) == []
    stream.pass_time(3 * 3600)  # the breach lies outside every window now
    stream.bad = breach(datetime.max.replace(tzinfo=UTC))
    again, _ = stream.watch(act=True)
    assert again.watch.status is Status.ACTED
    assert runs(tmp_path) == [end.watch.bundle]


def test_a_restart_does_not_fire_twice(tmp_path):
    stream = Stream(tmp_path, watch=recorder(tmp_path), bad=breach(START))
    assert stream.watch(act=True)[0].watch.status is Status.ACTED
    end, said = stream.watch(act=True)
    assert end.watch.status is Status.ACTED
    assert [look.decision for look in said] == ["acted"]
    assert len(runs(tmp_path)) == 1
    assert stream.watch(act=True, again=True)[0].watch.status is Status.ACTED
    assert len(runs(tmp_path)) == 1


def test_a_crash_while_it_was_set_off_is_unknown_and_not_repeated(tmp_path):
    stream = Stream(tmp_path, watch=recorder(tmp_path), bad=breach(START))
    stream.watch()
    state = stream.kept()
    (tmp_path / "state" / "watch.json").write_text(json.dumps(state | {"status": "acting", "attempts": 1}))
    end, said = stream.watch(act=True)
    assert end.watch.status is Status.UNKNOWN
    assert "ended while it was being set off" in said[-1].words
    assert stream.kept()["status"] == "unknown"
    assert runs(tmp_path) == []
    assert stream.watch(act=True, again=True)[0].watch.status is Status.ACTED
    assert len(runs(tmp_path)) == 1


def test_the_record_is_there_before_the_command_begins(tmp_path):
    look = f"import shutil, sys; shutil.copy({str(tmp_path / 'state' / 'watch.json')!r}, {str(tmp_path / 'seen')!r})"
    command = "command = " + json.dumps([sys.executable, "-c", look])
    stream = Stream(tmp_path, watch=command, bad=breach(START))
    end, _ = stream.watch(act=True)
    assert end.watch.status is Status.ACTED
    seen = json.loads((tmp_path / "seen").read_text())
    assert (seen["status"], seen["attempts"], seen["bundle"]) == ("acting", 1, end.watch.bundle)


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_command_that_fails_is_tried_as_often_as_was_said(tmp_path, attempts):
    watched = recorder(tmp_path, code=7) + f"\nattempts = {attempts}"
    stream = Stream(tmp_path, watch=watched, bad=breach(START))
    end, said = stream.watch(act=True)
    assert end.watch.status is Status.FAILED
    assert "ended with exit code 7" in said[-1].words
    assert len(runs(tmp_path)) == attempts
    stream.watch(act=True)
    assert len(runs(tmp_path)) == attempts


def test_a_command_that_is_not_there_failed(tmp_path):
    stream = Stream(tmp_path, watch='command = ["./no-such-program"]', bad=breach(START))
    end, _ = stream.watch(act=True)
    assert end.watch.status is Status.FAILED
    assert "cannot be started (No such file or directory)" in end.watch.outcome


def test_a_command_that_does_not_end_is_killed_with_all_it_started(tmp_path):
    child = f"import os,time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    parent = f"import subprocess,sys; subprocess.run([sys.executable, '-c', {child!r}])"
    command = "command = " + json.dumps([sys.executable, "-c", parent]) + "\ntimeout_seconds = 2"
    stream = Stream(tmp_path, watch=command, bad=breach(START))
    end, _ = stream.watch(act=True)
    assert end.watch.status is Status.FAILED
    assert "did not end within 2 s and was killed" in end.watch.outcome
    pid = int((tmp_path / "pid").read_text())
    stat = Path(f"/proc/{pid}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def webhook():
    """Give a server that keeps what it is sent and answers with ``status``; None hangs up."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.asked.append((self.path, self.headers["Idempotency-Key"], json.loads(body)))
            if server.status is None:
                self.close_connection = True
                return
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.status = [], 204
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "ended"),
    [(204, Status.ACTED), (500, Status.FAILED), (302, Status.FAILED), (None, Status.UNKNOWN)],
)
def test_a_webhook_is_told_once_and_its_answer_counts(tmp_path, webhook, status, ended):
    webhook.status = status
    url = f"http://127.0.0.1:{webhook.server_port}/rollback?team=support"
    stream = Stream(tmp_path, watch=f'url = "{url}"', bad=breach(START))
    end, _ = stream.watch(act=True)
    assert end.watch.status is ended
    [(path, key, body)] = webhook.asked
    assert path == "/rollback?team=support"
    assert key == Path(end.watch.bundle).name
    assert body["bundle"] == end.watch.bundle
    assert (body["decision"], body["asOf"]) == ("rollback", end.watch.as_of)
    stream.watch(act=True)
    assert len(webhook.asked) == 1


def test_a_webhook_that_is_not_there_failed(tmp_path, webhook):
    webhook.server_close()
    stream = Stream(tmp_path, watch=f'url = "http://127.0.0.1:{webhook.server_port}/"', bad=breach(START))
    assert stream.watch(act=True)[0].watch.status is Status.FAILED


def test_a_state_of_another_release_or_of_nothing_is_refused(tmp_path):
    stream = Stream(tmp_path, bad=breach(START))
    stream.watch()
    config = tmp_path / "auditor.toml"
    config.write_text(config.read_text().replace('"r1"', '"r2"'))
    with pytest.raises(UsageError, match="is of shop/production, release r1"):
        stream.watch()
    (tmp_path / "state" / "watch.json").write_text("{}")
    with pytest.raises(UsageError, match="is no state of a watch"):
        stream.watch()


def test_only_one_watch_holds_a_state(tmp_path):
    stream = Stream(tmp_path)
    refused = []

    def wait(seconds):
        with pytest.raises(UsageError, match="another watch holds it"):
            stream.watch(evaluations=1)
        refused.append(seconds)
        return True

    other = Stream.watch.__get__(stream)
    stream_pass, stream.pass_time = stream.pass_time, wait
    end, _ = other(until=START)
    stream.pass_time = stream_pass
    assert end.stopped
    assert refused == [INTERVAL]


def test_a_firing_whose_evidence_could_not_be_sealed_is_not_forgotten(tmp_path):
    stream = Stream(tmp_path, watch=recorder(tmp_path), bad=breach(START))
    (tmp_path / "bundles").write_text("a file where the folder should be")
    with pytest.raises((AuditorError, OSError)):
        stream.watch(act=True)
    assert (stream.kept()["status"], stream.kept()["bundle"]) == ("fired", None)
    assert runs(tmp_path) == []
    os.unlink(tmp_path / "bundles")  # noqa: PTH108
    end, _ = stream.watch(act=True)
    assert end.watch.status is Status.ACTED
    assert runs(tmp_path) == [end.watch.bundle]


def test_a_gate_that_is_no_rollback_is_refused(tmp_path):
    stream = Stream(tmp_path, watch='gate = "slo"')
    with pytest.raises(UsageError, match="has no rollback gate 'slo'; it has: rollback"):
        stream.watch(evaluations=1)
