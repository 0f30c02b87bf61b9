"""``auditor diff``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.core.comparison import Comparison, Moved

HEADINGS = {
    "broken": "Broken: decided, and now failing",
    "blind": "Newly blind: decided, and now not",
    "gone": "Gone: had passed, and is not there any more",
    "fixed": "Fixed",
    "new": "New",
    "changed": "Changed otherwise",
}
SHOWN = 20
SHOWN_INSIDE = 4


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice(["regress", "change", "never"]),
    default="regress",
    show_default=True,
    help="Exit with 1 when a line took a step back, when anything changed, or never.",
)
@click.option("--json", "as_json", is_flag=True, allow_from_autoenv=False, help="One JSON document instead of text.")
def command(old: Path, new: Path, fail_on: str, *, as_json: bool) -> int:
    """Show what changed from the bundle OLD to the bundle NEW of the same profile.

    A line is broken, newly blind, gone or fixed; a value, parameter or policy may change without it. Bundles are read,
    not verified: see `auditor verify`.
    """
    from auditor.cli.exit_codes import ExitCode  # noqa: PLC0415 - lazy
    from auditor.shell.compare import compare_bundles  # noqa: PLC0415 - lazy

    found = compare_bundles(old, new)
    if as_json:
        document = {"regressed": found.regressed, "changed": found.changed, **asdict(found)}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(found)))
    met = {"regress": not found.regressed, "change": not found.changed, "never": True}[fail_on]
    return ExitCode.PASS if met else ExitCode.GATE_NOT_MET


def _text(found: Comparison) -> Iterator[str]:
    if not found.changed:
        yield "nothing changed"
        return
    for gate, old, new in found.gates:
        yield f"gate {gate}: {_word(old)} -> {_word(new)}"
    for kind, heading in HEADINGS.items():
        lines = [one for one in found.lines if one.kind == kind]
        yield from _listed(f"{heading} ({len(lines)})", ["\n".join(_line(one, found)) for one in lines])
    told = {one.line for one in found.lines}
    inside = [one for one in found.findings if one.line not in told]
    yield from _listed(
        f"Findings that moved within a line that did not ({len(inside)})",
        [f"  {one.line}: {one.resource} ({one.control}): {_word(one.old)} -> {_word(one.new)}" for one in inside],
    )
    yield from _listed(
        f"Parameters ({len(found.parameters)})",
        [
            f"  {one.line} ({one.control}): {one.name} = {_value(one.old)} -> {_value(one.new)}"
            for one in found.parameters
        ],
    )
    yield from _listed(f"Files of policies ({len(found.policies)})", [f"  {name}" for name in found.policies])
    yield from _listed(
        f"Values with the same verdict ({len(found.measured)})",
        [
            f"  {one.line}: {one.resource}: {_value(one.old[0])} -> {_value(one.new[0])}"
            + (f", limit {_value(one.old[1])} -> {_value(one.new[1])}" if one.old[1] != one.new[1] else "")
            for one in found.measured
        ],
    )


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield heading
        yield from lines[:SHOWN]
        if len(lines) > SHOWN:
            yield f"  and {len(lines) - SHOWN} more: see --json"


def _line(one: Moved, found: Comparison) -> Iterator[str]:
    yield f"  {one.line}: {one.title}: {_word(one.old)} -> {_word(one.new)}"
    inside = [each for each in found.findings if each.line == one.line and each.new != "pass"]
    for each in inside[:SHOWN_INSIDE]:
        reason = f" ({each.new_reason})" if each.new_reason else ""
        yield f"      {each.resource}: {_word(each.old)} -> {_word(each.new)}{reason}"
    if len(inside) > SHOWN_INSIDE:
        yield f"      and {len(inside) - SHOWN_INSIDE} more"


def _word(verdict: str | None) -> str:
    return verdict.replace("_", " ") if verdict else "not there"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
