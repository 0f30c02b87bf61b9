"""A recording that was interrupted is gone on with for a day, and keeps the time at which it was begun."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import UsageError
from auditor.shell.recording import _begun

BEGUN = datetime(2025, 1, 14, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize("later", [timedelta(0), MICROSECOND, DAY])
def test_a_recording_of_the_last_day_goes_on_as_of_its_beginning(tmp_path, later):
    assert _begun(tmp_path / "answers", BEGUN, asked=True) == BEGUN
    assert _begun(tmp_path / "answers", BEGUN + later, asked=True) == BEGUN


@pytest.mark.parametrize("later", [-MICROSECOND, DAY + MICROSECOND])
def test_an_older_one_or_one_of_the_future_is_refused_with_its_time(tmp_path, later):
    _begun(tmp_path / "answers", BEGUN, asked=True)
    with pytest.raises(UsageError, match=r"answers: was begun at 2025-01-14T12:00:00Z, which is no time"):
        _begun(tmp_path / "answers", BEGUN + later, asked=True)


def test_a_folder_of_something_else_is_no_recording(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is no recording"):
        _begun(tmp_path, BEGUN, asked=True)
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]
