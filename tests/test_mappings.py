"""How each source is read, as it is archived and approved."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.config import REDACTED, Config, Source, load_config, mappings
from auditor.core.canonical import canonical_json
from auditor.estate import write_estate
from auditor.model import Scope


class Reader:
    """A collector that is never asked to collect."""

    def check(self, _options: dict[str, Any]) -> list[str]:
        return []


def archived(**options: Any) -> dict[str, Any]:
    source = Source("one", "files", Reader(), options)  # type: ignore[arg-type] - only what is configured is looked at
    content = mappings(Config(Path(), Scope("s", "e", "r"), (source,)))
    document = json.loads(content)
    assert canonical_json(document) == content
    (found,) = document["sources"]
    assert (found["name"], found["kind"]) == ("one", "files")
    return dict(found["options"])


def test_what_decides_how_a_source_is_read_is_kept() -> None:
    given = {"paths": ["a/*.jsonl"], "outcome": {"ok": ["200"], "error": ["500"]}, "limit": 3, "strict": True}
    assert archived(**given) == given


def test_a_secret_is_left_out_wherever_it_stands() -> None:
    secrets = {"password": "hunter2", "nested": {"api_key": "k", "db_token": "t", "tokens": {"input": "inputTokens"}}}
    kept = archived(**secrets, credentials=["a", "b"])
    assert kept["password"] == kept["nested"]["api_key"] == kept["nested"]["db_token"] == REDACTED
    assert kept["credentials"] == [REDACTED, REDACTED] or kept["credentials"] == REDACTED
    assert kept["nested"]["tokens"] == {"input": "inputTokens"}
    assert "hunter2" not in json.dumps(kept)


def test_what_json_cannot_hold_exactly_is_kept_as_text() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    assert archived(ratio=0.5, since=moment, big=2**60) == {
        "ratio": "0.5",
        "since": "2026-03-01 00:00:00+00:00",
        "big": str(2**60),
    }


def test_the_order_of_sources_never_matters(tmp_path: Path) -> None:
    config = load_config(write_estate(tmp_path / "estate").config)
    turned = Config(config.root, config.scope, config.sources[::-1])
    assert mappings(turned) == mappings(config)
    assert len(json.loads(mappings(config))["sources"]) == len(config.sources)
