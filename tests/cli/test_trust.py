"""``auditor trust`` as people use it: an owner, a signer, a machine, and somebody who only checks."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import click
import pytest

from auditor.cli.trust import command as group
from auditor.estate import write_estate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console import Said

PROFILE, GATE = "hybrid-routing-gates", "slo"
END = "2036-01-01T00:00:00Z"


class Desk:
    """Runs ``auditor trust`` in a folder with keys."""

    def __init__(self, auditor: Callable[..., Said], place: Path) -> None:
        self.auditor, self.place = auditor, place
        shutil.copyfile(write_estate(place.parent / "estate").config, place / "auditor.toml")
        for name, scheme in (("anna", "ed25519"), ("bert", "ecdsa-p256"), ("run", "ed25519"), ("ledger", "ed25519")):
            assert auditor("keygen", "--output", f"{name}.pem", "--scheme", scheme).code == 0

    def trust(self, *arguments: object, code: int = 0) -> Said:
        said = self.auditor("trust", *arguments)
        assert said.code == code, said
        return said

    def init(self) -> None:
        self.trust("init", "t.json", "--id", "example", "--person", "Anna Owner", "--key", "anna.pem")

    def change(self, *arguments: object, key: str = "anna", code: int = 0) -> Said:
        return self.trust(*arguments, "--key", f"{key}.pem", "--owner", "anna.pem.pub", code=code)

    def enrol(self, name: str, *who: str, challenge: str | None = None) -> list[str]:
        given = challenge or self.trust("challenge").out.strip()
        request = f"{name}.json"
        self.trust(
            "enrol", "--trust", "example", *who, "--challenge", given, "--key", f"{name}.pem", "--output", request
        )
        return ["--enrolment", request, "--challenge", given, "--not-after", END]

    def check(self, *, code: int = 0) -> Said:
        return self.trust("check", "t.json", "--owner", "anna.pem.pub", code=code)

    def policy(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.trust("show", "t.json", "--owner", "anna.pem.pub", "--json").out)
        return document

    def key_id(self, person: str | None) -> str:
        return str(next(key["keyId"] for key in self.policy()["keys"] if key["person"] == person))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Path) -> Path:
    monkeypatch.setenv("AUDITOR_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def desk(auditor: Callable[..., Said], place: Path, state: Path) -> Desk:
    made = Desk(auditor, place)
    made.init()
    return made


def test_an_organisation_is_set_up(desk: Desk) -> None:
    desk.change(
        *("add", "environment", "t.json", "production", "--production"),
        *("--ledger-origin", "ledger.example/production", "--ledger-key", "ledger.pem.pub"),
    )
    person = desk.enrol("bert", "--person", "Bert Product")
    desk.change(
        *("add", "key", "t.json", *person, "--role", "product", "--predicate", "sign-off"),
        *("--environment", "production"),
    )
    machine = desk.enrol("run", "--machine")
    desk.change("add", "key", "t.json", *machine, "--role", "runner", "--environment", "production")
    desk.change("add", "owner", "t.json", desk.key_id("Bert Product"))
    desk.change("add", "distinct", "t.json", "product", "security")
    desk.change("add", "deputy", "t.json", "security", "Bert Product", "--not-after", END)
    desk.change("add", "role", "t.json", desk.key_id("Bert Product"), "legal")
    desk.change("add", "permission", "t.json", desk.key_id("Bert Product"), "--predicate", "waiver")
    approve = ("--environment", "production", "--gate", GATE, "--profile", PROFILE)
    said = desk.change("approve", "t.json", *approve, "--sign-off", "slo.p95_generation=product")
    assert "version 10" in said.out
    checked = desk.check().out
    for expected in (
        "Bert Product, owner: valid",
        "as legal, product, security",
        "(machine): valid",
        "signs abandoned, run-started, run for production as runner",
        "never one person: product and security",
        f"profiles: {PROFILE}",
        "sign-offs: slo.p95_generation by product",
        "VERIFIED   version 10",
    ):
        assert expected in checked
    assert "lost key" not in checked
    shown = desk.trust("show", "t.json", "--owner", "anna.pem.pub").out
    assert shown.splitlines()[1:] == checked.splitlines()[1 : len(shown.splitlines())]


def test_what_was_added_is_ended(desk: Desk) -> None:
    desk.change("add", "environment", "t.json", "production")
    person = desk.enrol("bert", "--person", "Bert")
    desk.change("add", "key", "t.json", *person, "--predicate", "sign-off", "--role", "product")
    bert = desk.key_id("Bert")
    desk.change("add", "owner", "t.json", bert)
    desk.change("add", "deputy", "t.json", "legal", "Bert", "--not-after", END)
    place = ("--environment", "production", "--gate", GATE)
    desk.change("approve", "t.json", *place, "--profile", PROFILE, "--sign-off", "a=product")
    gate = desk.policy()["environments"][0]["gates"][0]
    digest = gate["policyDigests"][0]["sha256"]
    for ended in (
        ("--profile", PROFILE),
        ("--policy-digest", digest[:12]),
        ("--pack", gate["triples"][0]["wasm"][:12]),
        ("--control", "slo.p95_latency"),
        ("--sign-off", "a"),
    ):
        desk.change("revoke", "approval", "t.json", *place, *ended)
    desk.change("revoke", "deputy", "t.json", "legal", "Bert")
    desk.change("revoke", "role", "t.json", bert, "product")
    desk.change("revoke", "owner", "t.json", bert)
    desk.change("revoke", "key", "t.json", bert, "--because", "left", "--since", "2026-01-01T00:00:00Z")
    gate = desk.policy()["environments"][0]["gates"][0]
    assert all(one["notAfter"] for name in ("profiles", "policyDigests", "triples", "signOffs") for one in gate[name])
    assert [one["control"] for one in gate["mandatoryControls"] if one["notAfter"]] == ["slo.p95_latency"]
    assert "revoked from 2026-01-01T00:00:00Z on (left)" in desk.check().out


def test_an_owner_leaves_and_the_next_one_goes_on(desk: Desk) -> None:
    person = desk.enrol("bert", "--person", "Bert")
    desk.change("add", "key", "t.json", *person, "--predicate", "trust-policy")
    bert, anna = desk.key_id("Bert"), desk.key_id("Anna Owner")
    desk.change("add", "owner", "t.json", bert)
    desk.change("revoke", "key", "t.json", anna, "--because", "left", key="bert")
    desk.change("add", "distinct", "t.json", "a", "b", key="anna", code=2)
    desk.change("add", "distinct", "t.json", "a", "b", key="bert")
    checked = desk.check().out
    assert "version 5" in checked
    assert f"is no owner any more: pin one of {bert}" in checked
    pinned = desk.trust("check", "t.json", "--owner", "bert.pem.pub").out
    assert "version 5" in pinned
    assert "is no owner any more" not in pinned


def test_a_rolled_back_policy_is_refused(desk: Desk, place: Path) -> None:
    first = (place / "t.json").read_bytes()
    desk.change("add", "environment", "t.json", "lab")
    (place / "t.json").write_bytes(first)
    assert "[trust-rollback]" in desk.check(code=4).err
    assert "[trust-rollback]" in desk.change("add", "environment", "t.json", "lab", code=4).err


def test_a_policy_of_somebody_else_is_refused(desk: Desk) -> None:
    assert "[key-unknown]" in desk.trust("show", "t.json", "--owner", "bert.pem.pub", code=4).err


def test_a_touched_policy_is_refused(desk: Desk, place: Path) -> None:
    content = (place / "t.json").read_bytes()
    (place / "t.json").write_bytes(content.replace(b'"payload":"ey', b'"payload":"fy'))
    assert "[signature-invalid]" in desk.check(code=4).err


@pytest.mark.parametrize("option", ["trust", "challenge"])
def test_a_request_for_something_else_enrols_nothing(desk: Desk, option: str) -> None:
    challenge = desk.trust("challenge").out.strip()
    name = "example" if option == "challenge" else "other"
    desk.trust("enrol", "--trust", name, "--person", "B", "--challenge", challenge, "--key", "bert.pem")
    given = "f" * 32 if option == "challenge" else challenge
    said = desk.change(
        *("add", "key", "t.json", "--enrolment", "enrolment.sigstore.json", "--challenge", given),
        *("--predicate", "sign-off", "--not-after", END),
        code=4,
    )
    assert "[enrolment-mismatch]" in said.err
    assert desk.policy()["version"] == 1


def test_the_shown_bytes_are_those_that_were_signed(desk: Desk, place: Path) -> None:
    """An outsider needs no more: the subject's digest is that of what ``show --json`` writes."""
    import base64
    import hashlib

    shown = desk.trust("show", "t.json", "--owner", "anna.pem.pub", "--json").out.encode()
    wrapper = json.loads((place / "t.json").read_bytes())
    statement = json.loads(base64.b64decode(wrapper["dsseEnvelope"]["payload"]))
    assert statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(shown).hexdigest()


