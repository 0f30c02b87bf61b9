"""Rego is moved by its own tokens, and what OPA makes of it is checked."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.rego.namespace import moved, package, problems
from auditor.errors import ControlError

NS = "auditor_run_7"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("package a.b", "package auditor_run_7.a.b"),
        ("package\n\n# why\na", "package\n\n# why\nauditor_run_7.a"),
        ("import data.lib.x as y", "import data.auditor_run_7.lib.x as y"),
        ("x := data.lists.y[0]", "x := data.auditor_run_7.lists.y[0]"),
        ('x := data["lists"]', 'x := data.auditor_run_7["lists"]'),
        ("x := data[input.k]", "x := data.auditor_run_7[input.k]"),
        ("x := [data, data]", "x := [data.auditor_run_7, data.auditor_run_7]"),
        ("p with data.x as 1", "p with data.auditor_run_7.x as 1"),
        ("x := input.data", "x := input.data"),
        ("x := input\n.data", "x := input\n.data"),
        ("x := input.package.data", "x := input.package.data"),
        ('x := "data.y"', 'x := "data.y"'),
        (r'x := "\"data.y"', r'x := "\"data.y"'),
        (r'x := ["\\", data.y]', r'x := ["\\", data.auditor_run_7.y]'),
        ("x := `data.y \\`; data.z", "x := `data.y \\`; data.auditor_run_7.z"),
        ("x := `\n# data\n`", "x := `\n# data\n`"),
        ('# package data.y "\nx := data.z', '# package data.y "\nx := data.auditor_run_7.z'),
        ('x := "# no comment"; data.y', 'x := "# no comment"; data.auditor_run_7.y'),
        ("x := mydata.y + data_.y + data1.y", "x := mydata.y + data_.y + data1.y"),
        ("x := Data.y", "x := Data.y"),
    ],
)
def test_only_the_package_and_references_to_data_are_moved(before, after):
    assert moved("f.rego", before, NS) == after


@pytest.mark.parametrize("text", ['x := $"{data.y}"', "x := $`{data.y}`"])
def test_string_templates_are_refused_by_name(text):
    with pytest.raises(ControlError, match=r"lib/f.rego: string templates"):
        moved("lib/f.rego", text, NS)


PIECES = st.sampled_from(
    ["data", "package", ".", " ", "\n", "#", '"', "`", "\\", "x", "input", "[", "]", "data.y", '"data"', "é", "1"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_moving_adds_the_namespace_and_changes_nothing_else(text):
    there = moved("f.rego", text, NS)
    assert there.replace(f"data.{NS}", "data").replace(f"{NS}.", "") == text
    assert there.count("\n") == text.count("\n")  # so OPA's messages name the author's lines


def parsed(opa, folder, text):
    path = folder / "p.rego"
    path.write_text(text)
    done = subprocess.run([opa, "parse", "--format", "json", path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("import data.auditor_run_7.lib.x\n\ny := x.z", []),
        ("y if data.auditor_run_7[input.k] with data.auditor_run_7.l as 1", []),
        ("y := data.lib.x", ["it refers to data.lib.x, outside auditor_run_7"]),
        ("import data.lib.x\n\ny := x.z", ["it refers to data.lib.x, outside auditor_run_7"]),
        ("y := z if {\n\tz := data[input.k]\n}", ["outside auditor_run_7"]),
        ("y := data", ["it refers to data, outside auditor_run_7"]),
        ("y if walk(data, [_, 1])", ["it refers to data, outside auditor_run_7"]),
        ("y if input.x with data.lib.x as 2", ["it refers to data.lib.x, outside auditor_run_7"]),
        ("y := data.auditor_run_77.x", ["outside auditor_run_7", "'auditor_run_77' is no reference"]),
        ('y := data[`auditor_run_7`][data["lib"].x]', ["it refers to data.lib.x, outside auditor_run_7"]),
        ('y := "data.auditor_run_7"', ["'data.auditor_run_7' is no reference, but holds auditor_run_7"]),
        ('y := {"auditor_run_7": input.auditor_run_7}', ["'auditor_run_7' is no reference, but holds auditor_run_7"]),
    ],
)
def test_what_leaves_the_namespace_or_is_no_reference_is_named(opa, tmp_path, body, says):
    found = problems(parsed(opa, tmp_path, f"package auditor_run_7.a\n\n{body}\n"), NS)
    assert len(found) == len(says)
    assert all(wanted in " ".join(found) for wanted in says)


def test_data_itself_is_found_in_whatever_form_it_is_parsed():
    module = {"package": {"path": [{"value": "data"}, {"value": NS}]}, "rules": [{"type": "var", "value": "data"}]}
    assert problems(module, NS) == ["it refers to data, outside auditor_run_7"]


def test_a_package_outside_is_named(opa, tmp_path):
    module = parsed(opa, tmp_path, "package controls.a\n\nx := 1\n")
    assert package(module) == ["controls", "a"]
    assert problems(module, NS) == ["its package is controls.a, outside auditor_run_7"]
