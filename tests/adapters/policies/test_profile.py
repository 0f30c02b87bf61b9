import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.errors import ControlError, UsageError
from auditor.shipped import policies_dir

NAME = "hybrid-routing-gates"
CACHED_LINE = """
window = { anchor = "as_of", start_seconds = -7200, end_seconds = 0 }
reads = ["requests"]
[lines.parameters]
kind = "cached\""""
AS_OF = datetime(2025, 1, 14, 12, tzinfo=UTC)


@pytest.fixture
def load(tmp_path: Path):
    """Load the shipped profile after text replacements."""
    root = Path(shutil.copytree(policies_dir(), tmp_path / "policies"))
    pack = replace(load_pack(root), root=root)

    def _load(*replacements: tuple[str, str]):
        path = root / "profiles" / f"{NAME}.toml"
        text = path.read_text()
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        path.write_text(text)
        return load_profile(pack, NAME)

    return _load


def test_the_shipped_profile_binds_every_line(load):
    profile = load()
    assert [one.control.id for one in profile.bound["slo.p95_generation"]] == [
        "slo.p95_latency",
        "coverage.source_observed",
    ]
    assert profile.bound["slo.p95_generation"][1].parameters["observation"] == "bounded"
    assert profile.order.index("slo") > profile.order.index("slo.p95_cached")


def test_a_window_is_half_open_and_relative_to_the_as_of(load):
    window = load().line("slo.p95_generation").window.at(AS_OF)
    assert (window.start.isoformat(), window.end.isoformat()) == (
        "2025-01-14T10:00:00+00:00",
        "2025-01-14T12:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("latency_limit_us = 1_500_000", "", "parameter 'latency_limit_us' of control slo.p95_latency is missing"),
        ("latency_limit_us = 1_500_000", 'latency_limit_us = "1.5"', "expected integer"),
        ("latency_limit_us = 1_500_000", "latency_limit_us = true", "expected integer"),
        ("latency_limit_us = 1_500_000", "latency_limit_us = 1.5e6", "expected integer"),
        ('kind = "generation"', 'kind = "any"', "expected one of generation, cached"),
        ('routes = ["direct", "mcp"]', "routes = []", "expected a non-empty array"),
        ('routes = ["direct", "mcp"]', "routes = [1]", "expected only string members"),
        ("min_samples = 200", "min_sample = 200", "no control of this line declares parameter 'min_sample'"),
        ("min_samples = 200", 'observation = "bounded"', "is fixed by control slo.p95_latency"),
        (
            '    "slo.p95_generation",\n',
            '    "slo",\n',
            "in a circle: slo",
        ),
        (
            '    "slo.p95_generation",\n',
            '    "nope",\n',
            "unknown member 'nope'",
        ),
        ('lines = ["slo"]', 'lines = ["nope"]', "unknown line 'nope'"),
        ('id = "slo.p95_cached"', 'id = "slo.p95_generation"', "line 'slo.p95_generation' is defined twice"),
        ("start_seconds = -7200", "start_seconds = -7201", "multiple of 10"),
        ("start_seconds = -7200", "start_seconds = 0", "not after its start"),
        ('reads = ["requests"]', 'reads = ["nope"]', "reads unknown source 'nope'"),
        ("version = 1", "version = 1\nsurprise = 1", "surprise: Extra inputs"),
        ('control = "slo.p95_latency"\n', "", "either a control or members"),
        ("[[gates]]", "[[gates", "not TOML"),
    ],
)
def test_a_wrong_profile_is_refused_by_name(load, old, new, expected):
    with pytest.raises(UsageError, match="hybrid-routing-gates.toml") as caught:
        load((old, new))
    assert expected in str(caught.value)


def test_every_problem_is_named_at_once(load):
    with pytest.raises(UsageError) as caught:
        load(
            ("latency_limit_us = 1_500_000", ""),
            ("latency_limit_us = 300_000", ""),
            ('lines = ["slo"]', 'lines = ["x"]'),
        )
    assert str(caught.value).count("\n  - ") == 3


def test_an_unknown_control_in_a_profile_names_profile_and_line(load):
    with pytest.raises(
        ControlError, match=r"hybrid-routing-gates.toml: line 'slo.p95_cached': unknown control 'slo.p96'"
    ):
        load((f'control = "slo.p95_latency"{CACHED_LINE}', f'control = "slo.p96"{CACHED_LINE}'))


def test_an_unknown_profile_names_those_there_are():
    with pytest.raises(UsageError, match="no such profile; the pack has: eu-compliance, hybrid-routing-gates"):
        load_profile(load_pack(policies_dir()), "nope")
