"""docs/how-to/add-a-collector.md: its collector works, its package offers it, and its example is accepted."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.collector import ENTRY_POINT_GROUP, CollectContext
from auditor.errors import CollectionError
from auditor.model import Scope

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-collector.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def collector(tmp_path):
    """Return the collector of the page, as its entry point names it."""
    [(kind, target)] = tomllib.loads(FILES["pyproject.toml"])["project"]["entry-points"][ENTRY_POINT_GROUP].items()
    module, name = target.split(":")
    assert kind == "uptime"
    (tmp_path / f"{module}.py").write_text(FILES[f"{module}.py"])
    spec = importlib.util.spec_from_file_location(module, tmp_path / f"{module}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)()


def collected(collector, tmp_path, text):
    (tmp_path / "uptime.log").write_text(text)
    at = datetime(2025, 1, 14, 12, tzinfo=UTC)
    context = CollectContext("uptime", Scope("s", "e", "r", ""), tmp_path, tmp_path, at)
    return {batch.table: batch.rows.to_pylist() for batch in collector.collect({"file": "uptime.log"}, context)}


def test_it_takes_its_own_example_and_refuses_what_is_none(collector):
    source = tomllib.loads(collector.example)["sources"]["uptime"]
    assert source.pop("kind") == "uptime"
    assert collector.check(source) == []
    assert len(collector.check({"files": "x"})) == 2


def test_it_yields_what_the_log_says_and_how_it_was_read(collector, tmp_path):
    found = collected(collector, tmp_path, "2025-01-14T11:00:00Z api up\n2025-01-14T11:01:00Z api down\n")
    assert [row["status"] for row in found["health_checks"]] == ["healthy", "unhealthy"]
    assert [(row["status"], row["records"]) for row in found["coverage"]] == [("ok", 2)]


def test_it_names_the_line_that_it_cannot_read(collector, tmp_path):
    with pytest.raises(CollectionError, match=r"uptime\.log, line 1: found 'x api up', expected INSTANT COMPONENT"):
        collected(collector, tmp_path, "x api up\n")
