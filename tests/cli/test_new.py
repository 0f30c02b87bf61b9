"""``auditor new control``, and docs/how-to/write-a-control.md: every command and file of the page, word for word."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from auditor.adapters.policies import scaffold
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.scaffold import write_control
from auditor.adapters.sql.guard import check_select
from auditor.shell import policy_check
from auditor.shell.policy_cases import MEMBERS
from auditor.shipped import policies_dir
from auditor.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Said

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "write-a-control.md"
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture
def pack(place: Path) -> Path:
    """Return a folder that a new control may be written into."""
    (place / "pack" / "lib" / "dispatch").mkdir(parents=True)
    (place / "pack" / "controls").mkdir()
    for file in ("capabilities.json", "lib/dispatch/dispatch.rego"):
        shutil.copyfile(ROOT / "policies" / file, place / "pack" / file)
    return place / "pack"


def test_the_page_as_it_stands_ends_in_a_verdict(place: Path, opa: str, auditor: Callable[..., Said]) -> None:
    del opa
    shutil.copytree(ROOT / "policies", place / "policies")
    commands = []
    said = None
    for language, title, text in BLOCKS:
        if language != "sh":
            assert (place / title).parent.is_dir()
            (place / title).write_text(text, encoding="utf-8")
            continue
        for line in text.replace("\\\n", " ").splitlines():
            program, *arguments = shlex.split(line)
            commands.append(program)
            if program == "auditor":
                said = auditor(*arguments)
                assert said.code == 0, (line, said.err)
            else:
                subprocess.run([program, *arguments], check=True)
            if arguments[:2] == ["policy", "test"]:
                assert said is not None
                assert "service.timeouts_rare: 6 cases, 0 differences" in said.out
    assert commands.count("auditor") == PAGE.read_text(encoding="utf-8").count("\nauditor ") == len(commands) - 1
    assert said is not None
    assert "PASS: every gate is met" in said.out
    decided = json.loads(next((place / "bundles").glob("*/data/decisions.json")).read_bytes())
    assert {(one["resource"], one["verdict"]) for one in decided["findings"] if "timeouts_rare" in one["control"]} == {
        ("direct", "pass"),
        ("mcp", "pass"),
    }


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_query_of_any_table_runs_and_has_a_row_for_each_source(pack: Path, table: str) -> None:
    rego, sql, cases = write_control(pack, "mine.holds", TABLES[table])
    text = sql.read_text()
    check_select(sql.name, text, {table})
    engine = duckdb.connect()
    engine.register(table, TABLES[table].schema().empty_table())
    given = {"sources": ["a", "b"], "window_start_us": 0, "window_end_us": 1}
    assert engine.execute(text, {name: one for name, one in given.items() if f"${name}" in text}).fetchall() == [
        ("a", 0),
        ("b", 0),
    ]
    assert "package controls.mine.holds\n" in rego.read_text()
    assert json.loads(cases.read_text()).keys() <= MEMBERS


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("timeouts",), "expected family.name"),
        (("Service.timeouts",), "expected family.name"),
        (("../service.timeouts",), "expected family.name"),
        (("service.not",), "not is a word of Rego"),
        (("service.timeouts_test",), "never compiled"),
        (("service.timeouts", "--table", "request"), "nearest: requests"),
        (("service.timeouts", "--policies", "."), "no policy pack"),
        (("service.timeouts", "--policies", "nowhere"), "no policy pack"),
    ],
    ids=lambda one: "-".join(one).replace("/", "") if isinstance(one, tuple) else "",
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    pack: Path, auditor: Callable[..., Said], arguments: tuple[str, ...], said: str
) -> None:
    before = sorted(pack.rglob("*"))
    done = auditor("new", "control", "--policies", pack, *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "what to do" in done.err
    assert sorted(pack.rglob("*")) == before


def test_a_control_is_never_overwritten(pack: Path, auditor: Callable[..., Said]) -> None:
    first = auditor("new", "control", "mine.holds", "--policies", pack)
    assert (first.code, len(first.out.split())) == (0, 3)
    rego = Path(first.out.split()[0])
    rego.write_text("mine")
    again = auditor("new", "control", "mine.holds", "--policies", pack)
    assert (again.code, "never overwritten" in again.err, rego.read_text()) == (2, True, "mine")


@pytest.mark.parametrize("fails_at", ["write_text", "rename"])
def test_a_full_disk_leaves_nothing_half_written(
    pack: Path, auditor: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    before = sorted(pack.rglob("*"))

    def full(self: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(scaffold.Path, fails_at, full)
    done = auditor("new", "control", "mine.holds", "--policies", pack)
    assert (done.code, "No space left" in done.err) == (2, True)
    assert sorted(pack.rglob("*")) == before


def test_the_cases_of_one_control_or_one_family_can_be_run_alone(auditor: Callable[..., Said]) -> None:
    shipped = load_pack(policies_dir())
    chosen = [one.id for one in policy_check._chosen(shipped, ["incidents", "deployment.config_valid"])]
    assert chosen == ["deployment.config_valid", "incidents.none"]
    assert len(policy_check._chosen(shipped, ())) == len(shipped.controls)
    done = auditor("policy", "test", "--only", "incident")
    assert (done.code, "no control and no family incident\n" in done.err) == (2, True)
