"""Attacks on what earlier runs decided: a trigger that fired is to be forgotten, or a run, or one is to be made up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attacks.registry import HOLDS, attack
from attacks.scene import refused
from attacks.sequence import another_run, copied
from auditor.adapters.bundle import layout
from auditor.core.canonical import canonical_json
from company import statement_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from attacks.scene import Scene

TRIGGER = "rollback.p95_sustained"


def edit(scene: Scene, name: str, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a JSON document in the bundle; nothing is signed again yet."""
    path = scene.bundle / name
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(canonical_json(document))


def fire(decided: dict[str, Any]) -> None:
    for line in decided["lines"]:
        if line["line"] == TRIGGER:
            line.update(latched=True, verdict="fail", reason="sustained_breach")


def fired(scene: Scene) -> Scene:
    """File a run in which a latched trigger fired, and return one after it that knows of that."""
    edit(scene, layout.DECISIONS, fire)
    scene.forge().file()
    return another_run(scene, scene.start())


def forget(scene: Scene, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Keep only some of what is told of earlier runs, in the table and in what is handed on."""

    def thin(tables: dict[str, Any]) -> None:
        tables["tables"]["prior_verdicts"] = [one for one in tables["tables"]["prior_verdicts"] if keep(one)]

    edit(scene, layout.EVIDENCE_TABLES, thin)
    edit(scene, layout.DECISIONS, lambda one: one.update(history=[row for row in one["history"] if keep(row)]))


def leave_out(scene: Scene, statement: str) -> None:
    for name in (layout.prior_name(statement), layout.prior_decisions_name(statement)):
        (scene.bundle / name).unlink()
    folder = scene.bundle / layout.PRIOR
    if not any(folder.iterdir()):
        folder.rmdir()


@attack("sequence", "leaving things as they are, after a run in which a trigger fired", HOLDS)
def remembered(scene: Scene) -> str:
    other = fired(scene)
    other.file()
    history = other.verify().bundle.document["history"]
    told = {(row["line"], row["verdict"]) for row in history if row["run"] == statement_of(scene.bundle)}
    return HOLDS if (TRIGGER, "fail") in told else "forgotten"


@attack("sequence", "a fired trigger is forgotten in the next run", "prior-differs")
def forgotten(scene: Scene) -> str:
    other = fired(scene)
    forget(other, lambda row: row["line"] != TRIGGER)
    other.forge().file()
    return other.refusal()


@attack("sequence", "a fired trigger is told to policies, and not handed on", "prior-differs")
def not_handed_on(scene: Scene) -> str:
    other = fired(scene)
    edit(other, layout.DECISIONS, lambda one: one["history"].pop())
    other.forge().file()
    return other.refusal()


@attack("sequence", "a run passes itself off as the first of its release", "prior-differs")
def the_first(scene: Scene) -> str:
    other = fired(scene)
    edit(other, layout.EVIDENCE_TABLES, lambda one: one["tables"]["ledger_places"][0].update(previous=None))
    other.forge().file()
    return other.refusal()


@attack("sequence", "a run in which a trigger fired is left out, though it is named as the run before", "prior-missing")
def left_out(scene: Scene) -> str:
    other = fired(scene)
    leave_out(other, statement_of(scene.bundle))
    other.forge().settle().file()
    return other.refusal()


@attack("sequence", "a run in which a trigger fired is left out by the run before, which is taken in", "prior-missing")
def left_out_before(scene: Scene) -> str:
    """Only the ledger knows of it: the run before lies, and nothing in the last bundle contradicts it."""
    from auditor.errors import VerificationError

    second = fired(scene)
    leave_out(second, statement_of(scene.bundle))
    second.forge().settle().file()
    third = another_run(second, second.start(), copied(second, "third"))
    third.file()
    assert third.verify(ledger=False)
    try:
        third.verify()
    except VerificationError as error:
        return error.code
    return "verified"


@attack("sequence", "a run in which a trigger fired is only told of by the run after it", "prior-missing")
def told_of(scene: Scene) -> str:
    second = fired(scene)
    second.file()
    third = another_run(second, second.start(), copied(second, "third"))
    leave_out(third, statement_of(scene.bundle))
    third.forge().settle().file()
    return third.refusal(ledger=False)


@attack("sequence", "the run before forgets the trigger that fired in the one before it", "prior-contradicts")
def forgotten_before(scene: Scene) -> str:
    """It would be refused itself; no run after it begins, either."""
    second = fired(scene)
    forget(second, lambda row: row["line"] != TRIGGER)
    second.forge().file()
    return refused(second.start)


@attack("sequence", "an earlier run of another release is slipped in", "prior-foreign")
def of_another_release(scene: Scene) -> str:
    stranger = type(scene)(scene.company, copied(scene, "stranger"))
    stranger.forge(lambda one: one["scope"].update(release="another")).settle()
    other = fired(scene)
    other.after_run(stranger.bundle).forge().settle().file()
    return other.refusal()


@attack("sequence", "an earlier run that nobody filed is made up", "prior-foreign")
def made_up(scene: Scene) -> str:
    stranger = type(scene)(scene.company, copied(scene, "stranger"))
    stranger.forge(lambda one: one.update(validUntil=scene.after(days=9))).settle()
    other = fired(scene)
    other.after_run(stranger.bundle).forge().settle().file()
    return other.refusal()


@attack("sequence", "an earlier run goes by the name of another", "prior-misnamed")
def by_another_name(scene: Scene) -> str:
    other = fired(scene)
    statement = statement_of(scene.bundle)
    for name in (layout.prior_name, layout.prior_decisions_name):
        (other.bundle / name(statement)).rename(other.bundle / name("0" * 64))
    other.forge().file()
    return other.refusal()


@attack("sequence", "an earlier run without its decisions", "prior-misnamed")
def undecided(scene: Scene) -> str:
    other = fired(scene)
    (other.bundle / layout.prior_decisions_name(statement_of(scene.bundle))).unlink()
    other.forge().file()
    return other.refusal()


@attack("sequence", "other decisions beside the statement of an earlier run", "decisions-digest-mismatch")
def decided_otherwise(scene: Scene) -> str:
    other = fired(scene)
    name = layout.prior_decisions_name(statement_of(scene.bundle))
    edit(other, name, lambda one: [line.update(verdict="pass") for line in one["lines"]])
    other.forge().settle().file()
    return other.refusal()


@attack("sequence", "an earlier run that is signed by a person", "key-not-for-predicate")
def sealed_by_a_person(scene: Scene) -> str:
    stranger = type(scene)(scene.company, copied(scene, "stranger"))
    stranger.seal_as(scene.company.people["bo"])
    other = fired(scene)
    other.after_run(stranger.bundle).forge().settle().file()
    return other.refusal()


@attack("sequence", "two earlier runs tell different things of a third", "prior-contradicts")
def contradicted(scene: Scene) -> str:
    second = fired(scene)
    liar = type(scene)(scene.company, copied(second, "liar"), second.sequence)
    leave_out(liar, statement_of(scene.bundle))
    forget(liar, lambda row: row["line"] != TRIGGER)
    liar.forge(lambda one: one.update(validUntil=scene.after(days=9)))
    second.file()
    third = another_run(second, second.start(), copied(second, "third"))
    leave_out(third, statement_of(scene.bundle))
    third.settle()
    third.after_run(liar.bundle).forge().file()
    return third.refusal()
