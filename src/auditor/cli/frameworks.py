"""``auditor controls frameworks``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.catalogue import JSON, POLICIES, PROFILE, open_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.shell.framework_page import ArticlePage, Binding, FrameworkPage, Proof

SHOWN = 4


@click.command("frameworks")
@click.argument("name", metavar="[FRAMEWORK]", required=False)
@POLICIES
@PROFILE
@click.option("--bundle", type=click.Path(path_type=Path), help="Say what this run proves; default: how policies bear.")
@JSON
def command(name: str | None, policies: Path | None, profile: str | None, bundle: Path | None, *, as_json: bool) -> int:
    """List laws and standards, or show one, as gdpr: what gives evidence for each article, and what is not proven.

    With --bundle: what that run proved, by which facts, over which population, and what remains unproven.
    """
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.framework_page import pack_page, run_page  # noqa: PLC0415 - lazy

    if bundle is not None and (policies or profile):
        raise UsageError(
            "a bundle brings its own policies and profile", remedy="leave out --policies and --profile, or --bundle"
        )
    if name is None:
        if bundle is not None:
            raise UsageError("a bundle is shown for one framework", remedy="name one, as gdpr, before --bundle")
        return _list(policies, profile, as_json=as_json)
    if bundle is not None:
        page = run_page(bundle, name)
    else:
        catalogue = open_catalogue(policies, profile)
        page = pack_page(catalogue.pack, catalogue.profiles, name)
    if as_json:
        click.echo(json.dumps(asdict(page), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(page)))
    return 0


def _list(policies: Path | None, profile: str | None, *, as_json: bool) -> int:
    from auditor.adapters.policies.framework import evidence, load_frameworks  # noqa: PLC0415 - lazy

    pack = open_catalogue(policies, profile).pack
    listed = [
        {
            "id": one.id,
            "title": one.title,
            "citedAs": one.cited_as,
            "articles": len(one.articles),
            "withEvidence": sum(bool(controls) for controls in evidence(pack, one).values()),
        }
        for one in load_frameworks(pack.root).values()
    ]
    if as_json:
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False))
        return 0
    for each in listed:
        click.echo(f"{each['id']:<10}  {each['title']}, {each['citedAs']}")
        click.echo(f"{'':<10}  {each['withEvidence']} of {each['articles']} articles listed here have a control")
    return 0


def _text(page: FrameworkPage) -> Iterator[str]:
    yield f"{page.title}, {page.cited_as}"
    yield f"{page.source}, looked at on {page.looked_at}"
    if page.scope is not None:
        scope = " ".join(f"{key} {value}" for key, value in sorted(page.scope.items()) if value)
        yield f"what the run of {page.as_of} proves ({scope})"
    for article in page.articles:
        yield ""
        yield from _article(article, of_run=page.scope is not None)


def _article(one: ArticlePage, *, of_run: bool) -> Iterator[str]:
    yield f"{one.number}  {one.title}"
    if one.asks:
        yield f"    {one.asks}"
    yield f"    {one.applies}"
    if of_run:
        for heading, verdict in (("proven", "pass"), ("shown not to hold", "fail")):
            found = [proof for proof in one.proofs if proof.verdict == verdict]
            yield from [f"    {heading}:"] if found else []
            for proof in found:
                yield from _proof(proof)
    else:
        for given in one.evidence:
            yield f"    {given.control}: {given.title}"
            yield f"        reads {', '.join(given.tables) or 'nothing'}"
            yield f"        {_lines(given.bindings)}"
    yield "    not proven:"
    for sentence in one.unproven:
        yield f"      - {sentence}"


def _proof(one: Proof) -> Iterator[str]:
    yield f"      - {one.title} ({one.line}, {one.control})"
    for sentence in one.why:
        yield f"        {sentence}"
    window = f", {one.window[0]} to {one.window[1]}" if one.window else ""
    sources = f" of {', '.join(one.sources)}" if one.sources else ""
    yield f"        over a population of {one.population}{window}; from {', '.join(one.tables) or 'no table'}{sources}"


def _lines(bindings: tuple[Binding, ...]) -> str:
    """Return the lines that bind a control, a few of each profile by name."""
    said = []
    for profile in dict.fromkeys(one.profile for one in bindings):
        lines = [one.line for one in bindings if one.profile == profile]
        more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        said.append(f"{', '.join(lines[:SHOWN])}{more} of {profile}")
    return "; ".join(said) or "bound by no line"
