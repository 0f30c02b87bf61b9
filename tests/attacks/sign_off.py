"""Attacks on what people sign: in another's name or role, twice, too early or late, or without another's consent.

Each statement is signed with the attacker's own key and filed with the ledger's; the next run takes it in, or says why
it does not count.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attacks.registry import HOLDS, attack
from attacks.scene import GATE, refused
from auditor.core.people import ADJUDICATION, WAIVER, WAIVER_APPROVAL
from auditor.errors import UsageError
from auditor.shell.filing import file_person
from auditor.shell.people import Author, sign_off, sign_off_page
from company import PERSONAL, START, dated
from trusting import key, make_person

if TYPE_CHECKING:
    from attacks.scene import Scene
    from trusting import Person

WEEK = timedelta(days=7)


def waiver(scene: Scene, **members: Any) -> dict[str, Any]:
    said = {"policyDigest": scene.predicate()["policyDigest"], "control": "slo.p95_latency", "resource": "all"}
    return said | {"notBefore": scene.after(minutes=1), "expiry": scene.after(days=5)} | members


def second_key(scene: Scene, name: str, role: str) -> Person:
    """Give a person another key, as the trust policy knows it."""
    person = make_person(scene.company.root, f"{name}-two")
    member = person.own(key("1", name, roles=(role,), predicates=PERSONAL)) | {"notBefore": START}
    member["roles"] = [dated(role=role)]
    scene.amend(lambda policy: policy["keys"].append(member))
    return person


def deputise(scene: Scene, **period: str) -> None:
    deputy = {"role": "product", "person": "ada", "notBefore": START, "notAfter": scene.after(days=1)} | period
    scene.amend(lambda policy: policy["deputies"].append(deputy))


@attack("sign_off", "a sign-off about another release", "other-release")
def another_release(scene: Scene) -> str:
    """The leaf files it under the release that it names; the bundle is given it all the same."""
    from auditor.shell.statements import build_evidence

    scope = scene.predicate()["scope"] | {"release": "older"}
    digest = scene.hear("ada", "security", scope=scope)
    envelope = scene.statement_path(digest).read_bytes()
    return build_evidence({digest: envelope}, scene.company.trust(), scene.scope).refused[digest]


@attack("sign_off", "signed in another person's name", "other-person")
def another_name(scene: Scene) -> str:
    return scene.uncounted(scene.hear("bo", "product", by=scene.company.people["ada"]))


@attack("sign_off", "a role that the person does not hold", "role-not-held")
def another_role(scene: Scene) -> str:
    return scene.uncounted(scene.hear("ada", "product"))


@attack("sign_off", "a deputy after the period", "role-not-held")
def late_deputy(scene: Scene) -> str:
    deputise(scene)
    scene.company.later(86_401)
    return scene.uncounted(scene.hear("ada", "product"))


@attack("sign_off", "a deputy before the period", "role-not-held")
def early_deputy(scene: Scene) -> str:
    deputise(scene, notBefore=scene.after(hours=1))
    return scene.uncounted(scene.hear("ada", "product"))


@attack("sign_off", "a stolen machine key signs off", "key-not-for-predicate")
def machine_signs(scene: Scene) -> str:
    return scene.uncounted(scene.hear("ada", "security", by=scene.company.runner))


@attack("sign_off", "a stolen machine key waives", "key-not-for-predicate")
def machine_waives(scene: Scene) -> str:
    return scene.uncounted(scene.hear("ada", "security", WAIVER, by=scene.company.runner, **waiver(scene)))


@attack("sign_off", "product adjudicates a trigger", "not-the-adjudicator")
def product_adjudicates(scene: Scene) -> str:
    return scene.uncounted(scene.hear("bo", "product", ADJUDICATION))


@attack("sign_off", "one person in two roles that are kept apart", "roles-kept-apart")
def two_roles(scene: Scene) -> str:
    scene.hear("cy", "security")
    return scene.uncounted(scene.hear("cy", "product"))


@attack("sign_off", "one person in two roles that are kept apart, with two keys", "roles-kept-apart")
def two_roles_two_keys(scene: Scene) -> str:
    other = second_key(scene, "cy", "product")
    scene.hear("cy", "security")
    return scene.uncounted(scene.hear("cy", "product", by=other))


@attack("sign_off", "a withdrawal of what was never signed", "nothing-to-withdraw")
def withdraws_nothing(scene: Scene) -> str:
    return scene.uncounted(scene.hear("ada", "security", decision="WITHDRAWN", withdraws="0" * 64))


@attack("sign_off", "a withdrawal of another's rejection in another role", "not-theirs-to-withdraw")
def withdraws_anothers(scene: Scene) -> str:
    rejection = scene.hear("bo", "product", decision="REJECTED")
    digest = scene.hear("ada", "security", decision="WITHDRAWN", withdraws=rejection)
    return scene.uncounted(digest)


@attack("sign_off", "a waiver that nobody approved", "waiver-unapproved")
def lonely_waiver(scene: Scene) -> str:
    return scene.uncounted(scene.hear("ada", "security", WAIVER, **waiver(scene)))


@attack("sign_off", "a person approves their own waiver", "waiver-approved-by-its-author")
def own_waiver(scene: Scene) -> str:
    digest = scene.hear("ada", "security", WAIVER, **waiver(scene))
    scene.hear("ada", "security", WAIVER_APPROVAL, waiver=digest)
    return scene.uncounted(digest)


@attack("sign_off", "a person approves their own waiver with a second key", "waiver-approved-by-its-author")
def own_waiver_two_keys(scene: Scene) -> str:
    other = second_key(scene, "ada", "security")
    digest = scene.hear("ada", "security", WAIVER, **waiver(scene))
    scene.hear("ada", "security", WAIVER_APPROVAL, by=other, waiver=digest)
    return scene.uncounted(digest)


@attack("sign_off", "a back-dated waiver", "waiver-back-dated")
def back_dated(scene: Scene) -> str:
    """The signer writes any time; the clock of the authority says when it was."""
    said = waiver(scene, notBefore=scene.after(hours=-2), timeSigned=scene.after(hours=-3))
    digest = scene.hear("ada", "security", WAIVER, **said)
    scene.hear("bo", "product", WAIVER_APPROVAL, waiver=digest)
    return scene.uncounted(digest)


@attack("sign_off", "a waiver without end", "waiver-too-long")
def long_waiver(scene: Scene) -> str:
    digest = scene.hear("ada", "security", WAIVER, **waiver(scene, expiry=scene.after(days=3650)))
    scene.hear("bo", "product", WAIVER_APPROVAL, waiver=digest)
    return scene.uncounted(digest)


@attack("sign_off", "a waiver approved after its end", "waiver-never-begins")
def late_consent(scene: Scene) -> str:
    digest = scene.hear("ada", "security", WAIVER, **waiver(scene), later=6 * 86_400)
    scene.hear("bo", "product", WAIVER_APPROVAL, waiver=digest)
    return scene.uncounted(digest)


@attack("sign_off", "the approval of a waiver that was taken away", "no-such-waiver")
def orphan(scene: Scene) -> str:
    return scene.uncounted(scene.hear("bo", "product", WAIVER_APPROVAL, waiver="0" * 64))


@attack("sign_off", "a needed sign-off is left out", "sign-off-missing")
def missing(scene: Scene) -> set[str]:
    scene.filed().require(GATE, "product")
    return scene.admission()


@attack("sign_off", "a sign-off whose time is over", "sign-off-missing")
def expired(scene: Scene) -> set[str]:
    scene.filed().require(GATE, "product")
    scene.hear("bo", "product", validUntil=scene.after(seconds=30))
    return scene.admission()


@attack("sign_off", "the sign-off of an earlier run", "sign-off-missing")
def of_an_earlier_run(scene: Scene) -> set[str]:
    scene.filed().require(GATE, "product")
    scene.hear("bo", "product", run="0" * 64)
    return scene.admission()


@attack("sign_off", "a sign-off that was withdrawn", "sign-off-missing")
def withdrawn(scene: Scene) -> set[str]:
    scene.filed().require(GATE, "product")
    scene.hear("bo", "product", decision="WITHDRAWN", withdraws=scene.hear("bo", "product"))
    return scene.admission()


@attack("sign_off", "an approval before a rejection", "sign-off-rejected")
def rejected(scene: Scene) -> set[str]:
    scene.filed().require(GATE, "product")
    scene.hear("bo", "product")
    scene.hear("bo", "product", decision="REJECTED")
    return scene.admission()


@attack("sign_off", "another's approval beside a rejection", "sign-off-rejected")
def outvoted(scene: Scene) -> set[str]:
    scene.filed().require(GATE, "product")
    scene.hear("bo", "product", decision="NO-GO")
    scene.hear("cy", "product", decision="GO")
    return scene.admission()


@attack("sign_off", "an old approval, once the rejection after it has run out", "sign-off-missing")
def rejection_runs_out(scene: Scene) -> set[str]:
    scene.filed().require(GATE, "product")
    scene.hear("bo", "product")
    scene.hear("bo", "product", decision="REJECTED", validUntil=scene.after(minutes=5))
    scene.company.later(600)
    return scene.admission()


@attack("sign_off", "a statement that goes by another's digest in the bundle", "evidence-misnamed")
def misnamed(scene: Scene) -> str:
    path = scene.bundle / "data" / "evidence" / f"{'0' * 64}.sigstore.json"
    path.write_bytes(scene.say("ada", "security"))
    return scene.forge().refusal(ledger=False)


@attack("sign_off", "a file among the signed statements that is none", "evidence-misnamed")
def stray(scene: Scene) -> str:
    (scene.bundle / "data" / "evidence" / "note.txt").write_bytes(b"bo agreed on the telephone")
    return scene.forge().refusal(ledger=False)


@attack("sign_off", "a row that nobody signed", "evidence-differs")
def invented_row(scene: Scene) -> str:
    path = scene.bundle / "data" / "evidence" / "tables.json"
    path.write_bytes(path.read_bytes().replace(b'"refused":[]', b'"refused":[{"reason":"x","statement":"y"}]'))
    return scene.forge().refusal(ledger=False)


@attack("sign_off", "filing in another's name is refused at the door", HOLDS)
def door(scene: Scene) -> str:
    """What the trust policy does not accept never becomes a leaf by the program's own commands."""
    company = scene.company
    envelope = scene.say("bo", "product", by=company.people["ada"])
    try:
        file_person(company.ledger, envelope, company.trust(), company.ledger_key.signer, "statement")
    except UsageError:
        return HOLDS
    return "filed"


