"""The windows of lines: from which instants, to which, and when there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from auditor.adapters.policies.profile_document import Gate, Line, LineWindow
from auditor.model import Window

AS_OF = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
ENDED = datetime(2026, 3, 1, 10, 0, 19, 999_999, tzinfo=UTC)
FLOORED = datetime(2026, 3, 1, 10, 0, 10, tzinfo=UTC)


def window(**stated: Any) -> LineWindow:
    return LineWindow.model_validate({"anchor": "as_of", "start_seconds": -60, "end_seconds": 0} | stated)


def test_an_anchor_is_rounded_down_to_a_slot():
    found = window(anchor="phase_3_end", start_seconds=0, end_seconds=7200).at(AS_OF, anchors={"phase_3_end": ENDED})
    assert found == Window(FLOORED, FLOORED + timedelta(hours=2))


def test_a_window_may_run_from_one_anchor_to_another_and_be_shifted():
    one = window(anchor="phase_3_end", start_seconds=0, end_anchor="as_of", end_seconds=-10)
    assert one.anchors == {"phase_3_end", "as_of"}
    found = one.at(AS_OF, 20, {"phase_3_end": ENDED})
    assert found == Window(FLOORED + timedelta(seconds=20), AS_OF + timedelta(seconds=10))


def test_while_an_anchor_is_not_known_there_is_no_window_or_the_as_of_stands_for_it():
    assert window(anchor="phase_3_end").at(AS_OF) is None
    assert window(anchor="phase_3_end", or_as_of=True).at(AS_OF) == Window(AS_OF - timedelta(seconds=60), AS_OF)
    known = {"phase_3_end": ENDED}
    assert window(anchor="phase_3_end", or_as_of=True).at(AS_OF, anchors=known) == Window(
        FLOORED - timedelta(seconds=60), FLOORED
    )


def test_a_window_without_length_is_none():
    one = window(anchor="phase_3_end", start_seconds=0, end_anchor="as_of")
    assert one.at(AS_OF, anchors={"phase_3_end": AS_OF}) is None
    assert one.at(AS_OF, anchors={"phase_3_end": AS_OF + timedelta(seconds=10)}) is None


def test_the_as_of_is_nobodys_to_move():
    assert window().at(AS_OF, anchors={"as_of": ENDED}) == Window(AS_OF - timedelta(seconds=60), AS_OF)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"start_seconds": 0}, "not after its start"),
        ({"start_seconds": -5}, "multiple of 10"),
        ({"anchor": "Phase 3"}, "match pattern"),
        ({"from": 1}, "Extra inputs"),
    ],
)
def test_what_is_no_window_is_refused(stated, said):
    with pytest.raises(ValidationError, match=said):
        window(**stated)


WINDOW = {"anchor": "as_of", "start_seconds": -60, "end_seconds": 0}


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({}, "either a control or members or decided_by"),
        ({"members": ["b"], "decided_by": "verification"}, "either a control or members or decided_by"),
        ({"control": "slo.p95_latency"}, "needs a window"),
        ({"decided_by": "status"}, "says which status"),
        ({"members": ["b"], "status": "failed"}, "says which status"),
        ({"members": ["b"], "at": 7}, "says which of its lines"),
        ({"decided_by": "verification"}, "says which sign-off decides it"),
        ({"members": ["b"], "sign_off": "a"}, "says which sign-off decides it"),
        ({"members": ["b"], "role": "cto"}, "says which sign-off decides it"),
    ],
)
def test_a_line_is_of_one_kind(stated, said):
    with pytest.raises(ValidationError, match=said):
        Line.model_validate({"id": "a", "title": "A"} | stated)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"kind": "status"}, "names lines that are hard"),
        ({"kind": "go_no_go", "hard": ["a"]}, "names lines that are hard"),
        ({"kind": "go_no_go", "settle_seconds": 60}, "settles after nothing"),
    ],
)
def test_a_gate_says_what_belongs_to_its_kind(stated, said):
    with pytest.raises(ValidationError, match=said):
        Gate.model_validate({"id": "g", "title": "G", "lines": ["a"]} | stated)
