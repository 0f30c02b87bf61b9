"""Chains of an audit log, told apart, verified and sealed, through the collector as a log goes through it."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import CollectionError
from auditor.model import isoformat
from auditor_collectors import audit_chains
from auditor_collectors.audit_chains import Separation
from auditor_collectors.audit_hash import event_hash
from auditor_collectors.audit_log import AuditLogCollector
from auditor_collectors.audit_seal import sealed_text
from one_source import bytes_of, rows_of, snapshot_of

START = datetime(2025, 1, 14, 10, tzinfo=UTC)
OPTIONS = {
    "files": ["app.jsonl"],
    "format": "jsonl",
    "unlinked_types": ["cost"],
    "values": {"event_type": ["step", "cost"], "route": ["direct", "mcp"]},
}


def linked(number, previous, process="a", **more):
    """Return the ``number``th event of ``process``, hashed as the application does."""
    event = {
        "eventId": f"{process}-{number}",
        "timestamp": isoformat(START + timedelta(seconds=number)),
        "eventType": "step",
        "metadata": {"routingPath": "direct"},
        "previousEventHash": previous,
        "eventHash": "",
    } | more
    event["eventHash"] = event_hash(event)
    return event


def chain(length, process="a", previous=""):
    events = []
    for number in range(length):
        events.append(linked(number, previous, process))
        previous = events[-1]["eventHash"]
    return events


def cost(number, **more):
    event = linked(number, "", "cost", eventType="cost")
    return {name: value for name, value in event.items() if name not in {"previousEventHash", "eventHash"}} | more


def collected(root, events, output="snapshot", **options):
    root.mkdir(exist_ok=True)
    (root / "app.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
    return snapshot_of(AuditLogCollector(), OPTIONS | options, root, output)


def links(snapshot):
    """Return, by chain, how the events hang on each other, in order."""
    found = {}
    rows = sorted(rows_of(snapshot, "application_events"), key=lambda row: (row["chain"], row["sequence"]))
    for row in rows:
        found.setdefault(row["chain"], []).append(row["link"])
    return found


def chains(snapshot):
    return {row["chain"]: row for row in rows_of(snapshot, "audit_chains")}


def test_one_chain_hangs_together_from_its_genesis(tmp_path):
    snapshot = collected(tmp_path, chain(5))
    assert links(snapshot) == {1: ["genesis", *["linked"] * 4]}
    [row] = chains(snapshot).values()
    assert (row["events"], row["mismatches"], row["missing"], row["forked"], row["unhashed"]) == (5, 0, 0, 0, 0)
    assert (row["first_time"], row["last_time"]) == (START, START + timedelta(seconds=4))
    assert row["witness"] == "none"


def test_interleaved_chains_without_an_id_are_told_apart(tmp_path):
    woven = [one for pair in zip(chain(6), chain(6, "b"), chain(6, "c"), strict=True) for one in pair]
    assert links(collected(tmp_path, woven)) == {number: ["genesis", *["linked"] * 5] for number in (1, 2, 3)}


@given(st.permutations(range(8)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=8)
def test_the_order_of_lines_and_of_one_instant_changes_nothing(tmp_path_factory, order):
    root = tmp_path_factory.mktemp("log")
    instant = {"timestamp": isoformat(START)}
    events, previous = [], ""
    for number in range(8):
        events.append(linked(number, previous, **instant))
        previous = events[-1]["eventHash"]
    first = collected(root / "first", events)
    assert sorted(links(first)[1]) == ["genesis", *["linked"] * 7]
    turned = collected(root / "turned", [events[place] for place in order])
    assert bytes_of(turned)["application_events.parquet"] == bytes_of(first)["application_events.parquet"]
    assert bytes_of(turned)["audit_chains.parquet"] == bytes_of(first)["audit_chains.parquet"]


def test_events_that_never_link_are_told_from_a_chain_that_was_broken(tmp_path):
    events = chain(6)
    whole = collected(tmp_path, [*events[:3], cost(2), cost(3), *events[3:]])
    assert links(whole) == {0: ["unlinked", "unlinked"], 1: ["genesis", *["linked"] * 5]}
    broken = collected(tmp_path, [*events[:2], cost(2), cost(3), *events[3:]], "broken")
    assert links(broken) == {0: ["unlinked", "unlinked"], 1: ["genesis", "linked"], 2: ["missing", "linked", "linked"]}
    assert [chains(broken)[number]["missing"] for number in (0, 1, 2)] == [0, 0, 1]


def test_a_cost_event_that_carries_the_last_hash_does_not_advance_the_chain(tmp_path):
    events = chain(4)
    carried = linked(2, events[2]["eventHash"], "cost", eventType="cost")
    assert links(collected(tmp_path, [*events, carried])) == {0: ["unlinked"], 1: ["genesis", *["linked"] * 3]}


def test_an_event_whose_hash_was_taken_away_is_no_unlinked_one(tmp_path):
    events = chain(4)
    events[3] = {name: value for name, value in events[3].items() if name not in {"previousEventHash", "eventHash"}}
    snapshot = collected(tmp_path, events)
    assert links(snapshot) == {0: ["unhashed"], 1: ["genesis", "linked", "linked"]}
    assert chains(snapshot)[0]["unhashed"] == 1


def test_an_edit_that_the_hash_covers_is_a_mismatch_and_breaks_nothing(tmp_path):
    events = chain(4)
    events[1]["userId"] = "somebody else"
    snapshot = collected(tmp_path, events)
    assert links(snapshot) == {1: ["genesis", *["linked"] * 3]}
    assert chains(snapshot)[1]["mismatches"] == 1
    verified = {row["sequence"]: row["hash_verified"] for row in rows_of(snapshot, "application_events")}
    assert verified == {1: True, 2: False, 3: True, 4: True}


def test_two_successors_of_one_event_are_a_fork(tmp_path):
    events = chain(4)
    twin = linked(9, events[1]["eventHash"], "b")
    assert links(collected(tmp_path, [*events, twin])) == {1: ["genesis", *["linked"] * 3], 2: ["forked"]}


def test_a_log_that_begins_within_a_chain_says_so_unless_its_head_is_declared(tmp_path):
    rest = chain(5)[2:]
    assert links(collected(tmp_path, rest)) == {1: ["continued", "linked", "linked"]}
    declared = collected(tmp_path, rest, "declared", heads=[rest[0]["previousEventHash"]])
    assert links(declared) == {1: ["declared", "linked", "linked"]}


def test_a_declared_head_is_the_head_of_one_chain(tmp_path):
    rest, twin = chain(3)[1:], linked(7, chain(3)[0]["eventHash"], "b")
    snapshot = collected(tmp_path, [*rest, twin], heads=[rest[0]["previousEventHash"]])
    assert links(snapshot) == {1: ["declared", "linked"], 2: ["missing"]}


def test_our_chain_can_be_computed_again_from_the_snapshot_alone(tmp_path):
    snapshot = collected(tmp_path, [*chain(3), *chain(2, "b"), cost(1)])
    for number, row in chains(snapshot).items():
        before = b""
        events = [
            one for one in pq.read_table(snapshot.tables["application_events"]).to_pylist() if one["chain"] == number
        ]
        for event in sorted(events, key=lambda one: one["sequence"]):
            before = hashlib.sha256(before + sealed_text(event)).digest()
            assert row["head"] == before.hex() or event["sequence"] > 1
        assert (row["tail"], row["events"]) == (before.hex(), len(events))


def witnessed(snapshot):
    return [{name: row[name] for name in ("head", "events", "tail")} for row in chains(snapshot).values()]


def test_a_nested_edit_that_the_old_hash_is_blind_to_changes_our_chain(tmp_path):
    """metadata.routingPath is no name of the event itself, so the application's hash does not see it."""
    events = chain(6)
    seen = witnessed(collected(tmp_path, events))
    events[1]["metadata"]["routingPath"] = "mcp"
    edited = collected(tmp_path, events, "edited", witnessed=seen)
    row = chains(edited)[1]
    assert {one["hash_verified"] for one in rows_of(edited, "application_events")} == {True}
    assert links(edited) == {1: ["genesis", *["linked"] * 5]}
    assert (row["mismatches"], row["missing"], row["forked"]) == (0, 0, 0)
    assert (row["witness"], row["altered_chains"], row["lost_chains"]) == ("altered", 1, 0)
    assert row["tail"] != seen[0]["tail"]


