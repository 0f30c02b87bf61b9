"""The scan of logs for personal data: what it counts, what it keeps of it, and what it refuses."""

from __future__ import annotations

import gzip
import hashlib

import pyarrow.parquet as pq
import pytest

from auditor.pii import TYPES
from auditor_collectors import pii_scan
from auditor_collectors.pii_scan import PiiScanCollector
from collecting import Site
from one_source import bytes_of, refusal, rows_of, snapshot_of

OPTIONS = {"files": ["*.log"]}
LOG = "2025-01-14T10:00:00Z INFO ok\n\n2025-01-14T10:00:01Z WARN mail max@example.org failed\n"
MIB = 1 << 20


def scanned(root, options=OPTIONS, output="snapshot"):
    snapshot = snapshot_of(PiiScanCollector(), options, root, output)
    scans = {(row["file"], row["type"]): row for row in rows_of(snapshot, "pii_scans")}
    return snapshot, scans, rows_of(snapshot, "pii_hits")


def test_it_counts_records_and_hits_of_each_type(tmp_path):
    (tmp_path / "a.log").write_text(LOG)
    snapshot, scans, hits = scanned(tmp_path)
    assert set(scans) == {(1, kind) for kind in TYPES}
    row = scans[1, "EMAIL"]
    assert (row["records"], row["bytes"], row["hits"]) == (2, len(LOG), 1)
    assert row["sha256"] == hashlib.sha256(LOG.encode()).hexdigest()
    assert scans[1, "IBAN"]["hits"] == 0
    assert [(one["record"], one["position"], one["length"], one["type"]) for one in hits] == [(3, 32, 15, "EMAIL")]
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (cell["records"], cell["pages"], cell["status"]) == (2, 1, "ok")


def test_the_limit_of_detection_stands_in_every_row(tmp_path):
    (tmp_path / "a.log").write_text(LOG)
    _, scans, _ = scanned(tmp_path)
    for (_, kind), row in scans.items():
        assert (row["scanner_planted"], row["scanner_near_misses"]) == (200, 100)
        structured = kind not in {"ADDRESS", "POSTAL_CODE_DE"}
        assert (row["scanner_found"] >= 198) is structured
        assert row["scanner_found"] > 0


def test_what_matched_is_nowhere_in_the_snapshot_and_its_digest_is_of_this_run_alone(tmp_path):
    (tmp_path / "a.log").write_text(LOG + LOG)
    first, _, [one, same] = scanned(tmp_path)
    _, _, [other, _] = scanned(tmp_path, output="again")
    digest = one["match_hi"], one["match_lo"]
    assert digest == (same["match_hi"], same["match_lo"])
    assert digest != (other["match_hi"], other["match_lo"])
    assert not any(b"max@" in content or b"example" in content for content in bytes_of(first).values())


def test_gzip_and_blocks_and_places_agree(tmp_path, monkeypatch):
    lines = [f"line {number} " + ("max@example.org" if number % 7 == 0 else "x" * number) for number in range(1, 200)]
    text = "\n".join(lines)
    (tmp_path / "a.log").write_text(text)
    _, _, plain_hits = scanned(tmp_path)
    assert [one["record"] for one in plain_hits] == list(range(7, 200, 7))
    (tmp_path / "a.log").write_bytes(gzip.compress(text[:900].encode()) + gzip.compress(text[900:].encode()))
    for block in (7, 100, MIB):
        monkeypatch.setattr(pii_scan, "BLOCK", block)
        _, scans, hits = scanned(tmp_path, output=f"blocks-{block}")
        assert scans[1, "EMAIL"]["records"] == 199
        places = [(one["record"], one["position"], one["length"]) for one in hits]
        assert places == [(one["record"], one["position"], one["length"]) for one in plain_hits]


def test_all_are_counted_and_only_some_places_kept(tmp_path):
    (tmp_path / "a.log").write_text("max@example.org\n" * 50)
    _, scans, hits = scanned(tmp_path, OPTIONS | {"kept_hits": 3})
    assert (scans[1, "EMAIL"]["hits"], len(hits)) == (50, 3)
    _, scans, hits = scanned(tmp_path, OPTIONS | {"kept_hits": 0}, "none")
    assert (scans[1, "EMAIL"]["hits"], hits) == (50, [])


def test_only_the_declared_types_are_looked_for(tmp_path):
    (tmp_path / "a.log").write_text("max@example.org and 4111111111111111\n")
    _, scans, hits = scanned(tmp_path, OPTIONS | {"types": ["CREDIT_CARD"]})
    assert set(scans) == {(1, "CREDIT_CARD")}
    assert [one["type"] for one in hits] == ["CREDIT_CARD"]


def test_text_that_is_no_utf8_is_scanned_all_the_same(tmp_path):
    (tmp_path / "a.log").write_bytes("jörg@example.org schrieb".encode("latin-1"))
    _, scans, _ = scanned(tmp_path)
    assert scans[1, "EMAIL"]["hits"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("max@example.org".encode("utf-16"), "a.log: holds bytes of zero, so it is no text that can be searched"),
        (b"\n \n", "source 's': its files hold blank lines only"),
        (b"", "a.log: is empty"),
        (gzip.compress(b"x" * 100, mtime=0)[:-4], "a.log: truncated gzip stream"),
    ],
)
def test_what_cannot_be_searched_is_refused(tmp_path, content, said):
    (tmp_path / "a.log").write_bytes(content)
    assert refusal(PiiScanCollector(), OPTIONS, tmp_path).startswith(said)


def test_the_options_name_every_problem():
    said = PiiScanCollector().check({"files": ["a"], "types": ["SHOE_SIZE"], "kept_hits": -1})
    assert len(said) == 2
    assert "'SHOE_SIZE' is not one of EMAIL, PHONE_DE" in said[0]


def test_it_says_how_far_it_is(tmp_path, site):
    site.write("a.log", LOG * 40_000)
    site.source("scan", "pii_scan", files=["a.log"])
    told = []
    site.snapshot(progress=lambda done, total, what: told.append((done, total, what)))
    done = [one[0] for one in told]
    assert len(done) >= 3
    assert done == sorted(done)
    assert told[-1] == (len(LOG) * 40_000, len(LOG) * 40_000, "scan")


def test_memory_does_not_grow_with_the_file(tmp_path):
    line = "2025-01-14T10:00:00Z INFO nothing to see here, move along please\n"
    peaks = []
    for size in (4, 32):
        folder = tmp_path / f"of-{size}"
        folder.mkdir()
        fresh = Site(folder)
        fresh.write("a.log", line * (size * MIB // len(line)))
        fresh.source("scan", "pii_scan", files=["a.log"])
        code, said, peak = fresh.measured()
        assert (code, said) == (0, "")
        peaks.append(peak)
    assert peaks[1] < peaks[0] + 12 * MIB
