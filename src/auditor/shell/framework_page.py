"""What is proven of each article of a law or standard: by which facts, over whom, and what is not proven.

Rules kept here: a run proves something of an article when a line whose control gives evidence for it passed, and shows
that it does not hold when the line failed; all else is unproven and said so: lines that are not decided, controls
that no line binds, articles without any control, and what no fact can show at all. Nobody is called compliant here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.policies.framework import Article, Framework, evidence, load_frameworks, one_framework
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.policies.read_tables import tables_of
from auditor.adapters.reports.markdown import control_words
from auditor.core.summary import summarise
from auditor.shell.sealed_run import sealed_decisions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from auditor.adapters.policies.pack import Control, Pack
    from auditor.adapters.policies.profile import Profile


@dataclass(frozen=True, slots=True)
class Binding:
    """A line of a profile that binds a control."""

    profile: str
    line: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A control that gives evidence for an article: what it reads, and the lines that bind it themselves."""

    control: str
    title: str
    tables: tuple[str, ...]
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a run found with one control of one line: ``population`` counts the members of its findings."""

    line: str
    title: str
    control: str
    verdict: str
    why: tuple[str, ...]
    population: int
    sources: tuple[str, ...]
    tables: tuple[str, ...]
    window: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article: ``proofs`` are of a run, and empty without one; ``unproven`` are sentences."""

    id: str
    number: str
    title: str
    asks: str
    applies: str
    evidence: tuple[Evidence, ...]
    proofs: tuple[Proof, ...]
    unproven: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """A framework, article by article; ``scope`` and ``as_of`` are those of the run."""

    id: str
    title: str
    cited_as: str
    source: str
    looked_at: str
    scope: dict[str, str] | None
    as_of: str | None
    articles: tuple[ArticlePage, ...]


def pack_page(pack: Pack, profiles: Sequence[Profile], name: str) -> FrameworkPage:
    """Return how ``pack`` and ``profiles`` bear on the framework ``name``. Raises ``UsageError``, ``ControlError``."""
    framework = one_framework(load_frameworks(pack.root), name)
    return _page(framework, pack, profiles, None)


def run_page(bundle: Path, name: str) -> FrameworkPage:
    """Return what the run in ``bundle`` proves of the framework ``name``, by the bundle's own policies.

    Raises ``UsageError`` (no sealed run, no such framework) or ``ControlError`` (its policies cannot be loaded).
    """
    document = sealed_decisions(bundle)
    pack = load_pack(bundle / layout.POLICIES)
    profile = load_profile(pack, document["profile"]["id"])
    framework = one_framework(load_frameworks(pack.root), name)
    return _page(framework, pack, [profile], document)


def _page(
    framework: Framework, pack: Pack, profiles: Sequence[Profile], document: dict[str, Any] | None
) -> FrameworkPage:
    reads = tables_of(pack)
    by_article = evidence(pack, framework)
    proofs = _proofs(document, pack, profiles[0], reads) if document else {}
    return FrameworkPage(
        framework.id,
        framework.title,
        framework.cited_as,
        framework.source,
        framework.as_of.isoformat(),
        document["scope"] if document else None,
        document["asOf"] if document else None,
        tuple(
            _article(framework, article, by_article[article.id], profiles, reads, proofs if document else None)
            for article in framework.articles
        ),
    )


def _article(
    framework: Framework,
    article: Article,
    controls: Sequence[Control],
    profiles: Sequence[Profile],
    reads: Mapping[str, frozenset[str]],
    proofs: Mapping[str, Sequence[Proof]] | None,
) -> ArticlePage:
    given = tuple(
        Evidence(one.id, one.metadata.title, tuple(sorted(reads[one.id])), _bindings(one, profiles))
        for one in sorted(controls, key=lambda one: one.id)
    )
    found = tuple(proof for one in given for proof in (proofs or {}).get(one.control, ()))
    unproven = [] if given else ["everything: no control gives evidence for it"]
    unproven += [f"{one.title} ({one.control}): no line binds it" for one in given if not one.bindings]
    unproven += [
        f"{one.title} ({one.line}, {one.control}): {one.verdict.replace('_', ' ')}"
        + (f"; {'; '.join(one.why)}" if one.why else "")
        for one in found
        if one.verdict not in {"pass", "fail"}
    ]
    return ArticlePage(
        article.id,
        article.number,
        article.title,
        article.asks,
        _applies(framework, article),
        given,
        found,
        (*unproven, *article.beyond),
    )


def _applies(framework: Framework, article: Article) -> str:
    said = f"applies from {(article.applies_from or framework.applies_from).isoformat()}"
    if article.note:
        said += f" ({'' if article.confirmed else 'not confirmed: '}{article.note})"
    return said


def _bindings(control: Control, profiles: Sequence[Profile]) -> tuple[Binding, ...]:
    return tuple(
        Binding(profile.document.id, line.id)
        for profile in profiles
        for line in profile.document.lines
        if line.control == control.id
    )


def _proofs(
    document: dict[str, Any], pack: Pack, profile: Profile, reads: Mapping[str, frozenset[str]]
) -> dict[str, list[Proof]]:
    """Return what each control was found to show, by control: what each line that binds it was decided to be.

    So a finding counts only with all that its control requires, such as that its source was observed.
    """
    words = {one.line: one.why for one in summarise(document, control_words(pack.controls)).lines}
    proofs: dict[str, list[Proof]] = {}
    for line in document["lines"]:
        if not line["controls"]:
            continue
        control = pack.control(line["controls"][0]["control"], "decisions.json").id
        found = [one for one in document["findings"] if (one["line"], one["control"]) == (line["line"], control)]
        window = next((one["window"] for one in found if one["window"]), None)
        proofs.setdefault(control, []).append(
            Proof(
                line["line"],
                line["title"],
                control,
                line["verdict"],
                words[line["line"]],
                sum(one["members"] for one in found),
                tuple(profile.line(line["line"]).reads),
                tuple(sorted(reads[control])),
                (window["start"], window["end"]) if window else None,
            )
        )
    return proofs
