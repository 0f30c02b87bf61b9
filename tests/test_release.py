"""Releases of the example company from the first approval to the final status, each for its right reason.

One company, one ledger: until the last decision point nothing goes wrong; from there the story branches.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.cli.html_output import html_report
from auditor.core.release_status import release_status
from auditor.core.summary import summarise
from auditor.errors import UsageError
from auditor.estate.release.timeline import RUNS
from auditor.shell.release import close_release, latest_run, open_release, read_release
from auditor.shell.verify import verify_relying
from release_story import DELAY, Story, told, verdicts

if TYPE_CHECKING:
    from auditor.shell.evaluate import Evaluation

SEED = Path(__file__).parents[1] / "policies" / "profiles" / "production-deployment" / "checklist.md"
BOX = re.compile(r"\[[^\]]*\]")


def status(done: Evaluation) -> tuple[str, str]:
    return next((gate.decision, gate.rule) for gate in done.decisions.gates if gate.kind == "status")


def gates(done: Evaluation) -> dict[str, str]:
    return {gate.gate: gate.decision for gate in done.decisions.gates}


def printed(done: Evaluation) -> dict[str, dict[str, Any]]:
    """Return the completed checklist by the numbers of its lines."""
    document = json.loads(done.reports["checklist.json"])
    return {one["number"]: one for one in document["lines"]}


def page(done: Evaluation) -> str:
    """Return the HTML report of a run, with its bundle's facts drawn."""
    pack = load_pack(done.bundle / layout.POLICIES)
    return html_report((("html", None),), done.decisions.document, pack, done.bundle)["html"].decode()


def drawn(text: str) -> set[str]:
    """Return what the drawings of a page are of."""
    titles = re.findall(r'<title id="[^"]*">([^<]*)</title>', text)
    return {title.rsplit(": ", 1)[-1] for title in titles}


