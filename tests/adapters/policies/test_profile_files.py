"""A profile in parts: put together once, in the document's order, or refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import Profile, load_profile
from auditor.adapters.policies.profile_files import profile_names, read_profile
from auditor.errors import UsageError
from auditor.shipped import policies_dir

HEAD = """
id = "parts"
version = 1
title = "In parts"
validity_seconds = 60
checklist = "checklist.md"
anchors = ["phase_3_end"]
[[gates]]
id = "go"
title = "Go"
kind = "go_no_go"
lines = ["line_1"]
"""
GROUP = """
[[lines]]
id = "line_1"
title = "One"
checklist = ["1"]
at = 3
members = ["line_2", "line_2.cached"]
"""
BOUND = """
[sources.requests]
[shared.traffic]
request_sources = ["requests"]
cells = ["requests//"]
capacity_per_second = 20
[[lines]]
id = "line_2.cached"
title = "Cached"
control = "slo.p95_latency"
window = { anchor = "phase_3_end", start_seconds = -1200, end_seconds = 0, or_as_of = true }
reads = ["requests"]
with = ["traffic"]
[lines.parameters]
kind = "cached"
routes = ["direct"]
latency_limit_us = 300_000
[[lines]]
id = "line_2"
title = "Two"
checklist = ["2"]
at = 5
control = "slo.error_rate"
window = { anchor = "as_of", start_seconds = -1200, end_seconds = 0 }
reads = ["requests"]
with = ["traffic"]
[lines.parameters]
routes = ["direct"]
limit_ppm = 10_000
"""
DOCUMENT = "# A list\n\n- [ ] One\n\n  - [ ] Two\n"


@pytest.fixture
def load(tmp_path: Path):
    """Load a profile of parts, each changed by its replacements."""
    pack = load_pack(Path(shutil.copytree(policies_dir(), tmp_path / "policies")))
    folder = tmp_path / "policies" / "profiles" / "parts"
    folder.mkdir()

    def _load(*changes: tuple[str, str], more: str = "") -> Profile:
        parts = {"00-head.toml": HEAD, "20-bound.toml": BOUND + more, "90-group.toml": GROUP, "checklist.md": DOCUMENT}
        for name, text in parts.items():
            for old, new in changes:
                text = text.replace(old, new)  # noqa: PLW2901 - each change in turn
            (folder / name).write_text(text)
        return load_profile(replace(pack, root=tmp_path / "policies"), "parts")

    return _load


def test_lines_stand_as_in_the_document_each_followed_by_what_only_it_needs(load):
    profile = load()
    assert [line.id for line in profile.document.lines] == ["line_1", "line_2.cached", "line_2"]
    assert profile.order.index("line_1") > profile.order.index("line_2.cached")
    assert profile.bound["line_2.cached"][0].parameters["capacity_per_second"] == 20


def test_the_digest_covers_every_part_and_the_document(load):
    digests = {load().sha256, load(("Two", "Three")).sha256, load(("# A list", "# The list")).sha256}
    assert len(digests) == 3


def test_a_pack_lists_files_and_folders(load, tmp_path):
    load()
    assert {"hybrid-routing-gates", "parts"} <= set(profile_names(tmp_path / "policies"))


@pytest.mark.parametrize("name", ["absent", "../profiles/parts", ".."])
def test_what_is_no_profile_of_the_pack_is_refused(load, tmp_path, name):
    load()
    with pytest.raises(UsageError, match="no such profile"):
        read_profile(tmp_path / "policies", name)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("at = 5", "at = 3"), "row 3 of the document is printed twice"),
        (("at = 5", "at = 6"), "row 6, the checklist has 5"),
        (('checklist = ["2"]', 'checklist = ["1"]'), "line 1 of the checklist is decided twice"),
        (('checklist = "checklist.md"', 'checklist = "other.md"'), "checklist 'other.md' is not in"),
        (('checklist = "checklist.md"', ""), "has a row, but there is no checklist"),
        (('anchor = "phase_3_end"', 'anchor = "phase_9_end"'), "unknown anchor 'phase_9_end'"),
        (('with = ["traffic"]', 'with = ["trafic"]'), "unknown shared set 'trafic'"),
        (("[lines.parameters]", "[lines.parameters]\ncapacity_per_second = 5"), "is given twice"),
        (('members = ["line_2", "line_2.cached"]', 'members = ["line_2"]\nwhen = ["line_3"]'), "unknown condition"),
        (('members = ["line_2", "line_2.cached"]', 'members = ["line_2"]\nwhen = ["line_1"]'), "line_1"),
        (('title = "Two"', 'titel = "Two"'), r"lines\.2\.titel \(line_2\): Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_by_name(load, change, said):
    with pytest.raises(UsageError, match=said):
        load(change)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[shared.unused]\nroutes = ["direct"]\n', "shared set 'unused' is used by no line"),
        ('[shared.other]\nid = "x"\n[sources.again]\n', "used by no line"),
        (
            '[[lines]]\nid = "line_3"\ntitle = "Three"\ndecided_by = "status"\nstatus = "failed"\n',
            "has 0 gates of kind status",
        ),
        (
            """
[[lines]]
id = "line_3"
title = "T"
decided_by = "verification"
sign_off = "line_3"
[[lines]]
id = "line_4"
title = "F"
members = ["line_3"]
""",
            "'line_3' is decided after it",
        ),
    ],
)
def test_what_more_cannot_be_is_refused_too(load, more, said):
    with pytest.raises(UsageError, match=said):
        load(more=more)


def test_what_two_parts_say_is_refused(load, tmp_path):
    load()
    folder = tmp_path / "policies" / "profiles" / "parts"
    (folder / "30-again.toml").write_text("version = 2\n[sources.requests]\n[shared.traffic]\nx = 1\n")
    with pytest.raises(UsageError) as caught:
        read_profile(tmp_path / "policies", "parts")
    for said in ("version is in another part too", "sources.requests is in", "shared.traffic is in"):
        assert said in str(caught.value)
