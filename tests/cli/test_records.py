"""``auditor records``: every problem of every file, what is unsaid, and the schemas."""

from __future__ import annotations

import json

import pytest

from auditor.cli.main import run
from auditor.cli.records import KINDS
from auditor.records import documents

REGISTER = "kind: register\nreviewed: 2025-01-02\nactivities:\n  - activity: support\n    purposes: [answers]\n"
PURPOSES = "kind: purposes\nreviewed: 2025-01-02\npurposes:\n  - {purpose: answers, lawful_basis: contract}\n"


def write(folder, **contents):
    paths = []
    for name, text in contents.items():
        path = folder / f"{name}.yaml"
        path.write_text(text)
        paths.append(str(path))
    return paths


def test_a_whole_record_passes(tmp_path, capsys):
    [path] = write(tmp_path, purposes=PURPOSES)
    assert run(["records", "check", path]) == 0
    assert capsys.readouterr().out == f"{path}: a record of kind purposes\n"


def test_what_is_unsaid_is_listed_and_no_pass(tmp_path, capsys):
    paths = write(tmp_path, register=REGISTER, purposes=PURPOSES)
    assert run(["records", "check", *paths]) == 1
    said = capsys.readouterr().out
    assert "activities[0] (support): retention is not stated" in said
    assert "purposes is not stated" not in said
    assert said.endswith(f"{paths[1]}: a record of kind purposes\n")


def test_every_problem_of_every_file_is_said_at_once(tmp_path, capsys):
    paths = write(tmp_path, a=REGISTER + "bogus: 1\n", b="kind: nothing\n", c=PURPOSES)
    assert run(["records", "check", *paths]) == 5
    said = capsys.readouterr()
    assert "2 of 3 files are no records" in said.err
    assert "bogus: Extra inputs" in said.err
    assert "found 'nothing'" in said.err
    assert "auditor records schema" in said.err
    assert said.out == f"{paths[2]}: a record of kind purposes\n"


def test_a_file_that_is_not_there_is_usage(tmp_path):
    assert run(["records", "check", str(tmp_path / "none.yaml")]) == 2


def test_the_kinds_are_those_of_the_models():
    assert tuple(documents.KINDS) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_printed(kind, capsys):
    assert run(["records", "schema", kind]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["kind"]["const"] == kind
