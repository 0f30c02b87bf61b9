"""``auditor trust add``: keys, roles, owners, deputies, clocks, environments, and roles that must be two people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli import trust_options as shared
from auditor.cli.options import Instant

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.cli.key_options import SigningKey
    from auditor.core.trust import TrustPolicy


@click.group("add")
def add() -> None:
    """Add a key, role, owner, deputy, time-stamp authority, environment or a pair of roles, as the next version."""


@add.command("key")
@shared.changes
@click.option("--enrolment", type=click.Path(path_type=Path), required=True, help="The request that its holder signed.")
@click.option("--challenge", required=True, metavar="HEX", help="The challenge that you gave for it.")
@click.option("--role", multiple=True, metavar="NAME", help="Role of its holder; may be repeated.")
@click.option(
    "--predicate",
    multiple=True,
    metavar="KIND",
    help="Kind of statement that it may sign (sign-off, waiver, ...); default for a machine: those of a run.",
)
@click.option("--environment", multiple=True, metavar="NAME", help="Environment it may sign for; may be repeated.")
@shared.NOT_BEFORE
@click.option("--not-after", type=Instant(), required=True, help="Until when it is valid.")
def key_(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    enrolment: Path,
    challenge: str,
    role: tuple[str, ...],
    predicate: tuple[str, ...],
    environment: tuple[str, ...],
    not_before: datetime | None,
    not_after: datetime,
) -> int:
    """Add the key that was enrolled by a request, once the request shows that its holder has the private half."""
    from auditor.adapters.trust.enrolment import enrolled_key  # noqa: PLC0415 - lazy
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy
    from auditor.core.trust import MACHINE_PREDICATES  # noqa: PLC0415 - lazy
    from auditor.shell.trust_changes import key_member  # noqa: PLC0415 - lazy

    content = shared.read_bytes(enrolment, "the request")

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        person, public = enrolled_key(content, draft.id, challenge, str(enrolment))
        period = revision.Period(shared.start_of(draft, not_before), not_after)
        kinds = [shared.predicate_type(one) for one in predicate]
        if person is None and not kinds:
            kinds = sorted(MACHINE_PREDICATES)
        if not kinds:
            raise click.UsageError("--predicate: say which kinds of statement this person's key may sign")
        member = key_member(public, person, kinds, environment, period)
        draft = revision.add(draft, "keys", member)
        for one in role:
            given = revision.find_key(draft, public.keyid)
            draft = revision.add_role(draft, given, one, revision.Period(period.start))
        return draft

    return shared.make(file, key, owner, change)


@add.command("role")
@shared.changes
@shared.KEY_ID
@click.argument("role")
@shared.NOT_BEFORE
@shared.NOT_AFTER
def role_(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    key_id: str,
    role: str,
    not_before: datetime | None,
    not_after: datetime | None,
) -> int:
    """Give the holder of KEY_ID (8 digits or more of it) the ROLE."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        period = revision.Period(shared.start_of(draft, not_before), not_after)
        return revision.add_role(draft, revision.find_key(draft, key_id), role, period)

    return shared.make(file, key, owner, change)


@add.command("permission")
@shared.changes
@shared.KEY_ID
@click.option("--predicate", multiple=True, metavar="KIND", help="Kind of statement that it may sign too.")
@click.option("--environment", multiple=True, metavar="NAME", help="Environment that it may sign for too.")
def permission(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    key_id: str,
    predicate: tuple[str, ...],
    environment: tuple[str, ...],
) -> int:
    """Let KEY_ID sign more kinds of statement, or for more environments."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        kinds = [shared.predicate_type(one) for one in predicate]
        return revision.widen(draft, revision.find_key(draft, key_id), kinds, environment)

    return shared.make(file, key, owner, change)


@add.command("owner")
@shared.changes
@shared.KEY_ID
def owner_(file: Path, key: SigningKey, owner: Path | None, key_id: str) -> int:
    """Let the holder of KEY_ID sign the next version."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        found = revision.find_key(draft, key_id)
        return revision.add_owner(draft, found)

    return shared.make(file, key, owner, change)


