import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor.tables import identifier_halves
from auditor_collectors.rollback_log import RollbackLogCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

MEMBERS = {"at": "at", "step": "event", "exit_code": "code", "dry_run": "dry", "reference": "notice"}
STEPS = {"OPENED": "opened", "START": "script_started", "END": "script_finished", "TOLD": "notified"}
OPTIONS = {"files": ["*.jsonl"], "members": MEMBERS, "steps": STEPS}
AT = datetime(2025, 1, 14, 11, tzinfo=UTC)
GOOD = {"at": "2025-01-14T11:00:00Z", "event": "START", "dry": False, "operator": "jane.doe@example.org"}


def write(root, *documents):
    (root / "log.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents))


def collected(root, options=OPTIONS, **more):
    return snapshot_of(RollbackLogCollector(), options, root, **more)


def coverage(snapshot):
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    return cell


def row(**values):
    empty = {"event_time": AT, "exit_code": None, "dry_run": None, "reference_hi": None, "reference_lo": None}
    return empty | values


def test_a_row_for_each_step_and_nothing_else_of_it(tmp_path):
    write(tmp_path, GOOD, GOOD | {"event": "END", "code": 0}, GOOD | {"event": "TOLD", "notice": "n-1", "dry": True})
    snapshot = collected(tmp_path)
    high, low = identifier_halves("n-1")
    found = rows_of(snapshot, "rollback_steps")
    assert sorted(found, key=lambda one: one["step"]) == [
        row(step="notified", dry_run=True, reference_hi=high, reference_lo=low),
        row(step="script_finished", exit_code=0, dry_run=False),
        row(step="script_started", dry_run=False),
    ]
    assert all(b"jane" not in content for content in bytes_of(snapshot).values())
    assert (coverage(snapshot)["records"], coverage(snapshot)["detail"]) == (3, None)


def test_a_log_that_was_only_opened_is_one(tmp_path):
    write(tmp_path, GOOD | {"event": "OPENED"})
    assert [one["step"] for one in rows_of(collected(tmp_path), "rollback_steps")] == ["opened"]


def test_a_step_that_the_mapping_does_not_name_is_kept_as_other_and_counted(tmp_path):
    write(tmp_path, GOOD | {"event": "start"}, GOOD | {"event": "REBOOT"})
    snapshot = collected(tmp_path)
    assert {one["step"] for one in rows_of(snapshot, "rollback_steps")} == {"other"}
    assert coverage(snapshot)["detail"] == "2 steps that the mapping does not name"


def test_whether_it_was_rehearsed_is_unknown_where_nothing_says_so(tmp_path):
    write(tmp_path, GOOD | {"dry": None})
    assert rows_of(collected(tmp_path), "rollback_steps")[0]["dry_run"] is None
    write(tmp_path, GOOD)
    members = {name: MEMBERS[name] for name in ("at", "step")}
    [found] = rows_of(collected(tmp_path, OPTIONS | {"members": members}, output="b"), "rollback_steps")
    assert found == row(step="script_started")


def test_a_step_that_was_delivered_twice_is_kept_once_and_counted(tmp_path):
    write(tmp_path, GOOD, GOOD)
    snapshot = collected(tmp_path)
    assert len(rows_of(snapshot, "rollback_steps")) == 1
    assert (coverage(snapshot)["records"], coverage(snapshot)["duplicates"]) == (2, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"at": "yesterday"}, "log.jsonl, line 2, member 'at': found 'yesterday', expected an RFC 3339 instant"),
        ({"at": "2025-01-14T12:02:01Z"}, "expected at most 2 minutes after the collection"),
        ({"event": 1}, "member 'event': found 1, expected text"),
        ({"code": "0"}, "member 'code': found '0', expected a whole number of at most 32 bits"),
        ({"code": True}, "expected a whole number of at most 32 bits"),
        ({"code": 1 << 32}, "expected a whole number of at most 32 bits"),
        ({"dry": "false"}, "member 'dry': found 'false', expected true or false, without quotes"),
        ({"notice": ""}, "member 'notice': found '', expected an id"),
    ],
)
def test_what_is_wrong_is_refused_with_file_line_and_member(tmp_path, wrong, said):
    write(tmp_path, GOOD, GOOD | wrong)
    assert said in refusal(RollbackLogCollector(), OPTIONS, tmp_path)


def test_files_without_a_step_are_refused(tmp_path):
    (tmp_path / "log.jsonl").write_text("\n")
    said = refusal(RollbackLogCollector(), OPTIONS, tmp_path)
    assert "source 's': its files hold no step" in said
    assert "has one line that says when it was opened" in said


def test_a_step_that_is_none_of_ours_is_refused_before_anything_is_read():
    [problem] = RollbackLogCollector().check(OPTIONS | {"steps": {"END": "finished"}})
    assert problem.startswith("steps: Value error, gives 'finished', expected one of opened, triggered, script_started")
    assert RollbackLogCollector().check({"files": ["a"], "members": {"at": "at"}}) == ["members.step: Field required"]


def test_its_example_is_accepted():
    import tomllib

    [(kind, options)] = [
        (one.pop("kind"), one) for one in tomllib.loads(RollbackLogCollector.example)["sources"].values()
    ]
    assert kind == "rollback_log"
    assert RollbackLogCollector().check(options) == []
