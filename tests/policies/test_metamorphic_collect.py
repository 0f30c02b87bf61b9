"""How a log is cut into files, and the order of its lines, never change a fact or a verdict."""

from __future__ import annotations

import gzip

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_tables
from collecting import COLLECTED_AT, Site, jsonl, request
from policies.shipped_cases import PACK, law

CONTROL = PACK.controls["slo.error_rate"]
PARAMETERS, PROBLEMS = CONTROL.metadata.effective(
    {"routes": ["direct"], "limit_ppm": 100_000, "min_samples": 1, "request_sources": ["requests"]}
)
START = COLLECTED_AT.replace(hour=10)
lines = st.lists(st.tuples(st.integers(0, 59), st.sampled_from([200, 500]), st.integers(1, 9)), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def engine():
    with WasmEngine(PACK) as engine:
        yield engine


def facts(root, parts, counted, engine):
    """Collect the requests from one file a part; return their bytes and what is decided on them."""
    site = Site(root)
    for number, (part, compress) in enumerate(parts):
        content = jsonl(*part)
        site.write(f"log/{number}.log", gzip.compress(content, mtime=0) if compress else content)
    beat = {"start": "2025-01-14T10:00:00Z", "end": "2025-01-14T10:01:00Z", "records": counted}
    site.write("beats.log", jsonl(beat))
    site.requests("log/*.log")
    site.source("beats", "heartbeats", files=["beats.log"], observes="requests")
    tables = open_snapshot(site.snapshot()).tables
    window = Window(START, START.replace(minute=1))
    case = Case(CONTROL, "law", "", PARAMETERS, window, COLLECTED_AT, {}, [])
    found = decide_tables(PACK, case, tables, engine)
    return tables["requests"].read_bytes(), pq.read_table(tables["heartbeats"], partitioning=None), found


@law()
@given(told=lines, parts=st.integers(1, 5), random=st.randoms(use_true_random=False))
def test_how_a_log_is_cut_into_files_changes_nothing(told, parts, random, tmp_path_factory, engine):
    records = [
        request(number, t=f"2025-01-14T10:00:{second:02}Z", status=status, ms=ms)
        for number, (second, status, ms) in enumerate(told)
    ]
    whole = facts(tmp_path_factory.mktemp("whole"), [(records, False)], len(records), engine)
    cut = [[] for _ in range(parts)]
    for one in random.sample(records, len(records)):
        random.choice(cut).append(one)
    files = [(part, random.random() < 0.5) for part in cut if part]
    assert facts(tmp_path_factory.mktemp("cut"), files, len(records), engine) == whole


def test_the_law_s_parameters_are_valid():
    assert PROBLEMS == []
