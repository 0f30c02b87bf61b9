"""``auditor trust``: the document that says who may sign what, and what is approved where."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import trust_options as shared
from auditor.cli.key_options import key_options
from auditor.cli.options import Instant, narrate
from auditor.cli.trust_add import add
from auditor.cli.trust_revoke import revoke

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.cli.key_options import SigningKey
    from auditor.core.trust import TrustPolicy
    from auditor.core.trust_approvals import Approved

OWNER_YEARS = 2


class SignOff(click.ParamType[tuple[str, str]]):
    """``LINE=ROLE``."""

    name = "line=role"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return (line, role)."""
        if isinstance(value, tuple):
            return value
        line, equals, role = value.rpartition("=")
        if not (line and equals and role):
            self.fail(f"{value!r} is no sign-off; expected LINE=ROLE, e.g. slo.p95=product", param, ctx)
        return line, role


@click.group("trust")
def command() -> None:
    """Make, change, show and check a trust policy: who may sign what, and what is approved where."""


command.add_command(add)
command.add_command(revoke)


@command.command("init")
@shared.FILE
@click.option("--id", required=True, metavar="NAME", help="Name of the policy: lower-case letters, digits, dashes.")
@click.option("--person", required=True, metavar="NAME", help="Who owns it, and signs its next version.")
@key_options
@click.option("--not-after", type=Instant(), help=f"End of the owner's key; default: in {OWNER_YEARS} years.")
@click.option(
    "--token-age-seconds",
    type=click.IntRange(min=1),
    default=86_400,
    show_default=True,
    help="How long after its as-of a run may be stamped.",
)
@click.option(
    "--waiver-seconds",
    type=click.IntRange(min=1),
    default=2_592_000,
    show_default=True,
    help="How long a waiver may last.",
)
def init(
    file: Path,
    id: str,  # noqa: A002 - the name of the option
    person: str,
    key: SigningKey,
    not_after: datetime | None,
    token_age_seconds: int,
    waiver_seconds: int,
) -> int:
    """Write version 1 of a trust policy to FILE, signed by its owner. It allows nothing yet.

    Give everybody who verifies the owner's public key, over another channel than the file.
    """
    from auditor.core.trust import MaximaMember  # noqa: PLC0415 - lazy
    from auditor.core.trust_revision import formed  # noqa: PLC0415 - lazy
    from auditor.shell.trust_changes import init_trust  # noqa: PLC0415 - lazy

    at = shared.now()
    maxima = formed(MaximaMember, "the maxima", tokenAgeSeconds=token_age_seconds, waiverSeconds=waiver_seconds)
    until = not_after or at + timedelta(days=365 * OWNER_YEARS)
    shared.say(file, init_trust(file, id, key.open(), person, maxima, at=at, until=until))
    narrate("next: `auditor trust add environment`, `auditor trust add key`, and a second owner")
    return 0


@command.command("challenge")
def challenge() -> int:
    """Print a new challenge for somebody who is to enrol a key; it is theirs alone and used once."""
    from auditor.shell.trust import new_challenge  # noqa: PLC0415 - lazy

    click.echo(new_challenge())
    return 0


@command.command("enrol")
@click.option("--trust", required=True, metavar="NAME", help="Name of the policy that the key is for.")
@click.option("--person", metavar="NAME", help="Who holds the key.")
@click.option("--machine", is_flag=True, help="The key is a machine's and nobody's.")
@click.option("--challenge", required=True, metavar="HEX", help="What the owner gave: `auditor trust challenge`.")
@key_options
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("enrolment.sigstore.json"),
    show_default=True,
    help="The request, for the owner.",
)
def enrol(trust: str, person: str | None, challenge: str, key: SigningKey, output: Path, *, machine: bool) -> int:
    """Sign, with a new key, a request to enrol it: it shows that who asks holds the private half."""
    from auditor.adapters.trust.enrolment import request_enrolment  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    if machine == (person is not None):
        raise click.UsageError("give either --person NAME or --machine")
    content = request_enrolment(key.open(), trust, person, challenge, shared.now())
    try:
        with output.open("xb") as written:
            written.write(content)
    except OSError as error:
        raise UsageError(
            f"{output}: the request cannot be written ({error.strerror})", remedy="give another --output"
        ) from error
    click.echo(f"request: {output}")
    return 0


