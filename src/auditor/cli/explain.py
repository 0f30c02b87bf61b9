"""``auditor explain``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.core.counterfactual import Change
    from auditor.shell.explain import ExplainedControl, ExplainedFinding, Explanation


@click.command("explain")
@click.argument("name", metavar="LINE|CONTROL")
@click.option("--bundle", type=click.Path(path_type=Path), help="The run; default: the newest in the folder bundles.")
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text.")
def command(name: str, bundle: Path | None, *, as_json: bool) -> int:
    """Explain how a line was decided: its population, SQL, rows, policy and parameters, and what would have passed.

    LINE is the id of a line or its number in the checklist, as 52; a control explains every line that binds it.
    """
    from auditor.shell.explain import explain  # noqa: PLC0415 - lazy

    found = explain(bundle or _newest(Path("bundles")), name)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(_text(one)) for one in found))
    return 0


def _newest(folder: Path) -> Path:
    """Return the bundle in ``folder`` that was sealed last."""
    from auditor.adapters.bundle.layout import ATTESTATION  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    found = [path for path in folder.glob("*/") if (path / ATTESTATION).is_file()]
    if not found:
        raise UsageError(f"{folder}: no bundle there", remedy="name one with --bundle")
    return max(found, key=lambda path: ((path / ATTESTATION).stat().st_mtime, path.name))


def _text(one: Explanation) -> Iterator[str]:
    numbers = f" (checklist {', '.join(one.checklist)})" if one.checklist else ""
    yield f"{one.line}: {one.title}{numbers}"
    yield f"{one.verdict.replace('_', ' ')}, {one.reason}"
    for line, title, verdict, reason in one.members:
        yield f"  {verdict:<14} {line}  {title}  ({reason})"
    for control in one.controls:
        yield from _control(control)


def _control(one: ExplainedControl) -> Iterator[str]:
    yield f"\ncontrol {one.control}: {one.title}"
    yield f"  population: {one.population}"
    yield "  parameters:"
    yield from (
        f"    {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(one.parameters.items())
    )
    yield "  findings:"
    for finding in one.findings:
        yield from _finding(finding)
    if one.left:
        yield f"    and {one.left} more: --json with the bundle's decisions.json has all of them"
    yield "  query:"
    yield from (f"    {row}" for row in one.sql.rstrip().splitlines())
    yield "  policy:"
    yield from (f"    {row}" for row in one.rego.rstrip().splitlines())


def _finding(one: ExplainedFinding) -> Iterator[str]:
    yield f"    {one.verdict}  {one.resource}: {one.said}"
    window = f"{one.window['start']} to {one.window['end']}" if one.window else "not known yet"
    yield f"      window: {window}"
    values = ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in one.row.items())
    yield f"      row: {values or 'none'}"
    if one.would_pass is not None:
        yield f"      would pass, as far as this control goes, with {_changes(one.would_pass)}"


def _changes(changes: tuple[Change, ...]) -> str:
    told = [f"{one.column} {json.dumps(one.after)} instead of {json.dumps(one.before)}" for one in changes]
    return "; or with ".join(told) if told else "no change of one value alone"
