"""Everything that can be said of a policy pack before it is used: for its author, and for CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.policies import build
from auditor.adapters.policies.framework import load_frameworks, refuse_unknown
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.policies.profile_files import profile_names
from auditor.adapters.policies.windowed import FOLDER
from auditor.adapters.sql.guard import check_select
from auditor.errors import ControlError, UsageError, raise_all
from auditor.shell.engines import DEFAULT_ENGINE, EngineChoice, open_engine
from auditor.shell.policy_cases import read_cases, run_case
from auditor.statement_tables import STATEMENT_TABLES
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from auditor.adapters.policies.pack import Control, Pack


def check_pack(root: Path) -> Iterator[str]:
    """Check the pack at ``root``; yield what was found in order. Raises ``ControlError`` or ``UsageError``.

    Sources and METADATA by OPA, the lock, each query by the guard that replay uses, each profile, and that compiling
    the sources again gives the very module that is committed.
    """
    controls = build.check(root)
    yield f"{len(controls)} controls: Rego, METADATA and packages are in order"
    pack = load_pack(root)
    yield "lock: every file is the one that was compiled"
    tables = {*TABLES, *STATEMENT_TABLES, *(table.name for table in pack.derived)}
    for name, sql in pack.windowed.items():
        check_select(f"{FOLDER}/{name}.sql", sql, tables | pack.windowed.keys())
    for name, sql in [(t.sql_path, t.sql) for t in pack.derived] + [
        (c.sql_path, c.sql) for c in pack.controls.values()
    ]:
        check_select(name, sql, tables)
    yield f"{len(pack.derived) + len(pack.controls)} queries: one SELECT each, of allowed functions and tables only"
    frameworks = load_frameworks(root)
    refuse_unknown(pack, frameworks)
    articles = sum(len(one.articles) for one in frameworks.values())
    yield f"{len(frameworks)} frameworks, {articles} articles: every one that a control names is there"
    for name in profile_names(root):
        profile = load_profile(pack, name)
        yield f"profile {profile.document.id}: {len(profile.document.lines)} lines, {len(profile.document.gates)} gates"
    if build.opa_version() != pack.opa:
        raise ControlError(
            f"{root}: built with OPA {pack.opa}, found {build.opa_version()}",
            remedy=f"use OPA {pack.opa}, or rebuild the pack with `auditor policy build`",
        )
    if build.compile_wasm(root) != pack.wasm:
        raise ControlError(f"{root}/policy.wasm: is not what its sources compile to", remedy="`auditor policy build`")
    yield f"policy.wasm: OPA {pack.opa} compiles the sources to the same bytes"


def run_cases(root: Path, engine: EngineChoice = DEFAULT_ENGINE, only: Collection[str] = ()) -> Iterator[str]:
    """Run ``opa test`` and every case of every control at ``root``; yield a line for each; raise when one differs.

    ``only`` names controls and families whose cases are run instead of all; one that the pack does not have is refused.
    """
    pack = load_pack(root)
    chosen = _chosen(pack, only)
    yield build.test(root).strip()
    problems: list[str] = []
    with open_engine(pack, engine) as policies:
        yield from (f"note: {note}" for note in policies.notes)
        for control in chosen:
            cases = read_cases(pack, control)
            found = [problem for case in cases for problem in run_case(pack, case, policies)]
            problems += found
            yield f"{control.id}: {len(cases)} cases, {len(found)} differences"
    raise_all(ControlError, f"{root}: cases differ from what they expect", problems, remedy="correct policy or case")


def _chosen(pack: Pack, only: Collection[str]) -> list[Control]:
    names = {name: {name, name.partition(".")[0]} for name in pack.controls}
    unknown = sorted(set(only) - {one for both in names.values() for one in both})
    if unknown:
        raise UsageError(
            f"{pack.root}: no control and no family {', '.join(unknown)}",
            remedy="give FAMILY.NAME or FAMILY, as `auditor controls list` shows them",
        )
    return [control for name, control in pack.controls.items() if not only or names[name] & set(only)]
