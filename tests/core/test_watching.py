"""What a watch does next: it latches, records before it acts, and never acts again on what it does not know."""

import pytest

from auditor.core.watching import Due, Status, Watch, read_watch

NEW = Watch("shop/production, release r1: profile, rollback")
FIRED = NEW.fired("2025-01-14T12:00:00Z")
SEALED = FIRED.sealed("bundles/one")
ACTING = SEALED.acting()


def test_it_looks_until_it_fires_then_seals_then_acts():
    assert NEW.due(act=True, most_attempts=1) is Due.EVALUATE
    assert FIRED.due(act=True, most_attempts=1) is Due.SEAL
    assert FIRED.due(act=False, most_attempts=1) is Due.SEAL
    assert SEALED.due(act=True, most_attempts=1) is Due.ACT
    assert SEALED.due(act=False, most_attempts=1) is Due.STOP


@pytest.mark.parametrize("status", [Status.ACTED, Status.UNKNOWN])
def test_what_ended_or_may_have_is_not_done_again(status):
    assert ACTING.ended(status, "so").due(act=True, most_attempts=10) is Due.STOP


def test_what_failed_is_tried_as_often_as_allowed():
    failed = ACTING.ended(Status.FAILED, "exit code 1")
    assert failed.due(act=True, most_attempts=1) is Due.STOP
    assert failed.due(act=True, most_attempts=2) is Due.ACT
    assert failed.due(act=False, most_attempts=2) is Due.STOP
    assert failed.acting().attempts == 2
    assert failed.acting().outcome is None


def test_another_process_does_not_know_what_became_of_it():
    found = ACTING.resumed(again=False)
    assert (found.status, found.attempts) == (Status.UNKNOWN, 1)
    assert found.outcome == "the watch ended while it was being set off"
    assert ACTING.resumed(again=True).due(act=True, most_attempts=1) is Due.ACT


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNKNOWN])
def test_a_person_may_say_again(status):
    ended = ACTING.ended(status, "so")
    assert ended.resumed(again=False) == ended
    assert ended.resumed(again=True).due(act=True, most_attempts=1) is Due.ACT
    assert ended.resumed(again=True).attempts == 0


@pytest.mark.parametrize("watch", [NEW, FIRED, SEALED, ACTING.ended(Status.ACTED, "so")])
def test_again_changes_nothing_else(watch):
    assert watch.resumed(again=True) == watch


@pytest.mark.parametrize("watch", [NEW, FIRED, SEALED, ACTING, ACTING.ended(Status.FAILED, "so")])
def test_what_is_kept_is_read_back(watch):
    assert read_watch(watch.document()) == watch


@pytest.mark.parametrize(
    "change",
    [
        {"schemaVersion": 2},
        {"more": 1},
        {"subject": None},
        {"asOf": 5},
        {"bundle": 5},
        {"outcome": []},
        {"attempts": -1},
        {"attempts": True},
        {"attempts": "1"},
        {"status": "asleep"},
        {"status": None},
        {"asOf": None},
        {"status": "watching"},
    ],
)
def test_anything_else_is_refused(change):
    with pytest.raises(ValueError, match="."):
        read_watch(ACTING.document() | change)


@pytest.mark.parametrize("document", [None, [], "watching", {}])
def test_what_is_no_state_is_refused(document):
    with pytest.raises(ValueError, match="schemaVersion 1"):
        read_watch(document)
