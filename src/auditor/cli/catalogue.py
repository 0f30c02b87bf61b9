"""A policy pack and its profiles, as the commands that show them open them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import complete

if TYPE_CHECKING:
    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.policies.profile import Profile

POLICIES = click.option("--policies", type=click.Path(path_type=Path), help="Policy pack; default: the shipped one.")
PROFILE = click.option(
    "--profile", shell_complete=complete.profiles, help="Show the lines of this profile only; default: of every one."
)
JSON = click.option(
    "--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text."
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A pack and the profiles whose lines are shown."""

    pack: Pack
    profiles: tuple[Profile, ...]


def open_catalogue(policies: Path | None, profile: str | None) -> Catalogue:
    """Open the pack at ``policies`` (default: the shipped one) with one profile, or all of them."""
    from auditor.adapters.policies.pack import load_pack  # noqa: PLC0415 - lazy
    from auditor.adapters.policies.profile import load_profile  # noqa: PLC0415 - lazy
    from auditor.adapters.policies.profile_files import profile_names  # noqa: PLC0415 - lazy
    from auditor.shipped import policies_dir  # noqa: PLC0415 - lazy

    pack = load_pack(policies or policies_dir())
    names = [profile] if profile else profile_names(pack.root)
    return Catalogue(pack, tuple(load_profile(pack, name) for name in names))
