"""``[watch]`` of ``auditor.toml``: what is watched, how often, and what a rollback sets off.

Rules kept here: a command is a list of arguments and never goes through a shell; a webhook is https, or http on this
machine; exactly one of them, or none, and then a watch only tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from auditor.errors import UsageError, raise_all

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _url(url: str) -> str:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or local) or parts.username or parts.fragment:
        raise ValueError("expected an https URL without a user or fragment, or http on this machine")
    return url


class WatchSettings(BaseModel):
    """The section; ``command`` gets the path of the bundle as one more argument."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    gate: str = "rollback"
    interval_seconds: int = Field(default=60, ge=1, le=86_400)
    command: list[str] | None = Field(default=None, min_length=1)
    url: Annotated[str, AfterValidator(_url)] | None = None
    timeout_seconds: int = Field(default=300, ge=1, le=86_400)
    attempts: int = Field(default=1, ge=1, le=10)

    @model_validator(mode="after")
    def _one_action(self) -> WatchSettings:
        if self.command is not None and self.url is not None:
            raise ValueError("has a command and a url, expected one of them")
        if self.command is not None and not self.command[0]:
            raise ValueError("the command's first argument is empty, expected a program")
        return self


def read_settings(section: dict[str, Any], path: Path) -> WatchSettings:
    """Return the settings of the section of ``path``. Raises ``UsageError`` that lists every problem."""
    try:
        return WatchSettings.model_validate(section)
    except ValidationError as error:
        problems = [f"{'.'.join(['watch', *map(str, one['loc'])])}: {one['msg']}" for one in error.errors()]
        raise_all(UsageError, f"{path}: the configuration is refused", problems, remedy="correct the keys above")
        raise
