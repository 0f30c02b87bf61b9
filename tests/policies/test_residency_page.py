"""The page on residency and transfers, and the lines that it speaks of: each control stands in both."""

import re
from pathlib import Path

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.shipped import policies_dir

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "residency.md").read_text()
FAMILIES = ("residency", "bedrock", "protection", "transfers")
PACK = load_pack(policies_dir())
CONTROLS = {name for name in PACK.controls if name.partition(".")[0] in FAMILIES}


def test_it_names_every_control():
    assert len(CONTROLS) > len(FAMILIES)
    assert {name for name in CONTROLS if f"`{name}`" not in PAGE} == set()


def test_it_names_no_control_that_is_none():
    named = re.findall(r"^\| (`[^|]*`) \|", PAGE, re.MULTILINE)
    assert {name for cell in named for name in re.findall(r"`([^`]+)`", cell)} <= PACK.controls.keys()


def test_every_control_has_a_line_of_the_profile():
    bound = {one.control.id for line in load_profile(PACK, "eu-compliance").bound.values() for one in line}
    assert CONTROLS | {"retention.bounded", "retention.at_least"} <= bound
