"""The options of flag sources, by format: a key that a format does not know is a problem of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from auditor.tables.flags import FLAG_CHANGE_KINDS
from auditor_collectors.options import Globs, Values  # noqa: TC001 - pydantic reads them

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,127}"


def aliases_of(aliases: dict[str, str]) -> dict[str, str]:
    """Return ``aliases``, which give each flag one name and each name one flag."""
    for name in aliases.values():
        if not re.fullmatch(NAME, name):
            raise ValueError(f"{name!r} is no name of a flag, expected letters, digits and _.-")
    for name in aliases.values():
        keys = [key for key, given in aliases.items() if given == name]
        if len(keys) > 1:
            raise ValueError(f"{keys[0]!r} and {keys[1]!r} are both renamed to {name!r}, expected one key for a name")
    return aliases


Aliases = Annotated[dict[str, str], AfterValidator(aliases_of)]
"""Keys of a source, and the plan's name for each."""


def _relative(path: str) -> str:
    if not path or path.startswith("/"):
        raise ValueError(f"is {path!r}, expected a path relative to auditor.toml")
    return path


class FlagOptions(BaseModel):
    """What every format has; ``aliases`` renames a key of the source to the plan's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Globs
    format: Literal["appconfig", "flagd", "env", "changes", "appconfig_deployments"]
    aliases: Aliases = {}


class FlagdOptions(FlagOptions):
    """``code_default`` is what the application takes where flagd gives it nothing (disabled, or no default variant)."""

    code_default: bool | None = None


class EnvOptions(FlagOptions):
    """The words that switch a flag on and off; ``only`` names the keys that are flags where others are not."""

    true_values: list[str] = Field(min_length=1)
    false_values: list[str] = Field(min_length=1)
    only: list[str] | None = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        both = sorted(set(self.true_values) & set(self.false_values))
        if both:
            raise ValueError(f"{both[0]!r} is in true_values and in false_values, expected one of them")
        return self


class Members(BaseModel):
    """The members of a change log's lines; a change without a ``kind`` is ``changed``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    flag: str
    at: str
    enabled: str
    rollout_percent: str | None = None
    deployment: str | None = None
    kind: str | None = None


class ChangesOptions(FlagOptions):
    """``kinds`` says what the words of the member ``kind`` mean."""

    members: Members
    kinds: Values = {kind: kind for kind in FLAG_CHANGE_KINDS}

    @model_validator(mode="after")
    def _known_kinds(self) -> Self:
        foreign = sorted(set(self.kinds.values()) - set(FLAG_CHANGE_KINDS))
        if foreign:
            raise ValueError(f"kinds gives {foreign[0]!r}, expected one of {', '.join(FLAG_CHANGE_KINDS)}")
        return self


class DeploymentsOptions(FlagOptions):
    """``versions`` is where the document of a hosted version lies, e.g. ``hosted/{version}.json``.

    ``strategy`` is where the answer of GetDeploymentStrategy lies; ``auditor doctor`` looks whether it fits the plan.
    """

    versions: str
    strategy: Annotated[str, AfterValidator(_relative)] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.versions.count("{version}") != 1 or self.versions.startswith("/"):
            raise ValueError(f"versions is {self.versions!r}, expected a relative path with one {{version}}")
        return self


FORMATS: dict[str, type[FlagOptions]] = {
    "flagd": FlagdOptions,
    "env": EnvOptions,
    "changes": ChangesOptions,
    "appconfig_deployments": DeploymentsOptions,
}


def model_of(options: Mapping[str, Any]) -> type[FlagOptions]:
    """Return the model of the format that ``options`` names."""
    return FORMATS.get(str(options.get("format")), FlagOptions)
