"""The page on residency and transfers: its lines are lines of a profile, and it names every control that there is."""

import re
import shutil
import tomllib
from pathlib import Path

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.shipped import policies_dir

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "residency.md").read_text()
(LINES,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
FAMILIES = ("residency", "bedrock", "protection", "transfers")


def test_its_lines_are_lines_of_a_profile(tmp_path):
    root = tmp_path / "policies"
    shutil.copytree(policies_dir(), root)
    pack = load_pack(root)
    lines = tomllib.loads(LINES)["lines"]
    sources = sorted({source for line in lines for source in line["reads"]} - {"cloudtrail", "inventory"})
    declared = "".join(f"[sources.{source}]\nclock_skew_seconds = 0\n\n" for source in sources)
    (root / "profiles" / "eu-compliance" / "99-page.toml").write_text(f"{declared}{LINES}")
    profile = load_profile(pack, "eu-compliance")
    for line in lines:
        (bound,) = [one for one in profile.bound[line["id"]] if one.control.id == line["control"]]
        assert bound.parameters.items() >= line["parameters"].items()


def test_it_names_every_control():
    controls = [name for name in load_pack(policies_dir()).controls if name.partition(".")[0] in FAMILIES]
    assert len(controls) > len(FAMILIES)
    assert [name for name in controls if f"`{name}`" not in PAGE] == []


def test_it_names_no_control_that_is_none():
    named = re.findall(r"^\| (`[^|]*`) \|", PAGE, re.MULTILINE)
    controls = load_pack(policies_dir()).controls
    assert {name for cell in named for name in re.findall(r"`([^`]+)`", cell)} <= controls.keys()
