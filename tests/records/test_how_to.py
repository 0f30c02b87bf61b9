"""docs/how-to/keep-records.md: its records are whole, and its section of auditor.toml is accepted."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from auditor.records.checking import record_of, unsaid
from auditor_collectors.records import RecordsCollector

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "keep-records.md").read_text(encoding="utf-8")
RECORDS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", RECORDS)
def test_a_record_of_the_page_is_whole(text):
    assert list(unsaid(record_of("page.yaml", text.encode()))) == []


def test_the_page_shows_two_records_and_a_source():
    assert [text.split()[1] for text in RECORDS] == ["processors", "register"]
    [section] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    source = tomllib.loads(section)["sources"]["records"]
    assert source.pop("kind") == "records"
    assert RecordsCollector().check(source) == []
