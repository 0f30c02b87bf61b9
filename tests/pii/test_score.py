"""What is counted of a system's answers to the corpus."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from auditor.pii import TYPES
from auditor.pii.corpus import Document, Label, documents
from auditor.pii.plain import plain
from auditor.pii.score import Detection, left_in, scored

TEXT = "Mail max@example.org or call 030 23125123, not 030 12."
DOCUMENT = Document(
    "d1",
    "en",
    TEXT,
    (
        Label("EMAIL", 5, 20, near_miss=False, plain="max@example.org"),
        Label("PHONE_DE", 29, 41, near_miss=False, plain="030 23125123"),
        Label("PHONE_DE", 47, 53, near_miss=True, plain="030 12"),
    ),
)
CLEAN = "Mail [EMAIL] or call [PHONE], not 030 12."


def result(output: str, *found: Detection) -> dict[str, dict[str, int]]:
    results = scored([DOCUMENT], {"d1": output}, {"d1": found}, seed=1)
    return {kind: asdict(one) for kind, one in results.items() if any(asdict(one).values())}


def test_the_labels_are_where_the_test_says() -> None:
    assert [TEXT[one.start : one.end] for one in DOCUMENT.labels] == [one.plain for one in DOCUMENT.labels]


def test_what_was_found_at_its_place_and_is_gone_counts() -> None:
    found = result(CLEAN, Detection("EMAIL", 5, 20), Detection("PHONE_DE", 30, 38))
    assert found["EMAIL"] | {} == {
        "planted": 1, "detected": 1, "unredacted": 0, "near_misses": 0, "false_positives": 0, "scanner_planted": 1,
        "scanner_found": 1,
    }  # fmt: skip
    assert (found["PHONE_DE"]["detected"], found["PHONE_DE"]["near_misses"]) == (1, 1)


@pytest.mark.parametrize(
    ("detection", "detected", "false"),
    [
        (Detection("PHONE_DE", 47, 53), 0, 1),  # the near miss
        (Detection("PHONE_DE", 0, 4), 0, 1),  # elsewhere
        (Detection("PHONE_DE", 40, 44), 1, 0),  # overlaps
        (Detection("PHONE_DE", 41, 44), 0, 1),  # begins where it ends
        (Detection("PHONE_DE"), 1, 0),  # without a place
    ],
)
def test_a_detection_is_right_where_the_piece_is(detection: Detection, detected: int, false: int) -> None:
    found = result(CLEAN, detection)["PHONE_DE"]
    assert (found["detected"], found["false_positives"]) == (detected, false)


def test_counts_without_places_are_never_more_than_was_planted() -> None:
    found = result(CLEAN, *[Detection("EMAIL")] * 3)["EMAIL"]
    assert (found["detected"], found["false_positives"]) == (1, 2)
    found = result(CLEAN, Detection("EMAIL", 5, 20), Detection("EMAIL"))["EMAIL"]
    assert (found["detected"], found["false_positives"]) == (1, 1)


@pytest.mark.parametrize(
    ("output", "left"),
    [
        ("max@example.org", 1), ("MAX@EXAMPLE.ORG", 1), ("max (at) example punkt org", 1), ("m***@example.org", 0),
        ("max@exam\u200bple.org", 1), ("max%40example.org", 1), ("[EMAIL]", 0), ("", 0),
    ],
)  # fmt: skip
def test_what_is_left_is_found_in_any_form(output: str, left: int) -> None:
    assert result(output)["EMAIL"]["unredacted"] == left


@pytest.mark.parametrize(("output", "left"), [("+49 30 23125-123", 1), ("0 30 2 3 1 2 5 1 2 3", 1), ("030 23125", 0)])
def test_a_number_is_left_however_it_is_written(output: str, left: int) -> None:
    assert result(output)["PHONE_DE"]["unredacted"] == left


def test_a_postcode_is_not_found_within_another_number() -> None:
    label = Label("POSTAL_CODE_DE", 0, 5, near_miss=False, plain="10115")
    assert left_in(label, "D-10115 Berlin")
    assert not left_in(label, "1101150")


def test_a_system_that_changes_nothing_leaves_everything_and_one_that_says_nothing_leaves_nothing() -> None:
    made = list(documents(8, 400))
    same = scored(made, {one.id: one.text for one in made}, {}, seed=1)
    silent = scored(made, {one.id: "" for one in made}, {}, seed=1)
    for kind in TYPES:
        assert same[kind].unredacted == same[kind].planted == same[kind].scanner_planted == 80
        assert silent[kind].unredacted == same[kind].detected == same[kind].false_positives == 0
        assert same[kind].scanner_found * 100 >= 99 * same[kind].scanner_planted
        assert same[kind].near_misses == 40


def test_plain_text_is_what_is_searched() -> None:
    assert plain("a\u00a0b") == "a b"
