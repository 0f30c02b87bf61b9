"""What the example company logs and what it made of the corpus, as the profile ``eu-compliance`` decides it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.estate import write_estate
from auditor.shell.collect import collect
from auditor.shell.evaluate import evaluate

if TYPE_CHECKING:
    from pathlib import Path

HEALTHY = {"privacy.corpus": "pii_redacted", "privacy.logs": "logs_clean", "privacy.logs_places": "logs_clean"}
LEAKED = {"privacy.corpus": "pii_redacted", "privacy.logs": "pii_in_logs", "privacy.logs_places": "pii_in_logs"}


@pytest.mark.parametrize(
    ("incidents", "expected"), [((), HEALTHY), (("pii_logged",), LEAKED)], ids=["healthy", "leaked"]
)
def test_its_logs_are_clean_until_one_is_not(
    tmp_path: Path, incidents: tuple[str, ...], expected: dict[str, str]
) -> None:
    estate = write_estate(tmp_path / "estate", incidents=incidents)
    snapshot = collect(estate.config, tmp_path / "snapshot", collected_at=estate.collected_at)
    done = evaluate(
        snapshot,
        signer=load_signer(generate_key(tmp_path / "key.pem").private_path),
        output=tmp_path / "bundles",
        time_created=estate.collected_at,
        as_of=estate.as_of,
        profile_name="eu-compliance",
    )
    decided = json.loads(next(done.bundle.rglob("decisions.json")).read_text())
    assert {one["line"]: one["reason"] for one in decided["lines"] if one["line"] in expected} == expected
    emails = _observed(decided, "privacy.logs", "EMAIL")
    assert emails["records"] > 2000
    assert emails["hits"] == (12 if incidents else 0)
    assert emails["scanner_planted"] >= 200
    report = "".join(one.read_text() for one in done.bundle.rglob("*.md"))
    assert f"scanner\\_found {emails['scanner_found']}" in report


def _observed(decided: dict[str, Any], line: str, resource: str) -> dict[str, int]:
    [found] = [one for one in decided["findings"] if one["line"] == line and one["resource"] == resource]
    return found["observed"]
