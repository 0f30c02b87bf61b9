"""Attacks on time: an as-of before the incident, a clock of one's own, a verdict or a ledger that is too old."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from attacks.registry import HOLDS, attack
from auditor.adapters.bundle import layout
from auditor.core.people import WAIVER, WAIVER_APPROVAL
from auditor.model import isoformat
from tsa import TIME_STAMPING, certify, make_tsa

if TYPE_CHECKING:
    from attacks.scene import Scene

YEARS = timedelta(days=3650)


def as_of(scene: Scene, **before: float) -> None:
    """Say, in decisions and statement, that the run speaks of another instant."""
    stated = scene.predicate()["asOf"]
    other = isoformat(datetime.fromisoformat(stated) + timedelta(**before))
    path = scene.bundle / layout.DECISIONS
    path.write_bytes(path.read_bytes().replace(f'"asOf":"{stated}"'.encode(), f'"asOf":"{other}"'.encode()))
    scene.forge(lambda one: one.update(asOf=other))


def unstamp(scene: Scene) -> None:
    path = scene.bundle / layout.ATTESTATION
    wrapper = json.loads(path.read_bytes())
    wrapper["verificationMaterial"].pop("timestampVerificationData")
    path.write_bytes(json.dumps(wrapper, sort_keys=True, separators=(",", ":")).encode())


@attack("time", "an as-of of hours before the incident", "timestamp-too-late")
def long_before(scene: Scene) -> str:
    as_of(scene, hours=-3)
    return scene.refusal()


@attack("time", "an as-of of minutes before the incident, after another was announced", "chain-start-mismatch")
def shortly_before(scene: Scene) -> str:
    as_of(scene, minutes=-10)
    return scene.filed().refusal()


@attack("time", "a run sealed long after it was decided, the best of many", "timestamp-too-late")
def best_of_many(scene: Scene) -> str:
    scene.company.later(3 * 3600)
    return scene.forge().refusal()


@attack("time", "a token of before the instant that the run speaks of", "timestamp-before-as-of")
def before_its_time(scene: Scene) -> str:
    scene.company.tsa.now -= timedelta(hours=1)
    return scene.forge().refusal()


@attack("time", "no token", "timestamp-missing")
def no_token(scene: Scene) -> str:
    unstamp(scene)
    return scene.refusal()


@attack("time", "a token over another signature", "timestamp-invalid")
def another_token(scene: Scene) -> str:
    import base64

    path = scene.bundle / layout.ATTESTATION
    wrapper = json.loads(path.read_bytes())
    token = base64.b64encode(scene.company.tsa.stamp(b"something else")).decode()
    wrapper["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0]["signedTimestamp"] = token
    path.write_bytes(json.dumps(wrapper, sort_keys=True, separators=(",", ":")).encode())
    return scene.refusal()


@attack("time", "a time-stamp authority of the attacker's own", "timestamp-untrusted")
def own_clock(scene: Scene) -> str:
    """It has the same names in its certificates, and says whatever time is wanted."""
    pinned = scene.company.tsa.root.pem
    scene.company.tsa = make_tsa(scene.company.tsa.now)
    scene.company.change = lambda policy: policy["timestampAuthorities"][0].update(certificates=[pinned])
    return scene.forge().refusal()


@attack("time", "an authority whose time in the trust policy was over", "timestamp-untrusted")
def retired_clock(scene: Scene) -> str:
    ends = scene.after(days=-1)
    return scene.amend(lambda policy: policy["timestampAuthorities"][0].update(notAfter=ends)).refusal(ledger=False)


@attack("time", "ten years later, when certificate and key have expired, good evidence is thrown away", HOLDS)
def ten_years_later(scene: Scene) -> str:
    """Validity is judged at the token's time: the leaf lived a week, the key a day."""
    company = scene.company
    now = company.tsa.now
    week = (now - timedelta(days=3), now + timedelta(days=4))
    leaf = certify("Short TSA", company.tsa.root, purposes=TIME_STAMPING, valid=week)
    company.tsa = replace(company.tsa, leaf=leaf)
    scene.forge()
    scene.file()
    company.tsa.now += YEARS

    def expire(policy: dict[str, Any]) -> None:
        for one in policy["keys"]:
            if one["person"] is None:
                one.update(notAfter=isoformat(now + timedelta(days=1)))

    scene.amend(expire)
    assert week[1] < company.tsa.now
    return HOLDS if scene.verify() else "refused"


@attack("time", "the pipeline's clock is set years ahead", "verdict-expired")
def ahead(scene: Scene) -> set[str]:
    return scene.filed().admission(now=scene.company.tsa.now + YEARS, longest_age=2 * YEARS)


@attack("time", "yesterday's pass", "verdict-expired")
def yesterdays(scene: Scene) -> set[str]:
    scene.filed().company.later(2 * 86_400)
    return scene.admission()


@attack("time", "the pipeline's clock is set back to when the verdict held", "verdict-expired")
def set_back(scene: Scene) -> set[str]:
    """The ledger's checkpoint was stamped later than that clock says it is."""
    then = scene.filed().company.tsa.now
    scene.company.later(3 * 86_400)
    return scene.admission(now=then)


@attack("time", "an old copy of the ledger", "checkpoint-stale")
def old_ledger(scene: Scene) -> set[str]:
    scene.filed().stamp()
    scene.company.later(2 * 3600)
    return scene.admission(stamp=False, longest_age=timedelta(hours=1))


@attack("time", "a ledger that no clock has seen", "checkpoint-stale")
def unseen_ledger(scene: Scene) -> set[str]:
    return scene.filed().admission(stamp=False)


@attack("time", "a waiver from before its approval counts from then", HOLDS)
def consent_begins_it(scene: Scene) -> str:
    """Its author wrote an earlier time; it holds from the second signature on."""
    from attacks.sign_off import waiver
    from auditor.model import epoch_us
    from auditor.shell.statements import build_evidence

    company = scene.company
    digest = scene.hear("ada", "security", WAIVER, **waiver(scene), later=7200)
    consent = company.tsa.now
    approval = scene.hear("bo", "product", WAIVER_APPROVAL, waiver=digest)
    envelopes = {one: scene.statement_path(one).read_bytes() for one in (digest, approval)}
    (row,) = build_evidence(envelopes, company.trust(), scene.scope).tables["waivers"]
    return HOLDS if row["not_before"] == epoch_us(consent) else "it held before"
