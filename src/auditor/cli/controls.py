"""``auditor controls list|show|coverage|frameworks``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli import complete, frameworks
from auditor.cli.catalogue import JSON, POLICIES, PROFILE, open_catalogue
from auditor.cli.options import nearest

if TYPE_CHECKING:
    from auditor.adapters.policies.pack import Control
    from auditor.adapters.policies.profile import Profile
    from auditor.cli.catalogue import Catalogue


@click.group("controls")
def command() -> None:
    """List the controls of a policy pack, show one whole, or what they bear on."""


command.add_command(frameworks.command)


@command.command("list")
@POLICIES
@PROFILE
@JSON
def list_(policies: Path | None, profile: str | None, *, as_json: bool) -> int:
    """List every control: severity, title, and the lines that bind it."""
    catalogue = open_catalogue(policies, profile)
    described = [_describe(catalogue, control) for control in catalogue.pack.controls.values()]
    if as_json:
        _json([{name: one for name, one in each.items() if name not in {"sql", "rego"}} for each in described])
        return 0
    for each in described:
        click.echo(f"{each['id']}  ({each['severity']})\n    {each['title']}")
        for line in each["lines"]:
            click.echo(f"    {_line(line)}")
        if not each["lines"]:
            click.echo("    bound by no line")
    return 0


@command.command("show")
@click.argument("control_id", metavar="ID", shell_complete=complete.controls)
@POLICIES
@PROFILE
@JSON
def show(control_id: str, policies: Path | None, profile: str | None, *, as_json: bool) -> int:
    """Show one control: parameters, frameworks, the lines that bind it, its SQL and its Rego."""
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    catalogue = open_catalogue(policies, profile)
    control = catalogue.pack.controls.get(control_id)
    if control is None:
        known = sorted(catalogue.pack.controls)
        raise UsageError(
            f"{catalogue.pack.root}: no control {control_id!r}{nearest(control_id, known)}",
            remedy="see `auditor controls list`",
        )
    described = _describe(catalogue, control)
    if as_json:
        _json(described)
    else:
        click.echo("\n".join(_text(described)))
    return 0


@command.command("coverage")
@POLICIES
@click.option(
    "--profile",
    default="production-deployment",
    show_default=True,
    shell_complete=complete.profiles,
    help="Profile whose document is looked at.",
)
@JSON
def coverage(policies: Path | None, profile: str, *, as_json: bool) -> int:
    """Show how each line of a checklist is decided, and on what. Exit code 1 where one is not, or on nothing."""
    from auditor.cli.exit_codes import ExitCode  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shell.checklist_coverage import checklist_coverage  # noqa: PLC0415 - lazy

    catalogue = open_catalogue(policies, profile)
    (bound,) = catalogue.profiles
    if bound.checklist is None:
        raise UsageError(f"profile {profile} fills in no checklist", remedy="give one that does as --profile")
    found = checklist_coverage(catalogue.pack, bound)
    if as_json:
        _json(asdict(found) | {"whole": found.whole})
        return ExitCode.PASS if found.whole else ExitCode.GATE_NOT_MET
    for one in found.lines:
        click.echo(f"{one.number:>4}  {one.kind:<12}  {one.title}")
        click.echo(f"      {', '.join(one.controls) or '-'}  <-  {', '.join(one.tables) or '-'}")
    for row, text in found.undecided:
        click.echo(f"   !  row {row} is decided by no line: {text}")
    for line in found.groundless:
        click.echo(f"   !  {line} rests on no fact and no signature")
    kinds = Counter(one.kind for one in found.lines)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    click.echo(f"{len(found.lines)} lines of the document: {told}; {len(found.undecided)} undecided")
    return ExitCode.PASS if found.whole else ExitCode.GATE_NOT_MET


def _describe(catalogue: Catalogue, control: Control) -> dict[str, Any]:
    from auditor.shell.policy_cases import read_cases  # noqa: PLC0415 - lazy

    metadata = control.metadata
    rego = Path(control.sql_path).with_suffix(".rego").as_posix()
    return {
        "id": control.id,
        "title": metadata.title,
        "description": metadata.description,
        "severity": metadata.severity,
        "trigger": metadata.trigger,
        "unit": metadata.unit,
        "evidenceFor": list(metadata.evidence_for),
        "parameters": {
            name: one.model_dump(mode="json", exclude_unset=True) for name, one in sorted(metadata.parameters.items())
        },
        "requires": [one.model_dump(mode="json") for one in metadata.requires],
        "cases": len(read_cases(catalogue.pack, control)),
        "lines": [line for profile in catalogue.profiles for line in _bindings(profile, control)],
        "sqlFile": control.sql_path,
        "sql": control.sql,
        "regoFile": rego,
        "rego": (catalogue.pack.root / rego).read_text(encoding="utf-8"),
    }


def _bindings(profile: Profile, control: Control) -> list[dict[str, Any]]:
    """Return the lines of ``profile`` that bind ``control``, themselves or because their own control requires it."""
    return [
        {
            "profile": profile.document.id,
            "line": line.id,
            "title": line.title,
            "requiredBy": None if line.control == control.id else line.control,
            "parameters": bound.parameters,
        }
        for line in profile.document.lines
        for bound in profile.bound[line.id]
        if bound.control.id == control.id
    ]


def _line(line: dict[str, Any]) -> str:
    required = f", as {line['requiredBy']} requires it" if line["requiredBy"] else ""
    return f"line {line['line']} of {line['profile']}{required}"


def _text(each: dict[str, Any]) -> list[str]:
    said = [
        f"{each['id']}  ({each['severity']}{', trigger' if each['trigger'] else ''})",
        each["title"],
        "",
        each["description"],
        "",
        f"evidence for  {', '.join(each['evidenceFor'])}",
        f"cases         {each['cases']}",
    ]
    said += [
        f"requires      {one['control']}" + (f" with {_values(one['parameters'])}" if one["parameters"] else "")
        for one in each["requires"]
    ]
    said += ["", "Parameters"]
    said += [f"  {_parameter(name, one)}" for name, one in each["parameters"].items()] or ["  none"]
    said += ["", "Lines"]
    for line in each["lines"]:
        said.append(f"  {_line(line)}: {line['title']}")
        said += [f"      {name} = {json.dumps(value)}" for name, value in line["parameters"].items()]
    said += [] if each["lines"] else ["  none binds it"]
    for name in ("sql", "rego"):
        said += ["", f"--- {each[f'{name}File']}", each[name].rstrip("\n")]
    return said


def _parameter(name: str, one: dict[str, Any]) -> str:
    kind = one["type"] + (f" of {one['items']}" if one.get("items") else "")
    kind += f" {'|'.join(one['enum'])}" if one.get("enum") else ""
    kind += f" in {one['unit']}" if one.get("unit", "1") != "1" else ""
    if "default" in one:
        kind += f", default {json.dumps(one['default'])}"
    elif not one.get("nullable"):
        kind += ", needed"
    return f"{name}  ({kind})  {one['description']}"


def _values(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {json.dumps(value)}" for name, value in values.items())


def _json(document: Any) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