@attack("sign_off", "a page with a kinder word is signed", HOLDS)
def another_page(scene: Scene) -> str:
    """Whoever signs signs the page that the bundle renders to, not one that they were sent by another way."""
    company = scene.company
    verified = scene.filed().verify()
    author = Author(company.trust(), company.people["bo"].signer, company.tsa.stamp, "product")
    page = sign_off_page(verified, (), GATE, "product")
    try:
        sign_off(
            verified, (), author, line=GATE, decision="APPROVED", page=page.replace(b"</p>", b" fine</p>", 1),
            comment="", valid_until=company.tsa.now + WEEK, now=company.tsa.now,
        )  # fmt: skip
    except UsageError:
        return HOLDS
    return "signed"


@attack("sign_off", "signing in a role that one does not hold is refused at the desk", "role-not-held")
def desk(scene: Scene) -> str:
    company = scene.company
    verified = scene.filed().verify()
    author = Author(company.trust(), company.people["ada"].signer, company.tsa.stamp, "product")
    page = sign_off_page(verified, (), GATE, "product")
    return refused(
        lambda: sign_off(
            verified, (), author, line=GATE, decision="APPROVED", page=page, comment="",
            valid_until=company.tsa.now + WEEK, now=company.tsa.now,
        )
    )  # fmt: skip


@attack("sign_off", "a statement whose subject is another run than it says", "subject-mismatch")
def another_subject(scene: Scene) -> str:
    from auditor.adapters.signing.envelope import sign, unverified_payload

    payload = unverified_payload(scene.say("ada", "security"), "x")[0]
    subject, rest = payload.split(b'"subject":', 1)[1].split(b"]", 1)
    lied = payload.replace(subject, subject.replace(subject.split(b'"sha256":"')[1][:64], b"0" * 64)) if rest else b""
    return scene.uncounted(scene.file(sign(lied, scene.company.people["ada"].signer, scene.company.tsa.stamp)))
