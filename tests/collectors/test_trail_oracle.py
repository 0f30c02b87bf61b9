"""A signed trail that awscli accepts, and what both say when it is tampered with."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.model import Window
from auditor.shell.policy_cases import Case, decide_tables
from auditor.shipped import policies_dir
from auditor.tables import identifier_halves
from signed_trail import ACCOUNT, BUCKET, HOUR, REGION, START, TRAIL, SignedTrail
from trail_oracle import find_awscli, judged
from trail_tamperings import PAGE, TAMPERINGS, page

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

END = START + 5 * HOUR
KEYS = {REGION: ["keys/eu-central-1.json"]}


@pytest.fixture(scope="module")
def aws() -> str:
    """Return the path of awscli; without it a test is skipped, but under ``CI=true`` it fails."""
    found = find_awscli()
    if found is None:
        said = "awscli is not installed: tools/install-awscli.sh"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return found


@pytest.fixture(scope="module")
def decided():
    """Give what decides trail.chain_verifies on a snapshot: the findings that do not pass."""
    pack = load_pack(policies_dir())
    control = pack.controls["trail.chain_verifies"]
    chains = [f"trail/{ACCOUNT}/{REGION}/{TRAIL}"]
    parameters, problems = control.metadata.effective({"chains": chains, "keys": "saved", "slack_seconds": 900})
    assert problems == []
    with WasmEngine(pack) as engine:

        def decide(tables: dict[str, Path], start: datetime) -> set[tuple[str, str]]:
            case = Case(control, "", "", parameters, Window(start, END), END, {}, [])
            found = decide_tables(pack, case, tables, engine)
            assert found
            return {(one.verdict.value, one.reason) for one in found if one.verdict.value != "pass"}

        yield decide


def collected(site, trail, anchor):
    """Collect the trail from files; return the snapshot's tables, which its reader accepts."""
    trail.write(site.root / "copy", site.root / "keys/eu-central-1.json")
    digests = {"bucket": BUCKET, "folder": "copy", "keys": KEYS, "anchors": [anchor]}
    site.source("trail", "cloudtrail", files=["copy/**/*.json.gz"], digests=digests)
    return open_snapshot(site.snapshot()).tables


def anchor_of(trail):
    """What the run before saw: the trail's second digest."""
    following = trail.documents[trail.digests[2]]
    return {"digest": trail.digests[1], "sha256": following["previousDigestHashValue"]}


def test_awscli_accepts_the_chain(aws, s3_endpoint):
    code, said = judged(SignedTrail(), aws, s3_endpoint)
    assert code == 0
    assert "5/5 digest files valid" in said
    assert "8/8 log files valid" in said
    assert "INVALID" not in said


def test_awscli_accepts_a_log_that_was_compressed_anew_and_a_backfill_digest_and_so_do_we(
    aws, s3_endpoint, site, decided
):
    trail = SignedTrail()
    key = trail.logs[0][0]
    trail.change(key, gzip.compress(gzip.decompress(trail.objects[key].content), 1))
    trail.add_digest(2, [], previous=None, backfill=True)
    code, said = judged(trail, aws, s3_endpoint)
    assert (code, "1/1 backfill digest files valid" in said) == (0, True)
    assert decided(collected(site, trail, anchor_of(trail)), START + 2 * HOUR) == set()


def test_we_accept_the_chain(site, decided):
    trail = SignedTrail()
    assert decided(collected(site, trail, anchor_of(trail)), START + 2 * HOUR) == set()


@pytest.mark.parametrize("one", TAMPERINGS, ids=lambda one: one.name)
def test_a_tampering_is_caught_by_us(site, decided, one):
    trail = SignedTrail()
    anchor = anchor_of(trail)
    one.act(trail)
    tables = collected(site, trail, anchor)
    assert decided(tables, START + 2 * HOUR) == set(one.ours)
    forged = {identifier_halves(f"f-{REGION}-3-9-{number}") for number in range(2)}
    read = pq.read_table(tables["audit_events"]).to_pylist()
    assert not forged & {(row["event_hi"], row["event_lo"]) for row in read}


@pytest.mark.parametrize("one", TAMPERINGS, ids=lambda one: one.name)
def test_what_awscli_says_of_a_tampering(aws, s3_endpoint, one):
    trail = SignedTrail()
    one.act(trail)
    code, said = judged(trail, aws, s3_endpoint)
    assert (code, "INVALID" in said) == ((1, True) if one.theirs else (0, False))


def test_trap_09_awscli_ends_with_0_on_what_ours_never_passes():
    missed = [one for one in TAMPERINGS if not one.theirs]
    assert len(TAMPERINGS) >= 16
    assert len(missed) >= 6
    assert len({one.name for one in TAMPERINGS}) == len(TAMPERINGS)
    assert all(verdict in {"fail", "inconclusive"} for one in TAMPERINGS for verdict, _ in one.ours)


def test_the_page_is_made_of_these():
    assert PAGE.read_text(encoding="utf-8") == page()
