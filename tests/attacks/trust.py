"""Attacks on what was approved, and on whose word counts: a smaller profile, a loosened limit, an old trust policy."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from attacks.registry import HOLDS, attack
from attacks.scene import GATE, refused
from auditor.adapters.bundle import layout
from auditor.core.canonical import canonical_json, sha256_hex
from auditor.core.trust import TrustPolicy
from auditor.errors import ControlError
from auditor.shipped import policies_dir
from trusting import loaded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from attacks.scene import Scene

PROFILE = "profiles/hybrid-routing-gates.toml"
SECOND_WAY = """package gates.go_no_go

decide := "go"
"""


def gate(policy: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in policy["environments"][0]["gates"] if one["gate"] == GATE)
    return found


def revoke(policy: dict[str, Any], key_id: str, at: str) -> None:
    member = next(one for one in policy["keys"] if one["keyId"] == key_id)
    member.update(revokedAt=at, revokedBecause="it was stolen")


def policies(scene: Scene) -> Path:
    return scene.bundle / "data" / "policies"


def edit_policies(scene: Scene, name: str, content: bytes) -> None:
    """Change a file of the archived pack, and its lock with it."""
    path = policies(scene) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    lock = policies(scene) / "pack.lock"
    document = json.loads(lock.read_bytes())
    document["sources"][name] = hashlib.sha256(content).hexdigest()
    lock.write_text(json.dumps(document))


def approve_digest(scene: Scene, *, profile: str = "") -> Callable[[dict[str, Any]], None]:
    """Approve, unseen, whatever policies the bundle now has."""
    digest = scene.predicate()["policyDigest"]

    def change(policy: dict[str, Any]) -> None:
        for one in policy["environments"][0]["gates"]:
            one["policyDigests"].append(one["policyDigests"][0] | {"sha256": digest})
            if profile:
                one["profiles"].append(one["profiles"][0] | {"id": profile})

    return change


def loosen(scene: Scene) -> None:
    content = (policies(scene) / PROFILE).read_bytes()
    edit_policies(scene, PROFILE, content.replace(b"latency_limit_us = 1_500_000", b"latency_limit_us = 9_500_000"))
    scene.forge()


@attack("trust", "a smaller profile under a new name", "profile-unapproved")
def smaller_profile(scene: Scene) -> str:
    """The profile is another; whoever claims that it was approved is refused."""
    rename_profile(scene)
    return scene.forge(lambda one: one["profile"].update(id="smaller")).refusal(ledger=False)


def rename_profile(scene: Scene) -> None:
    decisions = scene.bundle / "data" / "decisions.json"
    old, new = b'"id":"hybrid-routing-gates"', b'"id":"smaller"'
    assert old in decisions.read_bytes()
    decisions.write_bytes(decisions.read_bytes().replace(old, new))


@attack("trust", "a smaller profile, honestly said to be unapproved", "gate-unapproved")
def smaller_profile_shown(scene: Scene) -> set[str]:
    """A run may be sealed under any profile; it passes no gate that was approved for another."""
    scene.forge(lambda one: one.update(approval="unapproved")).file()
    return scene.amend(lambda policy: gate(policy)["profiles"][0].update(id="larger")).admission()


@attack("trust", "a loosened parameter", "policy-unapproved")
def loosened(scene: Scene) -> str:
    loosen(scene)
    return scene.refusal(ledger=False)


@attack("trust", "a loosened mapping of a source: what is an error is called none", "policy-unapproved")
def loosened_mapping(scene: Scene) -> str:
    path = scene.bundle / layout.MAPPINGS
    document = json.loads(path.read_bytes())
    document["sources"][0]["options"]["outcome"] = {"ok": ["200", "500"]}
    path.write_bytes(canonical_json(document))
    manifest = scene.bundle / layout.SNAPSHOT_MANIFEST
    stated = json.loads(manifest.read_bytes()) | {"mappings": sha256_hex(path.read_bytes())}
    manifest.write_bytes(canonical_json(stated))
    scene.forge()
    return scene.refusal(ledger=False)


@attack("trust", "a loosened parameter, once the run was announced with the strict one", "chain-start-mismatch")
def loosened_and_approved(scene: Scene) -> str:
    """Even where an owner approved both, a run is of the policies that were announced before it began."""
    loosen(scene)
    scene.amend(approve_digest(scene))
    assert scene.verify(ledger=False)
    return scene.filed().refusal()


@attack("trust", "a profile of that name without a mandatory control", "control-missing")
def without_a_control(scene: Scene) -> str:
    mandatory = {"notBefore": "2020-01-01T00:00:00Z", "notAfter": None, "control": "residency.another"}
    scene.amend(lambda policy: gate(policy)["mandatoryControls"].append(mandatory))
    return scene.refusal()


@attack("trust", "a Rego file that adds a second way to pass", HOLDS)
def second_way(scene: Scene) -> str:
    """The pack is loaded only when each file is the one that was compiled."""
    import shutil

    pack = scene.company.root / "pack"
    shutil.copytree(policies_dir(), pack)
    (pack / "gates" / "go_no_go" / "second.rego").write_text(SECOND_WAY)
    before = scene.company.leaves()
    try:
        scene.company.run(policies=pack)
    except ControlError as error:
        assert "not in the lock" in error.message
        return HOLDS if scene.company.leaves() == before else "it was begun"
    return "it ran"


@attack(
    "trust", "a Rego file that adds a second way to pass, with its lock, its digest approved unseen", "pack-unapproved"
)
def second_way_locked(scene: Scene) -> str:
    """What was compiled is approved as a triple; a source more makes another."""
    edit_policies(scene, "gates/go_no_go/second.rego", SECOND_WAY.encode())
    scene.forge()
    return scene.amend(approve_digest(scene)).refusal(ledger=False)


@attack("trust", "a Rego file that adds a second way to pass, with its lock", "policy-unapproved")
def second_way_unapproved(scene: Scene) -> str:
    edit_policies(scene, "gates/go_no_go/second.rego", SECOND_WAY.encode())
    return scene.forge().refusal(ledger=False)


@attack("trust", "a Rego file beside the policies, which nothing compiles: it stays approved", HOLDS)
def rego_elsewhere(scene: Scene) -> str:
    (scene.bundle / "data" / "report" / "extra.rego").write_text(SECOND_WAY)
    scene.forge()
    return HOLDS if scene.verify(ledger=False) else "it was refused"


@attack("trust", "another Wasm under the approved sources", "pack-unapproved")
def another_wasm(scene: Scene) -> str:
    wasm = policies(scene) / "policy.wasm"
    wasm.write_bytes(wasm.read_bytes() + b"\x00\x04\x03abc")  # a custom section: the module stays valid
    scene.forge()
    return scene.amend(approve_digest(scene)).refusal(ledger=False)


@attack("trust", "no compiled pack at all", "pack-unapproved")
def no_pack(scene: Scene) -> str:
    (policies(scene) / "policy.wasm").unlink()
    scene.forge()
    return scene.amend(approve_digest(scene)).refusal(ledger=False)


@attack("trust", "the owner's approvals are all gone", "profile-unapproved")
def empty_map(scene: Scene) -> str:
    """An empty list refuses."""
    return scene.amend(lambda policy: gate(policy).update(profiles=[])).refusal()


@attack("trust", "a run of an environment that nobody trusts", "environment-unknown")
def unknown_environment(scene: Scene) -> str:
    def rename(policy: dict[str, Any]) -> None:
        policy["environments"][0]["name"] = "elsewhere"
        for one in policy["keys"]:
            one["environments"] = ["elsewhere"] * bool(one["environments"])

    return scene.amend(rename).refusal(ledger=False)


@attack("trust", "a gate that nobody approved anything for", "gate-unknown")
def unknown_gate(scene: Scene) -> str:
    return scene.amend(lambda policy: policy["environments"][0]["gates"].remove(gate(policy))).refusal()


@attack("trust", "a machine of another environment seals", "key-not-for-environment")
def foreign_machine(scene: Scene) -> str:
    def confine(policy: dict[str, Any]) -> None:
        policy["environments"].append(policy["environments"][0] | {"name": "staging", "ledger": None})
        next(one for one in policy["keys"] if one["person"] is None).update(environments=["staging"])

    return scene.amend(confine).refusal(ledger=False)


@attack("trust", "a key before its time", "key-outside-validity")
def early_key(scene: Scene) -> str:
    begins = scene.after(days=1)
    key_id = scene.company.runner.key_id

    def later(policy: dict[str, Any]) -> None:
        next(one for one in policy["keys"] if one["keyId"] == key_id).update(notBefore=begins)

    return scene.amend(later).refusal(ledger=False)


@attack("trust", "a key that was revoked before it was used", "key-revoked")
def revoked_before(scene: Scene) -> str:
    at = scene.after(minutes=-1)
    return scene.amend(lambda policy: revoke(policy, scene.company.runner.key_id, at)).refusal()


@attack("trust", "calling what a key signed before its revocation void", HOLDS)
def revoked_after(scene: Scene) -> str:
    """A thief's key is revoked from the theft on; what its holder had sealed before stays good evidence."""
    at = scene.after(minutes=1)
    scene.filed().amend(lambda policy: revoke(policy, scene.company.runner.key_id, at))
    return HOLDS if scene.verify() else "refused"


