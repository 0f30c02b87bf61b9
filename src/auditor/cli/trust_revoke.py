"""``auditor trust revoke``: end a key, a role, an owner, a deputy or an approval; the past stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditor.cli import trust_options as shared
from auditor.cli.options import Instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.cli.key_options import SigningKey
    from auditor.core.trust import TrustPolicy


@click.group("revoke")
def revoke() -> None:
    """Revoke a key, or end a role, an owner, a deputy or an approval, as the next version."""


@revoke.command("key")
@shared.changes
@shared.KEY_ID
@click.option("--because", required=True, metavar="TEXT", help="Why: lost, left, compromised.")
@click.option("--since", type=Instant(), help="From when it no longer counts, also in the past; default: now.")
def key_(file: Path, key: SigningKey, owner: Path | None, key_id: str, because: str, since: datetime | None) -> int:
    """Revoke KEY_ID: what is stamped before --since stays valid, nothing after it. It is no owner any more."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        found = revision.find_key(draft, key_id)
        return revision.revoke_key(draft, found, shared.start_of(draft, since), because)

    return shared.make(file, key, owner, change)


@revoke.command("role")
@shared.changes
@shared.KEY_ID
@click.argument("role")
def role_(file: Path, key: SigningKey, owner: Path | None, key_id: str, role: str) -> int:
    """End the ROLE of KEY_ID now."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        return revision.end_role(draft, revision.find_key(draft, key_id), role, shared.start_of(draft, None))

    return shared.make(file, key, owner, change)


@revoke.command("owner")
@shared.changes
@shared.KEY_ID
def owner_(file: Path, key: SigningKey, owner: Path | None, key_id: str) -> int:
    """Let KEY_ID sign no next version any more; it stays a key."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        return revision.drop_owner(draft, revision.find_key(draft, key_id))

    return shared.make(file, key, owner, change)


@revoke.command("deputy")
@shared.changes
@click.argument("role")
@click.argument("person")
def deputy(file: Path, key: SigningKey, owner: Path | None, role: str, person: str) -> int:
    """End now that PERSON stands in for ROLE."""
    from auditor.core import trust_revision as revision  # noqa: PLC0415 - lazy

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        return revision.end_deputy(draft, role, person, shared.start_of(draft, None))

    return shared.make(file, key, owner, change)


@revoke.command("approval")
@shared.changes
@shared.ENVIRONMENT
@shared.GATE
@click.option("--profile", metavar="NAME", help="This profile.")
@click.option("--policy-digest", metavar="HEX", help="These policies: the first digits of their digest.")
@click.option("--pack", metavar="HEX", help="This compiled pack: the first digits of its Wasm's digest.")
@click.option("--control", metavar="NAME", help="That this control is mandatory.")
@click.option("--sign-off", metavar="LINE", help="That this line must be signed.")
def approval(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    environment: str,
    gate: str,
    profile: str | None,
    policy_digest: str | None,
    pack: str | None,
    control: str | None,
    sign_off: str | None,
) -> int:
    """End now one approval of a gate, or one demand on it; what was decided before stays approved."""
    from auditor.core.trust_approvals import end_approval  # noqa: PLC0415 - lazy

    asked: dict[str, tuple[str | None, Callable[[Any], bool]]] = {
        "profiles": (profile, lambda one: one.id == profile),
        "policyDigests": (policy_digest, lambda one: one.sha256.startswith(policy_digest)),
        "triples": (pack, lambda one: one.wasm.startswith(pack)),
        "mandatoryControls": (control, lambda one: one.control == control),
        "signOffs": (sign_off, lambda one: one.line == sign_off),
    }
    given = [(member, matches) for member, (value, matches) in asked.items() if value]
    if len(given) != 1:
        raise click.UsageError("name one of --profile, --policy-digest, --pack, --control, --sign-off")
    member, matches = given[0]

    def change(draft: TrustPolicy, _before: LoadedTrust) -> TrustPolicy:
        at = shared.start_of(draft, None)
        return end_approval(draft, environment, gate, member, matches, at)

    return shared.make(file, key, owner, change)
