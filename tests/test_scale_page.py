"""The plan of a large user is what its program makes of the measured figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks import plan


def test_the_page_is_what_the_program_makes() -> None:
    assert plan.PAGE.read_text(encoding="utf-8") == plan.render(plan.User(), plan.measured())


def test_its_slope_is_that_of_the_benchmarks() -> None:
    found = plan.measured()
    assert found.slope > 0
    for rows in (plan.SMALL, plan.LARGE):
        spent = found.base + found.slope * rows / 1e6
        assert f"| {spent:.2f} |" in plan.BENCHMARKS.read_text(encoding="utf-8")


def test_twice_the_requests_are_twice_the_slope() -> None:
    found = plan.Measured(1.0, 0.25, 16.0)
    user = plan.User()
    assert "| CPU of the run, s | 1.00 + 0.250 a million (measured slope, 1 M to 10 M) | 84 | 2,501 |" in plan.render(
        user, found
    )
    assert " | 168 | 5,001 |" in plan.render(replace(user, requests=2 * user.requests), found)


def test_a_page_without_its_row_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    empty = tmp_path / "benchmarks.md"
    empty.write_text("# nothing\n")
    monkeypatch.setattr(plan, "BENCHMARKS", empty)
    with pytest.raises(ValueError, match="no row of evaluate for 1,000,000 requests"):
        plan.measured()
