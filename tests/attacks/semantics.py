"""Attacks on what the decisions mean: a good bundle that answers another question, or decisions that do not follow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attacks.registry import HOLDS, attack
from attacks.scene import GATE
from auditor.adapters.bundle import layout
from snapshots import Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from attacks.scene import Scene


def decide(scene: Scene, change: Callable[[dict[str, Any]], Any], predicate: Callable[[dict[str, Any]], Any]) -> Scene:
    """Change decisions.json and say the same in the statement."""
    from auditor.core.canonical import canonical_json

    path = scene.bundle / layout.DECISIONS
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(canonical_json(document))
    return scene.forge(predicate)


def gate_says(scene: Scene, **members: str) -> Scene:
    """Let the gate have another decision, in the decisions and in the statement."""

    def change(document: dict[str, Any]) -> None:
        next(one for one in document["gates"] if one["gate"] == GATE).update(members)

    return decide(scene, change, change).filed()


@attack("semantics", "an old pass shown for a new release", "release-mismatch")
def another_release(scene: Scene) -> set[str]:
    return scene.filed().admission(release="2025.02.01-0000000")


@attack("semantics", "a pass of another environment", "environment-mismatch")
def another_environment(scene: Scene) -> set[str]:
    """Neither has a ledger that could tell."""

    def twin(policy: dict[str, Any]) -> None:
        policy["environments"][0].update(ledger=None)
        policy["environments"].append(policy["environments"][0] | {"name": "staging"})

    return scene.filed().amend(twin).admission(environment="staging", ledger=False, stamp=False)


@attack("semantics", "a pass of another environment, with the ledger that it is filed in", "environment-mismatch")
def another_environment_and_its_ledger(scene: Scene) -> set[str]:
    def twin(policy: dict[str, Any]) -> None:
        policy["environments"].append(policy["environments"][0] | {"name": "staging", "ledger": None})

    scene.filed().hear("bo", "product")
    return scene.amend(twin).admission(environment="staging")


@attack("semantics", "a gate that the run did not decide", "gate-absent")
def another_gate(scene: Scene) -> set[str]:
    def grow(policy: dict[str, Any]) -> None:
        gates = policy["environments"][0]["gates"]
        gates.append(gates[0] | {"gate": "go-live"})

    return scene.filed().amend(grow).admission(gate="go-live")


@attack("semantics", "a gate that is not met", "gate-not-met")
def not_met(scene: Scene) -> set[str]:
    return gate_says(scene, decision="no_go", verdict="fail").admission()


@attack("semantics", "a gate that the evidence does not decide", "gate-undecided")
def undecided(scene: Scene) -> set[str]:
    return gate_says(scene, decision="undecided", verdict="inconclusive").admission()


@attack("semantics", "a gate without anything to decide", "gate-undecided")
def not_applicable(scene: Scene) -> set[str]:
    return gate_says(scene, decision="go", verdict="not_applicable").admission()


@attack("semantics", "a gate met only by waivers that nobody accepts", "gate-waived")
def waived(scene: Scene) -> set[str]:
    return gate_says(scene, decision="pass_with_waiver", verdict="fail").admission()


@attack("semantics", "a gate that nobody approved, honestly said to be unapproved", "gate-unapproved")
def unapproved(scene: Scene) -> set[str]:
    def forget(policy: dict[str, Any]) -> None:
        gates = policy["environments"][0]["gates"]
        gates.remove(next(one for one in gates if one["gate"] == GATE))

    return scene.forge(lambda one: one.update(approval="unapproved")).filed().amend(forget).admission()


@attack("semantics", "another verdict under the machine's own signature", "replay-differs")
def another_verdict(scene: Scene) -> str:
    def change(document: dict[str, Any]) -> None:
        next(one for one in document["findings"] if one["verdict"] == "pass").update(verdict="fail")

    return decide(scene, change, lambda _: None).refusal(ledger=False, replay=True)


@attack("semantics", "a report that says something kinder", "report-differs")
def kinder_report(scene: Scene) -> str:
    path = scene.bundle / "data" / "report" / "report.md"
    path.write_bytes(path.read_bytes().replace(b"PASS", b"FINE", 1))
    return scene.forge().refusal(ledger=False, replay=True)


@attack("semantics", "an account of the inventory is left out of the archived facts", "replay-differs")
def omitted_account(scene: Scene) -> str:
    """Its cell is not in the coverage table, so the line is not decided: the archived pass does not follow."""
    stored = Stored(scene.bundle / layout.SNAPSHOT)
    table = stored.table("coverage")
    keep = [cell != "inventory" for cell in table.column("source").to_pylist()]
    assert not all(keep)
    stored.replace("coverage", table.filter(keep))
    return scene.forge().refusal(ledger=False, replay=True)


@attack("semantics", "an account that was left out before the run is decided", HOLDS)
def omitted_before(scene: Scene) -> str:
    """The same facts, decided honestly: inconclusive, which is never a pass."""
    from auditor.adapters.snapshot.reader import open_snapshot
    from auditor.shell.evaluate import evaluate

    folder = scene.company.root / "omitted"
    import shutil

    shutil.copytree(scene.bundle / layout.SNAPSHOT, folder)
    stored = Stored(folder)
    table = stored.table("coverage")
    stored.replace("coverage", table.filter([one != "inventory" for one in table.column("source").to_pylist()]))
    assert open_snapshot(folder)
    done = evaluate(
        folder, signer=scene.company.runner.signer, output=scene.company.root, time_created=scene.company.tsa.now
    )
    verdicts = {one["gate"]: one["verdict"] for one in done.decisions.document["gates"]}
    return HOLDS if verdicts["residency"] == "inconclusive" else str(verdicts)


@attack("semantics", "the snapshot of another release", "snapshot-contradicts-predicate")
def another_snapshot(scene: Scene) -> str:
    path = scene.bundle / layout.SNAPSHOT_MANIFEST
    path.write_bytes(path.read_bytes().replace(b"2025.01.14", b"2025.01.13"))
    return scene.forge().refusal(ledger=False)
