"""Attacks on what was filed: rejections that go missing, leaves in another order, a ledger that is cut or forked."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from attacks.registry import HOLDS, attack
from attacks.scene import refused
from attacks.sequence import another_run
from auditor.adapters.bundle import layout
from auditor.adapters.ledger import layout as ledger_layout
from auditor.adapters.ledger.directory import init_ledger
from auditor.adapters.ledger.note_keys import sign_checkpoint
from auditor.core.checkpoint import Checkpoint
from auditor.core.merkle import leaf_hash, root
from auditor.shell.reliance import check_ledger_of
from company import ENVIRONMENT, ORIGIN
from trusting import make_person

if TYPE_CHECKING:
    from attacks.scene import Scene


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
    scene.forge().settle()


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