def test_a_clock_is_added_by_its_chain(desk: Desk, place: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem",
         "-days", "3", "-subj", "/CN=desk"],
        cwd=place, check=True, capture_output=True,
    )  # fmt: skip
    desk.change("add", "authority", "t.json", "desk", "tsa.pem", "--development")
    desk.change("add", "environment", "t.json", "lab", "--authority", "desk")
    said = desk.change("add", "environment", "t.json", "live", "--production", "--authority", "desk", code=2)
    assert "development time-stamp authority 'desk' in a production environment" in said.err
    assert "clocks: desk" in desk.check().out
    (place / "none.pem").write_text("no certificate\n")
    assert "none.pem" in desk.change("add", "authority", "t.json", "x", "none.pem", code=2).err


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "t.json", "--id", "x", "--person", "A"),
        ("init", "new.json", "--id", "No Name", "--person", "A"),
        ("enrol", "--trust", "t", "--challenge", "0" * 32),
        ("enrol", "--trust", "t", "--challenge", "0" * 32, "--machine", "--person", "A"),
        ("enrol", "--trust", "t", "--challenge", "short", "--machine"),
        ("enrol", "--trust", "t", "--challenge", "0" * 32, "--machine", "--output", "anna.pem"),
        ("approve", "t.json", "--environment", "e", "--gate", "g"),
        ("approve", "t.json", "--environment", "e", "--gate", "g", "--bundle", "b", "--profile", "p"),
        ("approve", "t.json", "--environment", "e", "--gate", GATE, "--profile", PROFILE),
        ("approve", "t.json", "--environment", "e", "--gate", "g", "--profile", PROFILE, "--sign-off", "a"),
        ("add", "environment", "t.json", "e", "--ledger-origin", "x"),
        ("add", "environment", "t.json", "No Name"),
        ("add", "environment", "t.json", "e", "--witness-threshold", "1"),
        ("add", "role", "t.json", "0123", "product"),
        ("add", "deputy", "t.json", "product", "Nobody", "--not-after", END),
        ("add", "deputy", "t.json", "product", "Anna Owner", "--not-before", "2020-01-01T00:00Z", "--not-after", END),
        ("add", "distinct", "t.json", "a", "a"),
        ("add", "permission", "t.json", "00000000", "--predicate", "other"),
        ("revoke", "approval", "t.json", "--environment", "e", "--gate", "g"),
        ("revoke", "approval", "t.json", "--environment", "e", "--gate", "g", "--control", "x"),
        ("revoke", "deputy", "t.json", "a", "b"),
    ],
)
def test_what_cannot_be_is_usage_and_writes_nothing(desk: Desk, place: Path, arguments: tuple[str, ...]) -> None:
    before = sorted(place.rglob("*")), (place / "t.json").read_bytes()
    said = desk.trust(*arguments, "--key", "anna.pem", code=2)
    assert "Traceback" not in said.err
    assert (sorted(place.rglob("*")), (place / "t.json").read_bytes()) == before


def test_the_owner_cannot_be_revoked_as_the_last(desk: Desk) -> None:
    said = desk.change("revoke", "key", "t.json", desk.key_id("Anna Owner"), "--because", "left", code=2)
    assert "at least 1 item" in said.err
    assert desk.policy()["version"] == 1


def leaves(group: click.Group, name: str) -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for below, one in group.commands.items():
        found |= leaves(one, f"{name} {below}") if isinstance(one, click.Group) else {f"{name} {below}": one}
    return found


@pytest.mark.parametrize(("name", "one"), leaves(group, "trust").items())
def test_every_command_and_option_is_told(name: str, one: click.Command, auditor: Callable[..., Said]) -> None:
    said = auditor(*name.split(), "--help")
    assert said.code == 0
    assert one.help
    options = [each for each in one.params if isinstance(each, click.Option)]
    assert all(each.help for each in options)
    for each in (each for each in options if each.allow_from_autoenv):
        assert each.name in [spelling[2:].replace("-", "_") for spelling in each.opts]