@attack("trust", "a person's stolen key after its revocation", "key-revoked")
def stolen(scene: Scene) -> str:
    at = scene.after()
    scene.amend(lambda policy: revoke(policy, scene.company.people["ada"].key_id, at))
    scene.company.later()
    return scene.uncounted(scene.hear("ada", "security"))


@attack("trust", "an older version of the trust policy, which still lets a key sign", "trust-rollback")
def rolled_back(scene: Scene) -> str:
    return scene.forge(lambda one: one["trust"].update(version=2)).refusal()


@attack("trust", "another trust policy of the same number", "trust-contradicted")
def another_version(scene: Scene) -> str:
    return scene.forge(lambda one: one["trust"].update(statement="0" * 64)).refusal()


@attack("trust", "the trust policy of another organisation", "trust-contradicted")
def another_policy(scene: Scene) -> str:
    return scene.forge(lambda one: one["trust"].update(id="other")).refusal()


@attack("trust", "approval claimed without any trust policy", "predicate-malformed")
def no_policy(scene: Scene) -> str:
    return scene.forge(lambda one: one.update(trust=None)).refusal()


@attack("trust", "a machine with a role that approves", "trust-malformed")
def approving_machine(scene: Scene) -> str:
    def give(policy: dict[str, Any]) -> None:
        machine = next(one for one in policy["keys"] if one["person"] is None)
        machine["roles"].append(machine["roles"][0] | {"role": "security"})

    return refused(scene.amend(give).company.trust)


@attack("trust", "a development clock in production", "trust-malformed")
def development_clock(scene: Scene) -> str:
    def develop(policy: dict[str, Any]) -> None:
        policy["timestampAuthorities"][0]["development"] = True

    return refused(scene.amend(develop).company.trust)


@attack("trust", "a policy signed by somebody who owns nothing", "key-unknown")
def usurper(scene: Scene) -> str:
    """It names its own signer as owner; the key that the reader pinned says otherwise."""
    from auditor.adapters.trust.reader import open_trust
    from trusting import signed

    company = scene.company
    policy = company.trust().policy.model_dump(mode="json")
    ada = company.people["ada"]
    mine = TrustPolicy.model_validate(policy | {"owners": [company.owner.key_id]})
    assert loaded(mine, company.owner)
    return refused(lambda: open_trust(signed(mine, ada), company.owner.signer.public_key, "trust.json"))
