"""Targets for what is signed: envelopes, statements, trust policies, checkpoints, proofs, tokens; with keys of a day.

Rules kept here: as in ``targets``; whoever holds a key may sign anything, and that too is refused or read, never a
crash.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.core.canonical import StrictJSONError, canonical_json, strict_json
from auditor.core.statement import statement_bytes
from auditor.errors import VerificationError
from fuzz.mutation import mutate
from fuzz.targets import (
    LIMIT,
    ContainerTarget,
    Target,
    check_leaf,
    check_manifest,
    check_note,
    check_strict_json,
    check_tables,
    hold,
    json_target,
    named,
)

if TYPE_CHECKING:
    from pathlib import Path

TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_targets(folder: Path) -> dict[str, Target]:
    """Return every target by its name; keys, bundles and ledgers to start from are made below ``folder``."""
    targets = [*_of_bundles(folder), *_of_ledgers(folder), *_of_trust(folder), _of_tokens(), _statements()]
    return {target.name: target for target in targets}


def _of_bundles(folder: Path) -> list[Target]:
    from auditor.adapters.bundle import layout
    from auditor.adapters.bundle.container import pack_bundle
    from auditor.adapters.signing.envelope import open_envelope, unverified_payload
    from auditor.core.evidence import NO_STATEMENTS
    from sealed import document, make_sealed

    (folder / "sealed").mkdir()
    sealed = make_sealed(folder / "sealed")
    envelope = sealed.path(layout.ATTESTATION).read_bytes()
    payload, _ = unverified_payload(envelope, "seed")
    key = sealed.signer.public_key
    pack_bundle(sealed.root, folder / "seed.tar")

    def check_envelope(content: bytes) -> bool:
        try:
            found, key_id = unverified_payload(content, "envelope")
        except VerificationError as error:
            return named(error)
        hold(canonical_json(strict_json(content, max_bytes=64 << 20)) == content, "is not canonical")
        try:
            opened = open_envelope(content, key, "envelope")
        except VerificationError as error:
            return named(error)
        hold((opened.payload, opened.key_id) == (payload, key.keyid), "opens what was never signed")
        hold((found, key_id) == (payload, key.keyid), "gives another payload unverified than verified")
        return True

    tables = canonical_json(NO_STATEMENTS.document())
    return [
        json_target("strict_json", check_strict_json, canonical_json(document()), b'{"a":[1,1.5,"\\u00e9",null]}'),
        json_target("envelope", check_envelope, envelope),
        json_target("tables", check_tables, tables, _filled_tables()),
        Target("manifest", check_manifest, (sealed.path(layout.MANIFEST).read_bytes(),)),
        Target("container", ContainerTarget(folder), ((folder / "seed.tar").read_bytes(),)),
    ]


def _filled_tables() -> bytes:
    from auditor.core.evidence import SCHEMA_VERSION
    from auditor.statement_tables import STATEMENT_TABLES

    def row(name: str) -> dict[str, Any]:
        columns = STATEMENT_TABLES[name].columns
        return {
            one.name: 1_772_366_400_000_000 if one.type == "instant" else (one.values or ("x",))[0] for one in columns
        }

    tables = {name: [row(name)] for name in STATEMENT_TABLES}
    refused = [{"statement": "a" * 64, "reason": "other-release"}]
    return canonical_json({"schemaVersion": SCHEMA_VERSION, "tables": tables, "refused": refused})


def _of_ledgers(folder: Path) -> list[Target]:
    from auditor.adapters.ledger.note_keys import open_checkpoint
    from auditor.core.ledger_proof import check_extends, check_proof, prove, read_proof
    from auditor.core.merkle import leaf_hash, root
    from ledgers import make_world

    (folder / "world").mkdir()
    world = make_world(folder / "world")
    leaves = world.filled()
    hashes = tuple(leaf_hash(leaf.content()) for leaf in leaves)
    checkpoint = world.view().checkpoint
    signed = open_checkpoint(checkpoint, world.key, "seed").checkpoint
    anchor = (3, root(hashes[:3]))

    def check_checkpoint(content: bytes) -> bool:
        accepted = check_note(content)
        try:
            opened = open_checkpoint(content, world.key, "checkpoint")
        except VerificationError as error:
            return named(error)
        hold(accepted and opened.checkpoint == signed, "opens a checkpoint that was never signed")
        return True

    def check_ledger_proof(content: bytes) -> bool:
        try:
            proof = read_proof(content, "proof")
            check_proof(proof, len(leaves), root(hashes), "proof")
            hold(proof.extra.leaf == leaves[proof.index], "proves a leaf that is not there")
            check_extends(proof, len(leaves), root(hashes), anchor, "proof")
        except VerificationError as error:
            return named(error)
        return True

    proofs = tuple(
        prove(leaf, place, hashes, checkpoint, anchor[0]).content() for place, leaf in list(enumerate(leaves))[:2]
    )
    return [
        json_target("leaf", check_leaf, *(leaf.content() for leaf in leaves)),
        Target("checkpoint", check_checkpoint, (checkpoint,)),
        Target("proof", check_ledger_proof, proofs, (mutate, mutate_proof)),
    ]


def mutate_proof(content: bytes, chance: Any) -> bytes:
    """Change the JSON that lies in base64 in a proof's second line."""
    import base64

    from fuzz.mutation import mutate_json

    lines = content.split(b"\n")
    if len(lines) < 2:  # noqa: PLR2004 - the second
        return mutate(content, chance)
    try:
        inside = base64.b64decode(lines[1].removeprefix(b"extra "))
    except ValueError:
        return mutate(content, chance)
    lines[1] = b"extra " + base64.b64encode(mutate_json(inside, chance))
    return b"\n".join(lines)


