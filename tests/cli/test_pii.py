"""``auditor pii``: a corpus goes out, answers come back, and their counts are a source."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from auditor.pii import STRUCTURED, TYPES
from auditor.pii.detector import detect
from auditor.pii.plain import plain
from auditor_collectors.pii_results import EXAMPLE, PiiResultsCollector
from one_source import rows_of, snapshot_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

RAN = ("--ran-at", "2025-01-14T07:00:00Z")
COUNTS = ("planted", "detected", "unredacted", "scanner_planted", "scanner_found", "near_misses", "false_positives")


@pytest.fixture
def corpus(auditor: Callable[..., Said], place: Path) -> Path:
    done = auditor("pii", "corpus", "--output", "corpus", "--seed", "3", "--documents", "200")
    assert (done.code, done.out) == (0, "corpus/documents.jsonl\n")
    return place / "corpus"


def documents(corpus: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (corpus / "documents.jsonl").read_text().splitlines()]


def answered(corpus: Path, answer: Callable[[dict[str, str]], dict[str, object] | None]) -> Path:
    """Write what a system answers to each document that it answers to."""
    path = corpus.with_name("outputs.jsonl")
    answers = [answer(one) for one in documents(corpus)]
    path.write_text("".join(json.dumps(one) + "\n" for one in answers if one is not None))
    return path


def redacting(document: dict[str, str]) -> dict[str, object]:
    """A system that uses our own detector."""
    text = plain(document["text"])
    found = detect(text)
    for one in reversed(found):
        text = f"{text[: one.start]}[{one.type}]{text[one.end :]}"
    said = [{"type": one.type, "start": one.start, "end": one.end} for one in found]
    return {"id": document["id"], "output": text, "detections": said}


def score(auditor: Callable[..., Said], outputs: Path) -> Said:
    return auditor(
        "pii", "score", "--corpus", "corpus", "--outputs", outputs, "--name", "support-v3", "--output", "results.jsonl",
        *RAN,
    )  # fmt: skip


def test_the_documents_hold_no_labels_and_the_labels_fit_them(corpus: Path) -> None:
    fed = {one["id"]: one for one in documents(corpus)}
    assert all(set(one) == {"id", "language", "text"} for one in fed.values())
    labels = [json.loads(line) for line in (corpus / "labels.jsonl").read_text().splitlines()]
    assert {one["type"] for one in labels} == set(TYPES)
    assert all(fed[one["id"]]["text"][one["start"] : one["end"]].strip() for one in labels)


def test_the_same_seed_gives_the_same_files(corpus: Path, auditor: Callable[..., Said], place: Path) -> None:
    auditor("pii", "corpus", "--output", "again", "--seed", "3", "--documents", "200")
    auditor("pii", "corpus", "--output", "other", "--seed", "4", "--documents", "200")
    for name in ("documents.jsonl", "labels.jsonl", "corpus.json"):
        first, again, other = ((place / folder / name).read_bytes() for folder in ("corpus", "again", "other"))
        assert first == again != other
    assert auditor("pii", "corpus", "--output", "again", "--seed", "3").code == 2


def test_the_counts_are_what_the_collector_reads(corpus: Path, auditor: Callable[..., Said], tmp_path: Path) -> None:
    done = score(auditor, answered(corpus, redacting))
    assert (done.code, done.out) == (0, "results.jsonl\n")
    columns = {
        name: {"column": name.split("_")[0] + "".join(p.title() for p in name.split("_")[1:])} for name in COUNTS
    }
    assert all(f'column = "{one["column"]}"' in EXAMPLE for one in columns.values())
    columns |= {
        "event_time": {"column": "ranAt", "unit": "rfc3339"},
        "corpus": {"column": "corpus", "values": {"support-v3": "support-v3"}},
        "type": {"column": "type", "values": {one: one for one in TYPES}},
    }
    options = {"files": ["results.jsonl"], "format": "jsonl", "columns": columns}
    rows = rows_of(snapshot_of(PiiResultsCollector(), options, corpus.parent, tmp_path / "snapshot"), "pii_results")
    assert len(rows) == len(TYPES)
    for row in rows:
        assert (row["planted"], row["near_misses"], row["scanner_planted"], row["scanner_found"]) == (40, 20, 40, 40)
        if row["type"] in STRUCTURED:
            assert (row["detected"], row["unredacted"], row["false_positives"]) == (40, 0, 0)
        else:
            assert row["detected"] + row["unredacted"] == 40


def test_a_system_that_does_nothing_leaves_everything(corpus: Path, auditor: Callable[..., Said]) -> None:
    score(auditor, answered(corpus, lambda one: {"id": one["id"], "output": one["text"]}))
    results = [json.loads(line) for line in (corpus.with_name("results.jsonl")).read_text().splitlines()]
    assert {(one["planted"], one["unredacted"], one["detected"]) for one in results} == {(40, 40, 0)}


WRONG = {
    "a document without an answer": (
        lambda one: None if one["id"] == "doc-000007" else {"id": one["id"], "output": ""},
        "1 documents have no output, doc-000007 among them",
    ),
    "no output": (lambda one: {"id": one["id"]}, "line 1, output: Field required"),
    "another document": (lambda _one: {"id": "doc-x", "output": ""}, "'doc-x' is of no document"),
    "a document twice": (lambda _one: {"id": "doc-000001", "output": ""}, "line 2: 'doc-000001' is there twice"),
    "another type": (
        lambda one: {"id": one["id"], "output": "", "detections": [{"type": "MAIL"}]},
        "found type 'MAIL', expected one of EMAIL",
    ),
    "a start without an end": (
        lambda one: {"id": one["id"], "output": "", "detections": [{"type": "EMAIL", "start": 1}]},
        "a detection needs start before end, or neither",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_is_wrong_is_named(corpus: Path, auditor: Callable[..., Said], name: str) -> None:
    answer, said = WRONG[name]
    done = score(auditor, answered(corpus, answer))
    assert done.code == 5
    assert said in done.err
    assert not corpus.with_name("results.jsonl").exists()


def test_a_corpus_that_was_changed_is_refused(corpus: Path, auditor: Callable[..., Said]) -> None:
    about = json.loads((corpus / "corpus.json").read_text())
    (corpus / "corpus.json").write_text(json.dumps(about | {"seed": 4}))
    done = score(auditor, answered(corpus, redacting))
    assert done.code == 2
    assert "its documents are not what its seed gives here" in done.err
    (corpus / "corpus.json").unlink()
    assert "does not say what the corpus was made of" in score(auditor, answered(corpus, redacting)).err
