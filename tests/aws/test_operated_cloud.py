"""Every call about alarms, dashboards, canaries, metrics, deployments, flags and trails, denied in turn, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib.metadata import entry_points

import boto3
import pytest

from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.model import Window
from auditor_collectors.aws import live
from aws import operated_cloud, test_watched_cloud
from aws.company import log_in
from aws.loopback import denied, serving
from aws.operated_cloud import SOURCES
from aws.sources import test_residency_denied
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, rows_of
from aws.verdicts import better, decided_lines, observed
from policies.shipped_cases import PACK

CALLS = [
    (source, operation.service, operation.name)
    for source, one in SOURCES.items()
    for operation in one.collector.operations
]
PROFILES = [load_profile(PACK, name) for name in ("production-deployment", "eu-compliance")]
AS_OF = COLLECTED_AT + timedelta(seconds=10)
WINDOW = Window(AS_OF - timedelta(hours=2), AS_OF)
# A chain says which digest was not read, and why; the calls stand in the coverage of the line beside it.
NAMED_BY_THEIR_DIGEST = {"trail.whole"}
# What else the lines of a source read.
BESIDE = {"alarms": ("metrics",), "metrics": ("alarms",)}


def values(found):
    return {key: finding.verdict.value for key, finding in found.items()}


def worsened(before, after, key):
    """Say whether what passed passes no more, or what was not there now does not pass."""
    was, now = before.get(key), after.get(key)
    return (was is None or was.verdict.value == "pass") and now is not None and now.verdict.value != "pass"


def account_of(source):
    return SOURCES[source].options.get("accounts", [ACCOUNT])[0]


def cell_of(source):
    return f"{SOURCES[source].name}/{account_of(source)}/{HOME}"


def lines_of(source):
    """Return line, control and parameters of each shipped line that reads ``source``, narrowed to this cloud."""
    read = (source, *BESIDE.get(source, ()))
    cells = {name: cell_of(one) for one in read for name in (SOURCES[one].name, f"aws_{one}")}
    own = SOURCES[source].name

    def narrowed(bound):
        parameters = dict(bound.parameters)
        parameters |= {one: [own] for one in ("flag_sources", "change_sources") if one in parameters}
        if "cells" in parameters:
            named = {one.split("/")[0] for one in parameters["cells"]}
            parameters["cells"] = sorted({cells[one] for one in named & cells.keys()}) or parameters["cells"]
        if "chains" in parameters:
            parameters["chains"] = [f"{cell_of(source)}/audit"]
        return parameters

    found = []
    for profile in PROFILES:
        for line in profile.document.lines:
            if line.control is None or not {own, f"aws_{source}"} & set(line.reads):
                continue
            found.extend((line.id, bound.control.id, narrowed(bound)) for bound in profile.bound[line.id])
    return found


def collected(source, root, *faults):
    with serving(operated_cloud.cloud(*faults)) as cloud:
        asked = SOURCES[source]
        found = rows_of(asked.collector, {"endpoint_url": cloud.url} | asked.options, root)
    return found, {one.call() for one in cloud.asked}


@cache
def session_of(_account):
    """Return one session for all collections of an account, so that the models of the services are read once."""
    return boto3.Session()


def quicken(patch, source):
    log_in(patch, account_of(source))
    patch.setattr(live.Live, "_boto", lambda _live: session_of(account_of(source)))
    patch.setattr(live, "PAUSE_SECONDS", 0)
    patch.setattr("auditor_collectors.aws.buckets.Buckets.take", lambda *_, **__: None)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The rows of each source when all is answered, and the calls that were made."""
    found = {}
    for source in SOURCES:
        with pytest.MonkeyPatch.context() as patch:
            quicken(patch, source)
            found[source] = collected(source, tmp_path_factory.mktemp(source))
    return found


@pytest.fixture(scope="module")
def judge(plain):
    """Decide the lines of a source on its rows, and on those of what they read beside it."""
    with WasmEngine(PACK) as engine:

        def judged(source, rows):
            others = {SOURCES[one].name: plain[one][0] for one in BESIDE.get(source, ())}
            return decided_lines(engine, lines_of(source), {SOURCES[source].name: rows, **others}, WINDOW)

        judged.engine = engine
        yield judged


@pytest.fixture(scope="module")
def before(plain, judge):
    return {source: judge(source, plain[source][0]) for source in SOURCES}


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_answered_is_whole_and_every_call_is_made(plain, source):
    found, asked = plain[source]
    assert {(row["call"], row["status"]) for row in found["coverage"] if row["status"] != "ok"} == set()
    assert {row["status"] for row in found.get("source_answers", ())} <= {"ok"}
    assert {(operation.service, operation.name) for operation in SOURCES[source].collector.operations} <= asked


@pytest.mark.parametrize("source", SOURCES)
def test_lines_of_every_source_pass_when_all_is_answered(before, source):
    """Else nothing could get worse, and the law below would hold of anything."""
    assert "pass" in values(before[source]).values()


def test_every_operation_of_every_source_is_denied_somewhere():
    operations = {
        (point.name, one.service, one.name)
        for point in entry_points(group="auditor.collectors")
        if point.name.startswith("aws_") and point.value.startswith("auditor_collectors.aws.sources.")
        for one in point.load()().operations
    }
    tried = {
        *((f"aws_{source}", *call) for source, *call in CALLS),
        *((f"aws_{source}", *call) for source, *call in test_watched_cloud.CALLS),
        *test_residency_denied.EACH,
    }
    assert operations - tried == set()
    assert tried - operations == set()


@pytest.mark.parametrize(("source", "service", "call"), CALLS)
def test_a_call_that_is_denied_improves_no_verdict_and_is_named(
    plain, before, judge, monkeypatch, tmp_path, source, service, call
):
    quicken(monkeypatch, source)
    found, _ = collected(source, tmp_path, denied(service, call))
    after = judge(source, found)
    assert better(values(before[source]), values(after)) == set()
    worse = {
        line
        for line, resource in after.keys() | before[source].keys()
        if worsened(before[source], after, (line, resource))
    }
    for line in worse - NAMED_BY_THEIR_DIGEST:
        said = [f"{one.resource} {one.observed}" for (name, _), one in after.items() if name == line]
        assert any(call in one for one in said), (line, said)
    cell = observed(judge.engine, SOURCES[source].name, HOME, found, account_of(source))
    assert (cell.verdict.value, cell.reason) == ("inconclusive", "call_denied")
    assert call in cell.observed