def _of_trust(folder: Path) -> list[Target]:
    from auditor.adapters.signing.envelope import sign
    from auditor.adapters.trust.reader import open_trust
    from auditor.core.canonical import sha256_hex
    from auditor.core.statement import STATEMENT_TYPE, subject
    from auditor.core.trust import TRUST_PREDICATE
    from trusting import document, make_person, signed, small

    (folder / "owner").mkdir()
    owner = make_person(folder / "owner", "owner")
    key = owner.signer.public_key
    policy = small(owner)
    envelope = signed(policy, owner)
    digest = open_trust(envelope, key, "seed").digest

    def check_file(content: bytes) -> bool:
        try:
            trust = open_trust(content, key, "trust.json")
        except VerificationError as error:
            return named(error)
        hold(trust.digest == digest, "opens a trust policy that was never signed")
        return True

    def check_signed_policy(content: bytes) -> bool:
        """Whatever an owner signs is read or refused: ``content`` is the predicate."""
        try:
            predicate = strict_json(content, max_bytes=LIMIT)
        except StrictJSONError:
            return False
        name = predicate.get("id") if isinstance(predicate, dict) else None
        subjects = [subject(name if isinstance(name, str) else "", canonical_json(predicate))]
        members = {"_type": STATEMENT_TYPE, "subject": subjects, "predicateType": TRUST_PREDICATE}
        payload = canonical_json(members | {"predicate": predicate})
        try:
            trust = open_trust(sign(payload, owner.signer), key, "trust.json")
        except VerificationError as error:
            return named(error)
        hold(trust.digest == sha256_hex(payload), "has another digest than its payload")
        return True

    whole = canonical_json(document())
    return [
        json_target("trust", check_file, envelope),
        json_target("trust_policy", check_signed_policy, canonical_json(policy.model_dump(mode="json")), whole),
    ]


def _of_tokens() -> Target:
    from auditor.adapters.signing.timestamps import token_time
    from tsa import make_tsa

    tsa = make_tsa(TIME)
    signature = bytes(64)
    response = tsa.stamp(signature)

    def check_token(content: bytes) -> bool:
        try:
            time = token_time(content, signature, [tsa.authority], "token")
        except VerificationError as error:
            return named(error)
        hold(time == TIME, "tells a time that was never stamped")
        return True

    return Target("token", check_token, (response,))


def _statements() -> Target:
    from auditor.core.leaves import ABANDONED_PREDICATE, RUN_STARTED_PREDICATE, AbandonedPredicate, RunStartedPredicate
    from auditor.core.people import MODELS, run_subject
    from auditor.core.run_predicate import RUN_PREDICATE, RunPredicate
    from auditor.core.statement import Exact, read_statement
    from auditor.core.trust import ENROLMENT_PREDICATE, TRUST_PREDICATE, EnrolmentPredicate, TrustPolicy
    from ledgers import run_document, start
    from people_said import DIGEST, SIGNED
    from trusting import document

    models: dict[str, type[Exact]] = {
        **MODELS,
        RUN_PREDICATE: RunPredicate,
        RUN_STARTED_PREDICATE: RunStartedPredicate,
        ABANDONED_PREDICATE: AbandonedPredicate,
        TRUST_PREDICATE: TrustPolicy,
        ENROLMENT_PREDICATE: EnrolmentPredicate,
    }

    def check_statement(content: bytes) -> bool:
        try:
            statement = read_statement(strict_json(content, max_bytes=LIMIT), models)
        except StrictJSONError:
            return False
        except VerificationError as error:
            return named(error)
        hold(all(isinstance(one, dict) for one in statement.subjects), "has a subject that is no object")
        written = statement_bytes(statement.subjects, statement.predicate_type, statement.predicate)
        again = read_statement(strict_json(written, max_bytes=2 * LIMIT), models)
        hold(again == statement, "is read again as another")
        said = statement.predicate.model_dump(mode="json", exclude_unset=True)
        hold(
            canonical_json(said) == canonical_json(strict_json(content, max_bytes=LIMIT)["predicate"]),
            "means other words",
        )
        return True

    abandoned = {
        "schemaVersion": 1,
        "ledger": "l",
        "sequence": 0,
        "reason": "r",
        "timeAbandoned": "2026-03-01T13:00:00Z",
    }
    said = {**SIGNED, ABANDONED_PREDICATE: abandoned, TRUST_PREDICATE: document()}
    seeds = [
        statement_bytes(run_subject("bundle", DIGEST), kind, models[kind].model_validate(one))
        for kind, one in said.items()
    ]
    seeds.append(statement_bytes([], RUN_STARTED_PREDICATE, start(1)))
    seeds.append(canonical_json(run_document()))
    return json_target("statement", check_statement, *seeds)