def test_a_chain_that_somebody_computed_anew_is_whole_to_itself_and_altered_to_the_witness(tmp_path):
    seen = witnessed(collected(tmp_path, chain(6)))
    forged, previous = [], ""
    for number in range(6):
        if number != 3:
            forged.append(linked(number, previous))
            previous = forged[-1]["eventHash"]
    snapshot = collected(tmp_path, forged, "forged", witnessed=seen)
    assert links(snapshot) == {1: ["genesis", *["linked"] * 4]}
    assert chains(snapshot)[1]["witness"] == "altered"


def test_a_chain_that_only_grew_is_held(tmp_path):
    seen = witnessed(collected(tmp_path, [*chain(4), *chain(2, "b")]))
    grown = collected(tmp_path, [*chain(7), *chain(2, "b"), *chain(3, "c")], "grown", witnessed=seen)
    assert sorted((row["witness"], row["events"]) for row in chains(grown).values()) == [
        ("held", 2),
        ("held", 7),
        ("none", 3),
    ]


def test_a_chain_that_was_seen_and_is_gone_is_a_row(tmp_path):
    seen = witnessed(collected(tmp_path, [*chain(4), *chain(2, "b")]))
    found = chains(collected(tmp_path, chain(4), "gone", witnessed=seen))
    assert {number: row["witness"] for number, row in found.items()} == {1: "held", -1: "lost"}
    assert {found[1]["head"], found[-1]["head"]} == {one["head"] for one in seen}
    assert (found[-1]["events"], found[-1]["tail"]) == (0, None)
    assert {(row["altered_chains"], row["lost_chains"]) for row in found.values()} == {(0, 1)}