@pytest.fixture(scope="module")
def successful(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = told().branch(tmp_path_factory.mktemp("successful") / "company")
    story.tell("two_hours", "one_day", "seven_days")
    story.run("closing")
    return story


def test_each_gate_opens_in_its_time(successful: Story) -> None:
    opened = {
        point: sorted(name for name, word in gates(done).items() if word in {"go", "continue", "successful"})
        for point, done in successful.sealed.items()
    }
    points = ["before", "decision_1", "decision_2", "decision_3"]
    assert opened["before"] == []
    assert opened["decision_1"] == sorted([*points[:2], "rollback"])
    assert opened["decision_2"] == sorted([*points[:3], "rollback"])
    assert opened["decision_3"] == sorted([*points, "rollback"])
    assert opened["two_hours"] == sorted([*points, "rollback", "two_hours"])
    assert opened["one_day"] == sorted([*points, "rollback", "two_hours", "one_day"])
    assert opened["seven_days"] == sorted([*points, "rollback", "two_hours", "one_day", "seven_days"])
    assert opened["closing"] == sorted(gates(successful.sealed["closing"]))


def test_a_release_in_which_all_went_well_is_successful(successful: Story) -> None:
    done = successful.sealed["closing"]
    assert status(done) == ("successful", "all_lines_pass")
    lines = printed(done)
    assert {number for number, one in lines.items() if one["verdict"] not in {"pass", "not_applicable"}} == {
        "224",
        "225",
    }
    assert lines["221"]["box"] == "[x]"
    assert {lines[number]["reason"] for number in ("222", "223")} == {"other_status"}
    assert {lines[str(number)]["box"] for number in range(156, 161)} == {"not fired"}
    assert {lines[str(number)]["reason"] for number in range(162, 166)} == {"condition_not_met"}
    assert lines["218"]["signed"][0]["person"] == "carl"


def test_the_page_of_a_successful_release_draws_each_kind_of_fact(successful: Story) -> None:
    text = page(successful.sealed["closing"])
    assert "Status of the release: <strong>SUCCESSFUL</strong> (all_lines_pass)" in text
    assert drawn(text) >= {
        "observed against limit",
        "distribution of latency",
        "requests that failed over time",
        "flags over time",
        "cost against budget",
        "regions",
    }
    assert "today&#39;s plot" not in text


def test_the_completed_checklist_is_the_document_with_its_boxes_filled_in(successful: Story) -> None:
    original = SEED.read_text("utf-8").splitlines()
    completed = successful.sealed["closing"].reports["checklist.md"].decode().splitlines()
    kept = [row for row in completed if not row.startswith("> **")]
    at = 0
    for row in original:  # every row is there, in its order, but for boxes, room to write, and what follows the dash
        head = BOX.sub("[]", re.split(r"\*{2,}(?:\\_)+", row.rstrip())[0]).removesuffix(" ✓")
        while not BOX.sub("[]", kept[at]).startswith(head):
            at += 1
        at += 1
    assert "- **Decision**: [x] GO [ ] NO-GO — **pass**" in "\n".join(completed)
    assert any(row.startswith("- **CTO**: carl Date: 2025-01-21T") for row in completed)
    assert not any("✓" in row and "[x]" not in row for row in completed)


def test_the_closing_run_is_signed_over_verified_and_closed(successful: Story, tmp_path: Path) -> None:
    story = successful.branch(tmp_path / "company")
    run, relying = story.sealed["closing"].bundle, story.company.relying()
    later = RUNS["closing"] + timedelta(minutes=20)
    record = opened(story)
    with pytest.raises(UsageError, match=r"without the final sign-off over this very run; line_224 .* unsigned"):
        close_release(record, relying, later)
    story.sign("closing", "line_224", "product_owner", "APPROVED", later)
    with pytest.raises(UsageError, match=r"line_225 \(Role: CTO\): other_role"):
        close_release(record, story.company.relying(), later)
    story.sign("closing", "line_224", "cto", "APPROVED", later + DELAY)
    verified = verify_relying(run, story.company.relying())
    assert verified.replayed
    signed = [note for note in verified.notes if note.startswith("line_22")]
    assert signed == [
        "line_224 (Final Sign-off): pass, approved, by what was signed over this run",
        "line_225 (Role: CTO): pass, approved, by what was signed over this run",
    ]
    one_day = story.sealed["one_day"].bundle
    hidden = one_day.rename(tmp_path / one_day.name)
    with pytest.raises(UsageError, match=r"1 runs of release .* that the ledger holds are not here"):
        close_release(record, story.company.relying(), later + 2 * DELAY)
    hidden.rename(one_day)
    done = close_release(record, story.company.relying(), later + 2 * DELAY)
    closed = read_release(record.path.parent, None).form.closed
    assert closed == done.record.form.closed
    assert (closed.status, closed.rule, closed.bundle) == ("successful", "all_lines_pass", run.name)
    with pytest.raises(UsageError, match="was closed at"):
        close_release(done.record, story.company.relying(), later + 3 * DELAY)


def opened(story: Story) -> Any:
    """Return the record of the story's release, opened in time: before any run lay in its folder."""
    from auditor.adapters.policies.profile import load_profile
    from auditor.config import load_config
    from auditor.estate.release.parts import PARTS
    from auditor.estate.release.writer import write_release
    from auditor.shipped import policies_dir

    folder = story.company.root / "bundles"
    aside = folder.rename(folder.with_name("aside"))
    config = load_config(write_release(story.company.root / "sources", PARTS, known=RUNS["before"]))
    profile = load_profile(load_pack(policies_dir()), "production-deployment")
    record = open_release(config, profile, folder, RUNS["before"] - timedelta(days=1))
    with pytest.raises(UsageError, match="is open already"):
        open_release(config, profile, folder, RUNS["before"])
    for bundle in aside.iterdir():
        bundle.rename(folder / bundle.name)
    return record


def test_status_says_who_owes_what_and_what_is_not_known_yet(tmp_path: Path) -> None:
    story = told().branch(tmp_path / "company")
    record = opened(story)
    _, verified = latest_run(record, story.company.relying(), replay=False)
    document = verified.bundle.document
    found = release_status(document, summarise(document, verified.words).lines)
    assert (found.gate, found.status, found.rule) == ("two_hours", "partial", "line_unknown")
    assert ("line_123", "cto", True) in [(one.line, one.role, one.decision) for one in found.owed]
    assert ("line_214", "release_team_lead") in [(one.line, one.role) for one in found.owed]
    assert {"line_127.errors", "line_137.generation"} <= {one.line for one in found.pending}
    story.sealed["decision_3"].bundle.rename(tmp_path / "hidden")
    with pytest.raises(UsageError, match=r"1 runs of release .* that the ledger holds are not here"):
        latest_run(record, story.company.relying(), replay=False)


def test_an_improvement_that_did_not_come_leaves_the_release_partial(tmp_path: Path) -> None:
    story = told().branch(tmp_path / "company", "no_improvement")
    story.tell("two_hours", "seven_days")
    done = story.run("closing")
    assert status(done) == ("partial", "line_failed")
    failed = {number for number, one in printed(done).items() if one["verdict"] == "fail"}
    assert {"147", "181"} <= failed
    assert not failed & {"52", "53", "127", "176", "156", "157", "158", "159", "160"}
    assert "Status of the release: <strong>PARTIAL</strong> (line_failed)" in page(done)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = told().branch(tmp_path_factory.mktemp("failed") / "company", "error_spike_after", "rolled_back")
    story.tell("two_hours")
    return story


def test_a_trigger_and_its_rollback_make_the_release_failed(failed: Story) -> None:
    done = failed.sealed["two_hours"]
    assert status(done) == ("failed", "rollback_executed")
    assert gates(done)["rollback"] == "rollback"
    lines = printed(done)
    assert lines["159"]["box"] == "FIRED"
    assert lines["223"]["box"] == "[x]"
    recovered = {str(number) for number in range(162, 166)} | {"167", "168", "169", "172", "173", "174", "175"}
    assert {lines[number]["verdict"] for number in recovered} == {"pass"}
    text = page(done)
    assert "Status of the release: <strong>FAILED</strong> (rollback_executed)" in text
    assert "3 of 290 periods of 1 minute are over 10 %" in text  # the trigger of two minutes, as it is drawn
    assert verdicts(done)["line_161.trigger"] == ("fail", "trigger_late")  # the log says 11:00, the facts say 10:52


def test_a_trigger_that_fired_stays_fired_though_the_next_sources_forget_it(failed: Story, tmp_path: Path) -> None:
    story = failed.branch(tmp_path / "company")  # nothing of the incidents is in what is collected from here on
    done = story.run("one_day")
    assert verdicts(done)["line_159.trigger"][0] == "pass"
    assert verdicts(done)["line_159.latch"] == ("fail", "fired_before")
    assert status(done) == ("failed", "trigger_fired")


def test_a_no_go_makes_the_release_failed(tmp_path: Path) -> None:
    story = told().branch(tmp_path / "company")
    story.refusing["line_123"] = "NO-GO"
    at = RUNS["decision_3"] + 2 * DELAY
    statement = withdraw(story, "line_123", "cto", at)
    assert statement
    story.sign("decision_3", "line_123", "cto", "NO-GO", at + DELAY)
    done = story.run("two_hours")
    assert status(done)[0] == "failed"
    assert verdicts(done)["line_123"] == ("pass", "no_go_recorded")
    assert printed(done)["122"]["verdict"] != "pass"  # nobody rolled back


def withdraw(story: Story, line: str, role: str, at: Any) -> str:
    """Withdraw the decision on ``line``; return the digest of what is withdrawn."""
    withdrawn = next(
        row["statement"]
        for row in story.sign_offs("decision_3")
        if (row["line"], row["role"], row["withdrawn_at"]) == (line, role, None)
    )
    story.sign("decision_3", line, role, "WITHDRAWN", at, withdraws=withdrawn)
    return withdrawn