@command.command("approve")
@shared.changes
@shared.ENVIRONMENT
@shared.GATE
@click.option("--bundle", type=click.Path(path_type=Path), help="Approve what decided this run; it is verified first.")
@click.option("--policies", type=click.Path(path_type=Path), help="Approve this policy pack; default: the shipped one.")
@click.option("--profile", metavar="NAME", help="With this profile of the pack.")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("auditor.toml"),
    show_default=True,
    help="With --profile: the configuration whose sources, read as it says, feed the run.",
)
@click.option("--sign-off", type=SignOff(), multiple=True, help="A role that must sign a line; may be repeated.")
@click.option("--replace", is_flag=True, help="End what was approved for the gate before (not its sign-offs).")
@shared.NOT_BEFORE
@shared.NOT_AFTER
def approve(
    file: Path,
    key: SigningKey,
    owner: Path | None,
    environment: str,
    gate: str,
    bundle: Path | None,
    policies: Path | None,
    profile: str | None,
    config: Path,
    sign_off: tuple[tuple[str, str], ...],
    not_before: datetime | None,
    not_after: datetime | None,
    *,
    replace: bool,
) -> int:
    """Approve what decides a gate, as it was in a BUNDLE, or as it is in a pack, a profile and a configuration.

    Approved are the profile, its policies, its compiled pack, and how the sources are read; the controls that decide
    the gate become mandatory. It holds from now on and never for the past: a run that was made before has to be made
    again.
    """
    from auditor.core.trust_approvals import approve as approve_gate  # noqa: PLC0415 - lazy
    from auditor.core.trust_revision import Period  # noqa: PLC0415 - lazy

    if (bundle is None) == (profile is None) or (bundle is not None and policies is not None):
        raise click.UsageError("give either --bundle, or --profile and perhaps --policies")

    def change(draft: TrustPolicy, before: LoadedTrust) -> TrustPolicy:
        period = Period(shared.start_of(draft, not_before), not_after)
        found = _found(before, environment, gate, bundle, policies, profile, config, sign_off)
        return approve_gate(draft, environment, gate, found, period, replace=replace)

    return shared.make(file, key, owner, change)


def _found(
    before: LoadedTrust,
    environment: str,
    gate: str,
    bundle: Path | None,
    policies: Path | None,
    profile: str | None,
    config: Path,
    sign_off: tuple[tuple[str, str], ...],
) -> Approved:
    from auditor.config import load_config, mappings  # noqa: PLC0415 - lazy
    from auditor.shell.trust_approval import approved_by_bundle, approved_by_pack  # noqa: PLC0415 - lazy
    from auditor.shipped import policies_dir  # noqa: PLC0415 - lazy

    if bundle is not None:
        return approved_by_bundle(bundle, before, environment, gate, sign_off)
    return approved_by_pack(policies or policies_dir(), str(profile), gate, sign_off, mappings(load_config(config)))


@command.command("show")
@shared.FILE
@shared.OWNER
@click.option(
    "--json", "as_json", is_flag=True, allow_from_autoenv=False, help="The policy's own canonical bytes, as signed."
)
def show(file: Path, owner: Path, *, as_json: bool) -> int:
    """Show what FILE allows, in words, once its signature verifies."""
    from auditor.core.canonical import canonical_json  # noqa: PLC0415 - lazy
    from auditor.core.trust_words import describe  # noqa: PLC0415 - lazy

    trust = _load(file, owner)
    if as_json:
        click.echo(canonical_json(trust.policy.model_dump(mode="json")), nl=False)
        return 0
    for line in describe(trust.policy, shared.now()):
        click.echo(line)
    return 0


@command.command("check")
@shared.FILE
@shared.OWNER
def check(file: Path, owner: Path) -> int:
    """Check FILE whole: signature, hand-over of ownership, every rule; say what it allows, and what needs attention.

    Exit code: 0 it may be used, 4 refused, with the name of the refusal.
    """
    from auditor.adapters.signing.keys import load_public_key  # noqa: PLC0415 - lazy
    from auditor.core.trust_words import describe, notes  # noqa: PLC0415 - lazy

    trust, at = _load(file, owner), shared.now()
    for line in describe(trust.policy, at):
        click.echo(line)
    click.echo("")
    click.echo(f"VERIFIED   version {trust.policy.version}, digest {trust.digest}")
    click.echo(f"signed by  key {trust.signed_by}")
    pinned = load_public_key(shared.read_bytes(owner, "the owner's public key"), str(owner)).keyid
    if pinned not in trust.policy.owners:
        owners = ", ".join(trust.policy.owners)
        click.echo(f"note       the pinned key {pinned[:16]} is no owner any more: pin one of {owners}")
    for note in notes(trust.policy, at):
        click.echo(f"note       {note}")
    return 0


def _load(file: Path, owner: Path) -> LoadedTrust:
    from auditor.shell.trust import load_trust  # noqa: PLC0415 - lazy

    return load_trust(file, shared.read_bytes(owner, "the owner's public key"), now=shared.now())
