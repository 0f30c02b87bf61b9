"""What a person signs about a run, how it is filed, which other runs they are told of, and what then admits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import GATE, Scene, refused, scene
from auditor.adapters.signing.envelope import payload_digest, sign
from auditor.core.people import MODELS, WAIVER, WAIVER_APPROVAL
from auditor.core.statement import read_statement
from auditor.errors import UsageError
from auditor.shell import people
from auditor.shell.filing import file_person
from auditor.shell.other_runs import OtherRun, all_other_runs, other_runs
from auditor.shell.people import Author, adjudicate, approve_waiver, line_title, sign_off, sign_off_page, waive
from company import PERSONAL, START, dated, statement_of
from trusting import key, make_person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.shell.verify import Verification

WEEK = timedelta(days=7)
FAILED = "raised_errors"


@pytest.fixture
def place(tmp_path: Path) -> Scene:
    return scene(tmp_path).filed()


@pytest.fixture
def failing(tmp_path: Path) -> Scene:
    return scene(tmp_path, FAILED).filed()


def author(place: Scene, name: str, role: str) -> Author:
    company = place.company
    return Author(company.trust(), company.people[name].signer, company.tsa.stamp, role)


def signed(
    place: Scene, name: str = "bo", role: str = "product", others: tuple[OtherRun, ...] = (), **said: Any
) -> bytes:
    """Sign the page that is shown."""
    verified = place.verify()
    members = {
        "line": GATE,
        "decision": "APPROVED",
        "page": sign_off_page(verified, others, said.get("line", GATE), role),
        "comment": "",
        "valid_until": place.company.tsa.now + WEEK,
        "now": place.company.tsa.now,
    }
    return sign_off(verified, others, author(place, name, role), **members | said)


def predicate(envelope: bytes) -> Any:
    import json

    from auditor.adapters.signing.envelope import unverified_payload

    return read_statement(json.loads(unverified_payload(envelope, "x")[0]), MODELS).predicate


def finding(verified: Verification) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in verified.bundle.document["findings"] if one["verdict"] == "fail")
    return found


def waived(place: Scene, **said: Any) -> bytes:
    verified, now = place.verify(), place.company.tsa.now
    one = finding(verified)
    members = {
        "control": one["control"],
        "resource": one["resource"],
        "reason": "known",
        "not_before": now + timedelta(minutes=1),
        "expiry": now + timedelta(days=2),
        "now": now,
    }
    return waive(verified, author(place, "ada", "security"), **members | said)


def consent(place: Scene, waiver: bytes, name: str = "bo", role: str = "product", **said: Any) -> bytes:
    members = {"waiver": waiver, "digest": payload_digest(waiver, "x"), "comment": "", "now": place.company.tsa.now}
    return approve_waiver(place.verify(), author(place, name, role), **members | said)


def test_a_sign_off_says_what_was_shown(place: Scene) -> None:
    one = predicate(signed(place))
    assert (one.person, one.role, one.line, one.decision, one.acknowledges) == ("bo", "product", GATE, "APPROVED", [])
    assert one.run == statement_of(place.bundle)
    assert (one.shown.result, one.shown.failed) == ("pass", 0)


def test_the_page_names_the_runs_that_its_reader_must_know_of(place: Scene) -> None:
    place.start()
    relying = place.company.relying()
    bundle = place.verify().bundle
    from auditor.shell.verify import verify_relying

    verify_relying(place.bundle, relying, replay=False)
    assert relying.ledger is not None
    (one,) = other_runs(bundle, relying.trust, relying.ledger)
    assert (one.state, one.sequence, one.failed) == ("open", 2, ())
    assert one.statement.encode() in sign_off_page(place.verify(), (one,), GATE, "product")
    assert predicate(signed(place, others=(one,))).acknowledges == [one.statement]
    with pytest.raises(UsageError, match="the page is not the one"):
        signed(place, others=(one,), page=sign_off_page(place.verify(), (), GATE, "product"))


def test_the_runs_of_a_release_are_told_in_order_and_the_asked_one_is_none_of_them(place: Scene) -> None:
    from attacks.sequence import another_run
    from auditor.shell.verify import verify_relying

    another_run(place, place.start()).file()
    place.start()
    relying = place.company.relying()
    bundle = verify_relying(place.bundle, relying, replay=False).bundle
    assert relying.ledger is not None
    told = all_other_runs(bundle, relying.trust, relying.ledger)
    assert [(one.sequence, one.state) for one in told] == [(2, "pass"), (4, "open")]
    assert [one.sequence for one in other_runs(bundle, relying.trust, relying.ledger)] == [4]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"decision": "WITHDRAWN"}, "cannot be made"),
        ({"withdraws": "0" * 64}, "cannot be made"),
        ({"decision": "MAYBE"}, "cannot be made"),
        ({"page": b"<html>"}, "the page is not the one"),
        ({"comment": "x" * 5000}, "cannot be made"),
    ],
)
def test_a_sign_off_that_means_nothing_is_usage(place: Scene, said: dict[str, Any], found: str) -> None:
    with pytest.raises(UsageError, match=found):
        signed(place, **said)


def test_a_machine_signs_nothing_that_people_sign(place: Scene) -> None:
    company = place.company
    machine = Author(company.trust(), company.runner.signer, company.tsa.stamp, "runner")
    verified = place.verify()
    page = sign_off_page(verified, (), GATE, "runner")
    said: dict[str, Any] = {"line": GATE, "decision": "GO", "page": page, "comment": "", "now": company.tsa.now}
    code = refused(lambda: sign_off(verified, (), machine, valid_until=company.tsa.now + WEEK, **said))
    assert code == "key-not-for-predicate"


def test_gates_lines_checklist_numbers_and_the_whole_run_have_titles(place: Scene) -> None:
    document = place.verify().bundle.document
    assert line_title(document, people.WHOLE_RUN) == "The whole run"
    assert line_title(document, "slo.error_rate")
    assert line_title(document, "52")
    assert line_title(document, "residency")
    with pytest.raises(UsageError, match="has no line or gate 'nowhere'"):
        line_title(document, "nowhere")


def test_two_people_waive_what_fails_and_the_next_run_counts_it(failing: Scene) -> None:
    waiver = waived(failing)
    failing.file(waiver)
    failing.company.later()
    failing.file(consent(failing, waiver))
    digest = payload_digest(waiver, "x")
    assert failing.uncounted(digest) == ""
    assert predicate(waiver).policyDigest == failing.predicate()["policyDigest"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"resource": "nothing"}, "fails in this run"),
        ({"control": "slo.none"}, "fails in this run"),
        ({"expiry": timedelta(days=30)}, "longer than"),
        ({"not_before": timedelta(seconds=-1)}, "never back-dated"),
        ({"expiry": timedelta(seconds=60)}, "cannot be made"),
        ({"reason": ""}, "cannot be made"),
    ],
)
def test_a_waiver_that_could_not_count_is_not_signed(failing: Scene, said: dict[str, Any], found: str) -> None:
    now = failing.company.tsa.now
    with pytest.raises(UsageError, match=found):
        waived(failing, **{name: now + one if isinstance(one, timedelta) else one for name, one in said.items()})


def test_a_consent_is_anothers_to_this_runs_waiver(failing: Scene, tmp_path: Path) -> None:
    waiver = waived(failing)
    with pytest.raises(UsageError, match="another person than its author"):
        consent(failing, waiver, "ada", "security")
    second = make_person(tmp_path, "second")
    member = second.own(key("1", "ada", roles=("security",), predicates=PERSONAL)) | {"notBefore": START}
    member["roles"] = [dated(role="security")]
    failing.amend(lambda policy: policy["keys"].append(member))
    company = failing.company
    herself = Author(company.trust(), second.signer, company.tsa.stamp, "security")
    said: dict[str, Any] = {
        "waiver": waiver,
        "digest": payload_digest(waiver, "x"),
        "comment": "",
        "now": company.tsa.now,
    }
    verified = failing.verify()
    with pytest.raises(UsageError, match="another person than its author"):
        approve_waiver(verified, herself, **said)
    with pytest.raises(UsageError, match="is no waiver"):
        consent(failing, signed(failing))
    elsewhere = failing.say(
        "ada", "security", WAIVER, run="0" * 64, notBefore=failing.after(minutes=1), expiry=failing.after(days=1)
    )
    with pytest.raises(UsageError, match="about another run"):
        consent(failing, elsewhere)
    assert refused(lambda: consent(failing, waiver, digest="0" * 64)) == "evidence-misnamed"


def test_only_a_firing_is_adjudicated_and_only_on_its_own_line(failing: Scene) -> None:
    verified = failing.verify()
    one = finding(verified)
    said = {"control": one["control"], "resource": one["resource"], "reason": "x", "now": failing.company.tsa.now}
    ada = author(failing, "ada", "security")
    made = predicate(adjudicate(verified, ada, line=one["line"], **said))
    assert (made.decision, made.line) == ("FALSE_POSITIVE", one["line"])
    with pytest.raises(UsageError, match="fails in this run"):
        adjudicate(verified, ada, line="rollback.most_failing", **said)


def filing(place: Scene, envelope: bytes) -> Callable[[], Any]:
    company = place.company
    return lambda: file_person(company.ledger, envelope, company.trust(), company.ledger_key.signer, "x.json")


def test_what_is_filed_is_checked_first(place: Scene) -> None:
    company = place.company
    before = company.leaves()
    bo = company.people["bo"]
    with pytest.raises(UsageError, match="says 'bo' as 'product'; the trust policy knows its key as 'ada'"):
        filing(place, place.say("bo", "product", by=company.people["ada"]))()
    with pytest.raises(UsageError, match="says 'ada' as 'product'"):
        filing(place, place.say("ada", "product"))()
    assert refused(filing(place, sign(b"[1,", bo.signer))) == "statement-malformed"
    assert refused(filing(place, (place.bundle / "attestations/run.sigstore.json").read_bytes())) == (
        "predicate-type-unknown"
    )
    good = place.say("bo", "product")
    assert filing(place, good)().new
    assert not filing(place, good)().new
    assert company.leaves() == [*before, "sign-off"]


def test_a_statement_without_a_clock_is_not_filed(place: Scene) -> None:
    from auditor.adapters.signing.envelope import unverified_payload

    payload = unverified_payload(place.say("bo", "product"), "x")[0]
    bare = sign(payload, place.company.people["bo"].signer)
    assert refused(filing(place, bare)) == "timestamp-missing"


def test_a_spoiled_ledger_takes_nothing_more(place: Scene) -> None:
    digest = place.hear("bo", "product", decision="REJECTED")
    place.statement_path(digest).unlink()
    assert refused(filing(place, place.say("cy", "product"))) == "ledger-statement-missing"


def test_a_whole_release_is_admitted(place: Scene) -> None:
    place.require(GATE, "product")
    filing(place, signed(place))()
    assert place.admission() == set()
    assert place.admission(gate="cost") == set()


def test_a_consent_counts_only_for_its_waiver(failing: Scene) -> None:
    waiver = waived(failing)
    approval = failing.hear("bo", "product", WAIVER_APPROVAL, waiver=payload_digest(waiver, "x"))
    assert failing.uncounted(approval) == "no-such-waiver"
    failing.file(waiver)
    assert failing.uncounted(approval) == ""
