"""Attacks on the order of things: runs that are tried again until they pass, statements and leaves that go missing."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attacks.registry import HOLDS, attack
from attacks.scene import refused
from auditor.adapters.bundle import layout
from auditor.adapters.ledger import layout as ledger_layout
from auditor.adapters.ledger.directory import init_ledger
from auditor.adapters.ledger.note_keys import sign_checkpoint
from auditor.adapters.ledger.reader import read_ledger
from auditor.core.checkpoint import Checkpoint
from auditor.core.merkle import leaf_hash, root
from auditor.errors import AuditorError
from auditor.shell.reliance import check_ledger_of
from company import ENVIRONMENT, ORIGIN, collected, statement_of
from trusting import make_person

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

    def lie(one: dict[str, Any]) -> None:
        first = statement_of(scene.bundle) if scene_is_filed(scene) else None
        one["chain"].update(sequence=sequence, previousStatement=first)

    return other.forge(lie)


def second_try(scene: Scene, lie: Callable[[dict[str, Any]], Any]) -> set[str]:
    """File the first run after lying in its predicate, then announce and file one that passes; ask about that."""
    good = copied(scene, "good")
    scene.forge(lie).file()
    return another_run(scene, scene.start(), good).filed().admission()


def scene_is_filed(scene: Scene) -> bool:
    return any(leaf.kind == "run" for leaf in read_ledger(scene.company.ledger).leaves)


def resign(scene: Scene, size: int) -> None:
    """Do what the ledger's own key can do: sign the first ``size`` entries as if there had never been others."""
    ledger = scene.company.ledger
    contents = [(ledger / ledger_layout.entry(one)).read_bytes() for one in range(size)]
    for path in (ledger / ledger_layout.ENTRIES).iterdir():
        if path.name not in {(ledger / ledger_layout.entry(one)).name for one in range(size)}:
            path.unlink()
    hashes = [leaf_hash(one) for one in contents]
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root(hashes)), scene.company.ledger_key.signer).note.content()
    shutil.rmtree(ledger / ledger_layout.CHECKPOINTS)
    (ledger / ledger_layout.CHECKPOINTS).mkdir()
    for name in (ledger_layout.CHECKPOINT, ledger_layout.kept(size)):
        (ledger / name).write_bytes(note)


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
    return scene.forge(lambda one: one.update(chain=None)).refusal()


@attack("sequence", "a run of another ledger", "chain-elsewhere")
def elsewhere(scene: Scene) -> str:
    return scene.forge(lambda one: one["chain"].update(ledger="audit.example/other")).refusal()


@attack("sequence", "a run that was never announced", "chain-not-started")
def unannounced(scene: Scene) -> str:
    return scene.forge(lambda one: one["chain"].update(sequence=7)).refusal()


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
    return scene.forge(lambda one: one["chain"].update(sequence=second)).refusal()


@attack("sequence", "a run that forgets the run before it", "chain-previous-mismatch")
def forgets(scene: Scene) -> str:
    scene.file()
    other = another_run(scene, scene.start())
    other.forge(lambda one: one["chain"].update(previousStatement=None)).file()
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


# Statements that go missing.


def taken_in(scene: Scene) -> tuple[Scene, str]:
    """Return a second run, before which a rejection was filed that it takes in, and the rejection's digest."""
    scene.file()
    digest = scene.hear("bo", "product", decision="REJECTED")
    other = another_run(scene, scene.start())
    path = other.bundle / layout.statement_name(digest)
    path.write_bytes(scene.statement_path(digest).read_bytes())
    tabulate(other)
    return other, digest


def tabulate(scene: Scene) -> None:
    """Write the rows that the statements of the bundle come to, and sign."""
    from auditor.core.canonical import canonical_json
    from auditor.shell.statements import build_evidence

    folder = scene.bundle / layout.EVIDENCE
    envelopes = {
        path.name.removesuffix(layout.STATEMENT_SUFFIX): path.read_bytes()
        for path in folder.glob(f"*{layout.STATEMENT_SUFFIX}")
    }
    rows = build_evidence(envelopes, scene.company.trust(), scene.scope)
    (scene.bundle / layout.EVIDENCE_TABLES).write_bytes(canonical_json(rows.document()))
    chain = scene.predicate()["chain"]
    scene.forge(lambda one: one.update(chain=chain))


