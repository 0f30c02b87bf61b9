"""Decides an archived run with other policies or parameters than its own, in the contained child.

Rules kept here: facts, as-of and what people signed are the archived run's; a control whose tables the bundle does not
hold is not run, and its line is inconclusive; a waiver was for the policies of its day and holds under no others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack, tables_read
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.policies.windowed import mentions
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.core.backtest import Setting
from auditor.errors import UsageError, raise_all
from auditor.shell.decide import Inputs, decide
from auditor.shell.replay import statements
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.adapters.policies.pack import Control, Pack
    from auditor.adapters.policies.profile import BoundControl, Profile


def reconsider(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"decisions": document, "lacking": [[line, control, [table]]], "bound": number}`` under a change.

    ``bound`` is in how many bindings of controls the change sets a parameter.

    Args:
        arguments: ``root`` (path of the bundle), ``profile`` (id), ``as_of`` (RFC 3339), ``policies`` (path of a pack),
            ``settings`` (list of [line or null, control, name, value]).
    """
    root = Path(arguments["root"])
    snapshot = open_snapshot(root / layout.SNAPSHOT, archived=True)
    pack = load_pack(Path(arguments["policies"]))
    settings = [Setting(*one) for one in arguments["settings"]]
    profile, bound = with_settings(load_profile(pack, arguments["profile"]), settings)
    lacking = lacking_tables(pack, snapshot.tables)
    inputs = Inputs(
        snapshot,
        pack,
        profile,
        datetime.fromisoformat(arguments["as_of"]),
        statements=statements(root / layout.EVIDENCE_TABLES),
        lacking=lacking,
    )
    with WasmEngine(pack) as engine:
        decisions, _ = decide(inputs, engine)
    return {
        "decisions": decisions.document,
        "lacking": [
            [line, one.control.id, list(lacking[one.control.id])]
            for line, controls in profile.bound.items()
            for one in controls
            if one.control.id in lacking
        ],
        "bound": bound,
    }


def with_settings(profile: Profile, settings: Sequence[Setting]) -> tuple[Profile, int]:
    """Return the profile with parameters set otherwise, and in how many bindings one is. Raises ``UsageError``."""
    number = 0
    problems: list[str] = []

    def of(line: str, one: BoundControl) -> BoundControl:
        nonlocal number
        chosen = [each for each in settings if each.control == one.control.id and each.line in {None, line}]
        if not chosen:
            return one
        number += 1
        values = one.parameters | {each.name: each.value for each in chosen}
        problems.extend(_unknown(one.control, chosen))
        parameters, found = one.control.metadata.effective(values)
        problems.extend(f"line {line}: {problem}" for problem in found)
        return replace(one, parameters=parameters)

    bound = {line: tuple(of(line, one) for one in controls) for line, controls in profile.bound.items()}
    raise_all(
        UsageError, "parameters cannot be set so:", sorted(set(problems)), remedy="`auditor controls show CONTROL`"
    )
    return replace(profile, bound=bound), number


def known_problems(pack: Pack, settings: Iterable[Setting]) -> list[str]:
    """Return what keeps ``settings`` from being of the controls of a pack."""
    problems = []
    for one in settings:
        if one.control not in pack.controls:
            problems.append(f"the pack has no control {one.control!r}")
            continue
        problems += _unknown(pack.controls[one.control], [one])
        parameter = pack.controls[one.control].metadata.parameters.get(one.name)
        said = None if parameter is None else parameter.problem(one.value)
        problems += [f"parameter {one.name!r} of control {one.control} {said}"] if said else []
    return problems


def _unknown(control: Control, chosen: Iterable[Setting]) -> list[str]:
    known = control.metadata.parameters
    return [
        f"control {control.id} declares no parameter {each.name!r}; it has {', '.join(sorted(known)) or 'none'}"
        for each in chosen
        if each.name not in known
    ]


def lacking_tables(pack: Pack, there: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return control -> the declared tables that it reads, itself or through derived ones, and that are not there."""
    gone = TABLES.keys() - set(there)
    found = {}
    for name, control in pack.controls.items():
        texts = [control.sql, *(table.sql for table in tables_read(pack, [control.sql]))]
        tables = set().union(*(mentions(text, gone) for text in texts))
        if tables:
            found[name] = tuple(sorted(tables))
    return found