@add.command("deputy")
@shared.changes
@click.argument("role")
@click.argument("person")
@shared.NOT_BEFORE
@click.option("--not-after", type=Instant(), required=True, help="Until when.")
def deputy(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    role: str,
    person: str,
    not_before: datetime | None,
    not_after: datetime,
) -> int:
    """Let PERSON, who has a key, stand in for ROLE for a time."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy
    from auditor.core.trust import DeputyMember  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        period = revision.Period(shared.start_of(draft, not_before), not_after)
        member = revision.formed(DeputyMember, "the deputy", role=role, person=person, **period.members)
        return revision.add(draft, "deputies", member)

    return shared.make(file, key, owner, change)


@add.command("authority")
@shared.changes
@click.argument("name")
@click.argument("certificates", type=click.Path(path_type=Path))
@click.option("--development", is_flag=True, help="It is ours, for development; no production environment believes it.")
@click.option("--not-before", type=Instant(), help="From when its time is believed; default: its root's.")
@click.option("--not-after", type=Instant(), help="Until when; default: its root's.")
def authority(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    name: str,
    certificates: Path,
    not_before: datetime | None,
    not_after: datetime | None,
    *,
    development: bool,
) -> int:
    """Add a time-stamp authority NAME by its CERTIFICATES: a PEM file with its root, and any intermediate."""
    from auditor.adapters.trust.material import authority_members  # noqa: PLC0415 - lazy
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy
    from auditor.core.trust import AuthorityMember, written  # noqa: PLC0415 - lazy

    pems, start, end = authority_members(shared.read_bytes(certificates, "the certificates"), str(certificates))

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        member = revision.formed(
            AuthorityMember,
            f"time-stamp authority {name!r}",
            name=name,
            certificates=pems,
            development=development,
            notBefore=written(not_before or start),
            notAfter=written(not_after or end),
        )
        return revision.add(draft, "timestampAuthorities", member)

    return shared.make(file, key, owner, change)


@add.command("environment")
@shared.changes
@click.argument("name")
@click.option("--production", is_flag=True, help="It is production.")
@click.option("--authority", multiple=True, metavar="NAME", help="Time-stamp authority that it believes.")
@click.option("--ledger-origin", metavar="ORIGIN", help="Origin line of its ledger.")
@click.option("--ledger-key", type=click.Path(path_type=Path), help="Public key of its ledger (Ed25519, PEM).")
@click.option("--witness", type=(str, click.Path(path_type=Path)), multiple=True, help="A witness: name, public key.")
@click.option("--witness-threshold", type=click.IntRange(0, 100), help="How many witnesses must cosign.")
def environment_(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    name: str,
    authority: tuple[str, ...],
    ledger_origin: str | None,
    ledger_key: Path | None,
    witness: tuple[tuple[str, Path], ...],
    witness_threshold: int | None,
    *,
    production: bool,
) -> int:
    """Add the environment NAME; or to one that is there: clocks, witnesses, and a ledger if it has none."""
    from auditor.adapters.trust.material import canonical_pem  # noqa: PLC0415 - lazy
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    if (ledger_origin is None) != (ledger_key is None):
        raise click.UsageError("--ledger-origin and --ledger-key belong together")

    def pem(path: Path) -> str:
        return canonical_pem(shared.read_bytes(path, "the public key"), str(path))

    ledger = None if ledger_key is None else {"origin": ledger_origin, "pem": pem(ledger_key)}
    witnesses: list[dict[str, Any]] = [{"name": one, "pem": pem(path)} for one, path in witness]

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        return revision.add_environment(
            draft,
            name,
            production=production,
            authorities=authority,
            ledger=ledger,
            witnesses=witnesses,
            threshold=witness_threshold,
        )

    return shared.make(file, key, owner, change)


@add.command("distinct")
@shared.changes
@click.argument("role")
@click.argument("other")
def distinct(file: Path, key: SigningKey, owner: Path | None, role: str, other: str) -> int:
    """Let nobody act in both ROLE and OTHER in one matter."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    return shared.make(file, key, owner, lambda draft, _before: revision.add(draft, "distinct", [role, other]))