def test_chains_that_end_in_one_hash_go_on_with_the_one_written_last():
    found = Separation()
    placed = [found.place(*one) for one in [("", "x"), ("", "y"), ("y", "x"), ("x", "z"), ("x", "w")]]
    assert placed == [(1, "genesis"), (2, "genesis"), (2, "linked"), (2, "linked"), (1, "linked")]


def test_a_predecessor_that_comes_late_joins_what_waited_for_it():
    found = Separation()
    placed = [found.place(*one) for one in [("c", "d"), ("b", "c"), ("", "a"), ("a", "b"), ("d", "e")]]
    assert placed == [(1, "missing"), (2, "missing"), (3, "genesis"), (3, "linked"), (1, "linked")]
    assert list(found.chains()) == [
        {"chain": 1, "final": 1, "resolved": True},
        {"chain": 2, "final": 1, "resolved": True},
        {"chain": 3, "final": 1, "resolved": False},
    ]


def test_an_event_that_waits_for_itself_is_no_circle():
    found = Separation()
    assert found.place("a", "b") == (1, "missing")
    assert found.place("b", "a") == (1, "linked")
    assert [one["resolved"] for one in found.chains()] == [False]


def test_a_log_that_is_no_chain_at_all_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(audit_chains, "MOST_CHAINS", 2)
    collected(tmp_path, [*chain(2), *chain(2, "b")])
    with pytest.raises(CollectionError, match="found more than 2 chains"):
        collected(tmp_path, [*chain(2), *chain(2, "b"), *chain(2, "c")], "more")
