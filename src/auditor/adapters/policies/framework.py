"""Laws and standards that controls provide evidence for: their articles, from when they apply, and what no fact shows.

Rules kept here: a framework is a dated file of the pack with its source; which control gives evidence for an article
is said in the control's METADATA (``evidence_for: [gdpr/art-32]``) and nowhere else, so the index here is computed;
an article that is named and does not exist is refused.
"""

from __future__ import annotations

import tomllib
from datetime import date  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError, model_validator

from auditor.adapters.policies.metadata import Strict
from auditor.errors import ControlError, UsageError, raise_all

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.policies.pack import Control, Pack

FOLDER = "frameworks"
CHECKLIST = "checklist"


class Article(Strict):
    """One article or clause. ``asks`` is in our words; ``beyond`` is what no fact that is read here can show.

    ``confirmed`` is false where the text of the source itself was not read for what ``note`` says.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    number: str = Field(min_length=1)
    title: str = Field(min_length=1)
    asks: str = ""
    applies_from: date | None = None
    confirmed: bool = True
    note: str = ""
    beyond: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _said(self) -> Article:
        if not self.confirmed and not self.note:
            raise ValueError("is not confirmed, but its note does not say what")
        return self


class Framework(Strict):
    """One law or standard; ``as_of`` is the day on which its source was looked at."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    cited_as: str = Field(min_length=1)
    source: str = Field(min_length=1)
    as_of: date
    applies_from: date
    articles: list[Article] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Framework:
        ids = [one.id for one in self.articles]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"has {', '.join(twice)} twice")
        return self


def load_frameworks(root: Path) -> dict[str, Framework]:
    """Return the frameworks of the pack at ``root`` by id. Raises ``ControlError`` that names the file."""
    found: dict[str, Framework] = {}
    for path in sorted((root / FOLDER).glob("*.toml")):
        try:
            framework = Framework.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            said = _said(error)
            raise ControlError(f"{path}: no framework ({said})", remedy="correct the file") from error
        if framework.id != path.stem:
            raise ControlError(
                f"{path}: its id is {framework.id!r}, expected {path.stem!r}", remedy="name the file as its id"
            )
        found[framework.id] = framework
    return found


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
    return str(error)


def one_framework(frameworks: dict[str, Framework], name: str) -> Framework:
    """Return the framework ``name``. Raises ``UsageError`` that names those there are."""
    if name not in frameworks:
        known = ", ".join(frameworks) or "none"
        raise UsageError(f"no framework {name!r}; the pack has {known}", remedy="give one of them")
    return frameworks[name]


def evidence(pack: Pack, framework: Framework) -> dict[str, list[Control]]:
    """Return the controls that give evidence for each article of ``framework``, in the order of the articles."""
    found: dict[str, list[Control]] = {article.id: [] for article in framework.articles}
    for control in pack.controls.values():
        for reference in control.metadata.evidence_for:
            name, _, article = reference.partition("/")
            if name == framework.id:
                found[article].append(control)
    return found


def refuse_unknown(pack: Pack, frameworks: dict[str, Framework]) -> None:
    """Refuse a control that gives evidence for what no framework has. Raises ``ControlError`` that lists them all."""
    articles = {name: {article.id for article in one.articles} for name, one in frameworks.items()}
    problems = []
    for control in pack.controls.values():
        for reference in control.metadata.evidence_for:
            name, _, article = reference.partition("/")
            if name == CHECKLIST:
                continue
            if name not in articles:
                known = ", ".join((CHECKLIST, *articles))
                problems.append(f"{control.id}: evidence for {reference!r}, of a framework that is none of {known}")
            elif article not in articles[name]:
                problems.append(f"{control.id}: evidence for {reference!r}, which {FOLDER}/{name}.toml does not list")
    raise_all(
        ControlError,
        f"{pack.root}: controls give evidence for what is not there",
        problems,
        remedy="correct `evidence_for`, or add the article to its framework",
    )
