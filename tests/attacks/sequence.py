"""Attacks on the order of things: runs that are tried again until they pass, statements and leaves that go missing."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attacks.registry import HOLDS, attack
from auditor.adapters.bundle import layout
from auditor.adapters.ledger.reader import read_ledger
from auditor.errors import AuditorError
from company import collected, statement_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from attacks.scene import Scene


def copied(scene: Scene, name: str = "other") -> Path:
    """Return a copy of the bundle, to be forged into another run."""
    return shutil.copytree(scene.bundle, scene.bundle.with_name(name))


def another_run(scene: Scene, sequence: int, bundle: Path | None = None) -> Scene:
    """Return a run that passes and is announced in leaf ``sequence``; it is made from a copy of the bundle."""
    from attacks.scene import Scene as Place

    other = Place(scene.company, bundle or copied(scene, f"other-{sequence}"), sequence)

    first = statement_of(scene.bundle) if scene_is_filed(scene) else None
    if first:
        other.after_run(scene.bundle)
    other.forge(lambda one: one["chain"].update(sequence=sequence, previousStatement=first))
    return other.settle()


def second_try(scene: Scene, lie: Callable[[dict[str, Any]], Any]) -> set[str]:
    """File the first run after lying in its predicate, then announce and file one that passes; ask about that."""
    good = copied(scene, "good")
    scene.forge(lie).settle().file()
    return another_run(scene, scene.start(), good).filed().admission()


def scene_is_filed(scene: Scene) -> bool:
    return any(leaf.kind == "run" for leaf in read_ledger(scene.company.ledger).leaves)


# Run-shopping: evaluate until it passes.


@attack("sequence", "a run that would fail is killed, and tried again", "run-unacknowledged")
def killed(scene: Scene) -> set[str]:
    scene.start()
    return scene.filed().admission()


@attack("sequence", "a run that would fail is given up, and tried again", "run-unacknowledged")
def given_up(scene: Scene) -> set[str]:
    from auditor.adapters.snapshot.reader import open_snapshot

    with suppress(AuditorError), scene.company.begun(open_snapshot(collected()[0]).scope):
        raise AuditorError("the source went away")
    return scene.filed().admission()


@attack("sequence", "a run that failed is tried again", "run-unacknowledged")
def failed(scene: Scene) -> set[str]:
    def fail(one: dict[str, Any]) -> None:
        for gate in one["gates"]:
            gate.update(decision="no_go", verdict="fail")

    return second_try(scene, fail)


@attack("sequence", "a run that would fail is closed with one of a smaller profile", "run-unacknowledged")
def closed_with_another(scene: Scene) -> set[str]:
    """It does not stand for what began there: it is not as it was announced."""
    return second_try(scene, lambda one: one.update(profile={"id": "smaller", "sha256": "0" * 64}))


@attack("sequence", "a run that would fail is closed with one that another leaf announced", "run-unacknowledged")
def closed_by_another(scene: Scene) -> set[str]:
    return second_try(scene, lambda one: one["chain"].update(sequence=5))


@attack("sequence", "a run that passed is tried again", HOLDS)
def passed(scene: Scene) -> str:
    met = second_try(scene, lambda _: None)
    return HOLDS if not met else ", ".join(met)


@attack("sequence", "a failed run hidden behind a sign-off that was shown none", "run-unacknowledged")
def signed_unknowing(scene: Scene) -> set[str]:
    scene.filed().hear("bo", "product")
    scene.start()
    return scene.admission()


@attack("sequence", "holding a killed run against a release whose signer was told of it", HOLDS)
def acknowledged(scene: Scene) -> str:
    scene.filed()
    started = scene.start()
    begun = read_ledger(scene.company.ledger).leaves[started].statement
    scene.hear("bo", "product", acknowledges=[begun])
    return HOLDS if not scene.admission() else "refused"


@attack("sequence", "a rejection that acknowledges a killed run", "run-unacknowledged")
def acknowledged_by_rejection(scene: Scene) -> set[str]:
    scene.filed()
    started = scene.start()
    begun = read_ledger(scene.company.ledger).leaves[started].statement
    scene.hear("bo", "product", decision="REJECTED", acknowledges=[begun])
    return scene.admission()


@attack("sequence", "the pass before the last run", "run-superseded")
def superseded(scene: Scene) -> set[str]:
    scene.file()
    another_run(scene, scene.start()).file()
    return scene.admission()


@attack("sequence", "the ledger is not shown", "ledger-not-consulted")
def hidden(scene: Scene) -> set[str]:
    return scene.filed().admission(ledger=False, stamp=False)


# A run's place in the ledger.


@attack("sequence", "a run outside the ledger", "chain-missing")
def outside(scene: Scene) -> str:
    return scene.forge(lambda one: one.update(chain=None)).settle().refusal()


@attack("sequence", "a run of another ledger", "chain-elsewhere")
def elsewhere(scene: Scene) -> str:
    return scene.forge(lambda one: one["chain"].update(ledger="audit.example/other")).settle().refusal()


@attack("sequence", "a run that was never announced", "chain-not-started")
def unannounced(scene: Scene) -> str:
    return scene.forge(lambda one: one["chain"].update(sequence=7)).settle().refusal()


@attack("sequence", "a run that was never filed", "chain-not-filed")
def unfiled(scene: Scene) -> str:
    return scene.refusal()


@attack("sequence", "a run in the place of another that was filed", "chain-other-run")
def in_its_place(scene: Scene) -> str:
    scene.file()
    return scene.forge(lambda one: one.update(validUntil=scene.after(days=9))).refusal()


@attack("sequence", "a chain that points to another run's leaf", "chain-other-run")
def another_leaf(scene: Scene) -> str:
    scene.file()
    second = scene.start()
    another_run(scene, second).file()
    return scene.forge(lambda one: one["chain"].update(sequence=second)).settle().refusal()


@attack("sequence", "a run that forgets the run before it", "chain-previous-mismatch")
def forgets(scene: Scene) -> str:
    scene.file()
    other = another_run(scene, scene.start())
    other.forge(lambda one: one["chain"].update(previousStatement=None)).settle().file()
    return other.refusal()


@attack("sequence", "the attestation of another bundle", "subject-mismatch")
def replayed(scene: Scene) -> str:
    """A good attestation, laid beside files that it was not made for."""
    path = scene.bundle / layout.ATTESTATION
    good = path.read_bytes()
    report = scene.bundle / "data" / "report" / "report.md"
    report.write_bytes(report.read_bytes() + b"\n")
    scene.forge()
    path.write_bytes(good)
    return scene.refusal()
