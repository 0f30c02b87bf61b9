"""The jobs of CI, the action and the how-tos: they parse, and every command in them is one of ours."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.cli.main import cli
from auditor.shipped import policies_dir

ROOT = Path(__file__).parents[2]
JOBS = ("action.yml", "examples/ci/github.yml", "examples/ci/gitlab.yml")
GUIDES = ("docs/how-to/collect-from-aws.md", "docs/how-to/gate-ci.md")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@([0-9a-f]{40}|v[0-9]+)")


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def commands(name):
    """Return every command of ours in a file, as words."""
    text = (ROOT / name).read_text()
    said = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    said = said if name.endswith(".md") else strings(yaml.safe_load(text))
    lines = [line.strip() for one in said for line in one.replace("\\\n", " ").splitlines()]
    return [shlex.split(line.partition(" > ")[0]) for line in lines if line.startswith("auditor ")]


def refuse_foreign(words):
    """Fail for a command or an option that does not exist, or a value that an option does not take."""
    context = click.Context(cli, info_name="auditor")
    command, rest = cli, words[1:]
    while isinstance(command, click.Group):
        command = command.get_command(context, rest[0])
        assert command is not None, words
        rest = rest[1:]
    command.make_context("auditor", list(rest), parent=context)


@pytest.mark.parametrize("name", [*JOBS, *GUIDES])
def test_every_command_and_option_is_ours(name):
    found = commands(name)
    assert found
    for words in found:
        refuse_foreign(words)


def test_a_command_that_is_not_ours_would_be_noticed():
    for wrong in ("auditor collect --dry", "auditor aws policies", "auditor evaluate -o xml=a"):
        with pytest.raises((AssertionError, click.UsageError)):
            refuse_foreign(shlex.split(wrong))


@pytest.mark.parametrize("name", JOBS)
def test_actions_are_pinned_and_nothing_is_written_into_a_script(name):
    text = (ROOT / name).read_text()
    used = [line.split("uses:")[1].split()[0] for line in text.splitlines() if "uses:" in line]
    assert all(one == "./" or PINNED.fullmatch(one) for one in used)
    assert not any("@v" in one for one in used) or "pin them to the\n# commits that you have read" in text
    steps = (yaml.safe_load(text).get("runs") or {}).get("steps", [])
    assert not any("${{" in step["run"] for step in steps)


def test_the_action_is_called_with_the_inputs_that_it_has():
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    job = yaml.safe_load((ROOT / "examples/ci/github.yml").read_text())["jobs"]["gate"]
    [called] = [step for step in job["steps"] if step.get("uses") == "./"]
    required = {name for name, one in inputs.items() if one.get("required")}
    assert required <= called["with"].keys() <= inputs.keys()
    profile = load_profile(load_pack(policies_dir()), called["with"]["profile"])
    gates = {words[words.index("--gate") + 1] for words in commands("docs/how-to/gate-ci.md")}
    assert gates <= {gate.id for gate in profile.document.gates}


def test_evidence_is_kept_when_the_gate_is_not_met():
    job = yaml.safe_load((ROOT / "examples/ci/github.yml").read_text())["jobs"]["gate"]
    [kept] = [step for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
    bundles = yaml.safe_load((ROOT / "action.yml").read_text())["outputs"]["bundles"]["value"]
    assert kept["if"] == "always()"
    assert bundles in kept["with"]["path"].split()
    artifacts = yaml.safe_load((ROOT / "examples/ci/gitlab.yml").read_text())["gate"]["artifacts"]
    assert artifacts["when"] == "always"
    assert bundles in artifacts["paths"]
