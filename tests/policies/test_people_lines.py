"""The part of the checklist that people sign: who signs which line, in which role, as the document says."""

from __future__ import annotations

import tomllib

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile_document import Line
from auditor.shipped import policies_dir

PACK = load_pack(policies_dir())
PART = policies_dir() / "profiles" / "production-deployment" / "30-people.toml"
LINES = {one["id"]: Line.model_validate(one) for one in tomllib.loads(PART.read_text())["lines"]}
SIGNED = "approvals.signed_by_role"

# What the document itself says of roles.
NAMED = {
    24: "cto", 25: "security", 26: "operations", 27: "product_owner",
    214: "release_team_lead", 215: "devops_team_lead", 216: "ai_architecture_lead", 217: "security_team_lead",
    218: "cto", 219: "vp_engineering", 220: "product_owner",
}  # fmt: skip
DECIDERS = {113: "release_team_lead", 118: "performance_team_lead", 123: "cto"}
OPTIONAL = {37, 211, 212, 213}
GROUPS = {12, 33, 141, 151, 185, 205, 210}
HERE = (
    {5, 13, 16, 17, 110, 134, 142, 144, 202} | {*range(24, 28)} | {*range(34, 38)} | {*range(152, 156)}
    | {*range(206, 210)} | {*range(211, 221)} | {one + more for one in DECIDERS for more in range(3)} | GROUPS
)  # fmt: skip


def number(line: int) -> Line:
    return LINES[f"line_{line}"]


def test_each_line_is_here_once_with_its_number() -> None:
    assert sorted(one for line in LINES.values() for one in line.checklist) == sorted(str(one) for one in HERE)
    assert all(number(one).checklist == [str(one)] for one in HERE)


@pytest.mark.parametrize("name", LINES)
def test_a_line_gives_its_control_exactly_what_it_declares(name: str) -> None:
    line = LINES[name]
    if line.control is None:
        assert line.members
        return
    declared = PACK.control(line.control, name).metadata
    _, problems = declared.effective(line.parameters)
    assert not problems
    assert line.parameters.keys() <= declared.parameters.keys()


def test_who_signs_is_who_the_document_names() -> None:
    assert {one: number(one).parameters["role"] for one in NAMED} == NAMED
    for one, role in DECIDERS.items():
        assert number(one + 1).parameters == {"line": f"line_{one}", "role": role}
        assert {number(one + more).parameters["line"] for more in range(3)} == {f"line_{one}"}


def test_a_signature_is_about_the_line_itself() -> None:
    own = {name: line for name, line in LINES.items() if line.control == SIGNED and line.checklist}
    assert {name: line.parameters["line"] for name, line in own.items()} == {name: name for name in own}


def test_only_what_the_document_makes_optional_may_be_said_not_to_apply() -> None:
    allowing = {name for name, line in LINES.items() if line.parameters.get("allow_not_applicable")}
    assert allowing == {f"line_{one}" for one in OPTIONAL}


def test_final_sign_offs_come_after_the_last_evidence_and_rest_on_a_run_that_has_it() -> None:
    for one in range(214, 221):
        window = number(one).window
        assert window is not None
        assert (window.anchor, window.start_seconds, window.end_anchor) == ("deployment_end", 7 * 86_400, "as_of")
        assert number(one).parameters["run_in_window"] is True


def test_approvals_are_at_most_72_hours_old_when_the_deployment_begins() -> None:
    for one in range(24, 28):
        window = number(one).window
        assert window is not None
        assert (window.anchor, window.start_seconds, window.end_seconds) == ("deployment_start", -72 * 3600, 0)