@attack("sequence", "a rejection is left out of the next run", "evidence-omitted")
def left_out(scene: Scene) -> str:
    other, digest = taken_in(scene)
    (other.bundle / layout.statement_name(digest)).unlink()
    tabulate(other)
    other.file()
    return other.refusal()


@attack("sequence", "an approval that nobody filed is put into the run", "evidence-foreign")
def put_in(scene: Scene) -> str:
    from auditor.adapters.signing.envelope import payload_digest

    envelope = scene.say("bo", "product")
    (scene.bundle / layout.statement_name(payload_digest(envelope, "x"))).write_bytes(envelope)
    tabulate(scene)
    scene.file()
    return scene.refusal()


@attack("sequence", "a rejection in the name of a key that nobody knows", "evidence-altered")
def renamed_key(scene: Scene) -> str:
    """The envelope in the bundle names another key, so the statement does not count, and its name is still there."""
    other, digest = taken_in(scene)
    path = other.bundle / layout.statement_name(digest)
    path.write_bytes(path.read_bytes().replace(scene.company.people["bo"].key_id.encode(), b"0" * 64))
    tabulate(other)
    other.file()
    return other.refusal()


@attack("sequence", "leaving things as they are, with a rejection in the run", HOLDS)
def left_in(scene: Scene) -> str:
    other, _ = taken_in(scene)
    other.file()
    return HOLDS if other.verify() else "refused"


@attack("sequence", "a rejection is deleted from the ledger's folder", "ledger-statement-missing")
def deleted(scene: Scene) -> str:
    scene.statement_path(scene.filed().hear("bo", "product", decision="REJECTED")).unlink()
    return scene.refusal()


@attack("sequence", "two envelopes are exchanged", "ledger-statement-mismatch")
def exchanged(scene: Scene) -> str:
    scene.file()
    one = scene.statement_path(scene.hear("bo", "product", decision="REJECTED"))
    other = scene.statement_path(scene.hear("cy", "product"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return scene.refusal()


@attack("sequence", "a rejection is cut off the ledger by its own key", "ledger-truncated")
def cut(scene: Scene) -> str:
    """Inside nothing tells; a checkpoint that was kept outside does."""
    scene.filed().hear("bo", "product", decision="REJECTED")
    anchor = scene.company.checkpoint()
    resign(scene, 2)
    assert scene.verify()
    return scene.refusal(anchor=anchor)


@attack("sequence", "the ledger is forked by its own key", "ledger-forked")
def forked(scene: Scene) -> str:
    scene.filed().hear("bo", "product", decision="REJECTED")
    anchor = scene.company.checkpoint()
    resign(scene, 2)
    scene.hear("bo", "product")
    assert scene.verify()
    return scene.refusal(anchor=anchor)


@attack("sequence", "leaves are put in another order", "ledger-root-mismatch")
def reordered(scene: Scene) -> str:
    scene.filed()
    first, second = (scene.hear(name, "product") for name in ("bo", "cy"))
    assert first != second
    one, other = (scene.company.ledger / ledger_layout.entry(number) for number in (2, 3))
    one_content, other_content = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_content)
    other.write_bytes(one_content)
    return scene.refusal()


@attack("sequence", "another ledger of the same name", "ledger-signature-invalid")
def another_ledger(scene: Scene) -> str:
    shutil.rmtree(scene.company.ledger)
    init_ledger(scene.company.ledger, ORIGIN, scene.company.runner.signer)
    company = scene.company
    return refused(lambda: check_ledger_of(company.trust(), ENVIRONMENT, company.ledger))


@attack("sequence", "a witness that the policy asks for never saw the ledger", "ledger-unwitnessed")
def unwitnessed(scene: Scene) -> str:
    witness = {"name": "witness.example", "pem": make_person(scene.company.root, "w").public.decode()}
    change = {"witnesses": [witness], "witnessThreshold": 1}
    return scene.filed().amend(lambda policy: policy["environments"][0].update(change)).refusal()
