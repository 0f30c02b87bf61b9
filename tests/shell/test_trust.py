"""A trust policy as its owners write it and everybody else loads it: whole, in turn, and never backwards."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.trust.enrolment import enrolled_key, request_enrolment
from auditor.core.trust import TRUST_PREDICATE, MaximaMember
from auditor.core.trust_revision import Period, add, add_environment, add_owner, find_key, revoke_key
from auditor.errors import EngineError, UsageError, VerificationError
from auditor.shell.trust import earlier_versions, history, load_trust, new_challenge, state_folder
from auditor.shell.trust_changes import change_trust, init_trust, key_member
from trusting import AT, make_person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.trust import TrustPolicy
    from trusting import Person

MAXIMA = MaximaMember(tokenAgeSeconds=3600, waiverSeconds=3600)
UNTIL = AT + timedelta(days=365)
KILLS = 6


@dataclass(frozen=True)
class Office:
    """A policy on disk, its first owner, and somebody who will be one."""

    path: Path
    anna: Person
    bert: Person

    def change(self, make: Callable[[TrustPolicy], TrustPolicy], signer: Person | None = None, **options: Any) -> Any:
        person = signer or self.anna
        options = {"at": AT, "owner": self.anna.public} | options
        return change_trust(self.path, person.signer, lambda draft, _: make(draft), **options)

    def enrol(self, person: Person) -> Callable[[TrustPolicy], TrustPolicy]:
        challenge = new_challenge()
        content = request_enrolment(person.signer, "example", "Bert", challenge, AT)
        _, key = enrolled_key(content, "example", challenge, "enrolment.json")
        member = key_member(key, "Bert", [TRUST_PREDICATE], [], Period(AT, UNTIL))
        return lambda draft: add(draft, "keys", member)

    def load(self, owner: Person | None = None, **options: Any) -> LoadedTrust:
        return load_trust(self.path, (owner or self.anna).public, **{"now": AT} | options)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUDITOR_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    anna, bert = make_person(tmp_path, "anna"), make_person(tmp_path, "bert", "ecdsa-p256")
    path = tmp_path / "trust.json"
    init_trust(path, "example", anna.signer, "Anna", MAXIMA, at=AT, until=UNTIL)
    return Office(path, anna, bert)


def lab(draft: TrustPolicy) -> TrustPolicy:
    return add_environment(draft, "lab", production=False)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(VerificationError) as caught:
        call()
    return caught.value.code


def test_a_first_version_is_written_and_read(office: Office) -> None:
    trust = office.load()
    assert (trust.policy.version, trust.policy.id, trust.signed_by) == (1, "example", office.anna.key_id)
    assert stat.S_IMODE(office.path.stat().st_mode) == 0o644
    assert [one.name for one in history(office.path).iterdir()] == ["000001.sigstore.json"]
    assert earlier_versions(office.path) == []


def test_nothing_is_written_over(office: Office, tmp_path: Path) -> None:
    before = office.path.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        init_trust(office.path, "other", office.anna.signer, "Anna", MAXIMA, at=AT, until=UNTIL)
    assert office.path.read_bytes() == before
    office.path.unlink()
    with pytest.raises(UsageError, match="is there already"):
        init_trust(office.path, "other", office.anna.signer, "Anna", MAXIMA, at=AT, until=UNTIL)


@pytest.mark.parametrize(("name", "person", "days"), [("Not A Name", "Anna", 1), ("ok", "", 1), ("ok", "Anna", -1)])
def test_a_first_version_that_breaks_a_rule_is_not_written(tmp_path: Path, name: str, person: str, days: int) -> None:
    anna = make_person(tmp_path, "anna")
    with pytest.raises(UsageError):
        init_trust(tmp_path / "t.json", name, anna.signer, person, MAXIMA, at=AT, until=AT + timedelta(days=days))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["anna.pem", "anna.pem.pub"]


def test_each_change_is_a_version_that_names_the_one_before(office: Office) -> None:
    first = office.load()
    second = office.change(lab)
    assert (second.policy.version, second.policy.previous) == (2, first.digest)
    assert second.digests == {1: first.digest, 2: second.digest}
    assert [one.name for one in earlier_versions(office.path)] == ["000001.sigstore.json"]


def test_a_change_that_breaks_a_rule_is_told_whole_and_not_written(office: Office) -> None:
    before = office.path.read_bytes()
    with pytest.raises(UsageError) as caught:
        office.change(lambda draft: add(add(draft, "distinct", ["a", "a"]), "owners", "0" * 64))
    assert caught.value.message.count("\n  - ") == 2
    assert office.path.read_bytes() == before
    assert len(list(history(office.path).iterdir())) == 1


def test_a_change_of_nothing_is_no_version(office: Office) -> None:
    with pytest.raises(UsageError, match="nothing would change"):
        office.change(lambda draft: draft)


def test_who_is_no_owner_changes_nothing(office: Office) -> None:
    office.change(office.enrol(office.bert))
    before = office.path.read_bytes()
    with pytest.raises(UsageError, match="is no owner of version 2"):
        office.change(lab, office.bert)
    assert office.path.read_bytes() == before


def test_a_stranger_cannot_even_read_it_as_theirs(office: Office) -> None:
    assert code(lambda: office.load(office.bert)) == "key-unknown"
    assert code(lambda: change_trust(office.path, office.bert.signer, lambda d, _: lab(d), at=AT)) == "key-unknown"


def test_ownership_is_handed_on_and_the_first_pin_still_holds(office: Office, tmp_path: Path) -> None:
    office.change(office.enrol(office.bert))
    office.change(lambda draft: add_owner(draft, find_key(draft, office.bert.key_id)))
    office.change(lambda draft: revoke_key(draft, find_key(draft, office.anna.key_id), AT, "left"), office.bert)
    trust = office.change(lab, office.bert)
    assert trust.policy.owners == [office.bert.key_id]
    assert office.load().policy.version == 5
    assert office.load(office.bert).policy.version == 5
    with pytest.raises(UsageError, match=r"is no owner|revokes"):
        office.change(lambda draft: add_environment(draft, "other", production=False))
    alone = tmp_path / "alone.json"
    shutil.copy(office.path, alone)
    assert code(lambda: load_trust(alone, office.anna.public, now=AT)) == "key-unknown"


def test_an_older_version_is_refused_once_a_later_one_was_seen(office: Office) -> None:
    older = office.path.read_bytes()
    office.change(lab)
    office.path.write_bytes(older)
    assert code(office.load) == "trust-rollback"
    assert code(lambda: office.change(lab)) == "trust-rollback"


def test_another_version_of_the_same_number_is_refused(office: Office, tmp_path: Path) -> None:
    fork = tmp_path / "fork.json"
    shutil.copy(office.path, fork)
    office.change(lab)
    other = tmp_path / "elsewhere"
    forked = Office(fork, office.anna, office.bert)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDITOR_STATE", str(other))
        forked.change(lambda draft: add_environment(draft, "other", production=False))
    assert code(forked.load) == "trust-fork"


def test_a_fresh_machine_can_be_told_the_least_version(office: Office, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    assert office.load(least_version=1, state=fresh).policy.version == 1
    assert code(lambda: office.load(least_version=2, state=tmp_path / "fresher")) == "trust-rollback"
    assert not (tmp_path / "fresher").exists()


def test_a_version_is_not_used_before_it_is_valid(office: Office, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    assert code(lambda: office.load(now=AT - timedelta(seconds=1), state=fresh)) == "trust-not-in-force"
    assert not fresh.exists()


def test_it_still_loads_years_after_its_owners_key_ended(office: Office) -> None:
    assert office.load(now=AT + timedelta(days=4000)).policy.version == 1


def test_the_memory_is_where_it_is_told_to_be(
    office: Office, state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office.load()
    assert list((state / "trust").glob("*.json"))
    monkeypatch.delenv("AUDITOR_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder() == tmp_path / "xdg" / "auditor" / "trust"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local" / "state" / "auditor" / "trust"


def test_a_memory_that_cannot_be_kept_is_no_memory_to_do_without(office: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="AUDITOR_STATE"):
        office.load(state=tmp_path / "file" / "trust")


def test_two_owners_at_once_lose_nothing(office: Office) -> None:
    """Whoever comes second is told, and nothing of the first is overwritten."""

    def meanwhile(draft: TrustPolicy) -> TrustPolicy:
        office.change(lambda other: add_environment(other, "first", production=False))
        return add_environment(draft, "second", production=False)

    with pytest.raises(UsageError, match="changed by somebody else meanwhile"):
        office.change(meanwhile)
    assert [one.name for one in office.load().policy.environments] == ["first"]
    office.change(lambda draft: add_environment(draft, "second", production=False))
    assert [one.name for one in office.load().policy.environments] == ["first", "second"]


def test_a_version_that_never_took_its_place_is_passed_over(office: Office) -> None:
    """As after a kill between the two writes: kept in FILE.d, but not yet FILE."""
    first = office.path.read_bytes()
    office.change(lab)
    office.path.write_bytes(first)
    shutil.rmtree(state_folder())
    assert office.load().policy.version == 1
    assert office.change(lambda draft: add_environment(draft, "other", production=False)).policy.version == 2
    assert [one.name for one in office.load().policy.environments] == ["other"]


CHANGES = """
import os, sys
from datetime import datetime
from pathlib import Path
from auditor.adapters.signing.keys import load_signer
from auditor.core.trust_revision import add_environment
from auditor.shell.trust_changes import change_trust

path, signer, at = Path(sys.argv[1]), load_signer(Path(sys.argv[2])), datetime.fromisoformat(sys.argv[3])
print("ready", flush=True)
for number in range(10_000):
    name = f"e{os.getpid()}-{number}"
    change_trust(path, signer, lambda draft, _: add_environment(draft, name, production=False), at=at)
"""


def test_a_kill_at_any_instant_leaves_a_whole_policy(office: Office) -> None:
    for round_number in range(KILLS):
        command = [sys.executable, "-c", CHANGES, str(office.path), str(office.anna.private), AT.isoformat()]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.01 + 0.034 * round_number)
            process.kill()
        trust = office.load()
        assert len(trust.policy.environments) == trust.policy.version - 1
        assert len(trust.digests) == trust.policy.version
    after = office.change(lambda draft: add_environment(draft, "last", production=False))
    assert after.policy.environments[-1].name == "last"
    assert earlier_versions(office.path)[-1].name == f"{after.policy.version - 1:06d}.sigstore.json"
