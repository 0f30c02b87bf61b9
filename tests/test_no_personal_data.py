"""No identifier of a person is in a bundle: not as it is, not encoded, not hashed without a key.

The example release is written with identifiers of every type in every source, collected with a vault and with a scan of
its logs, decided and sealed; then every byte of the bundle is searched, decompressed and decoded.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.adapters.vault.keys import make_key
from auditor.adapters.vault.vault import Vault, create_vault
from auditor.estate.release.parts import PARTS
from auditor.estate.release.timeline import RUNS
from auditor.estate.release.writer import write_release
from auditor.pii import TYPES
from auditor.shell.collect import collect
from auditor.shell.evaluate import evaluate
from leaks import forms, leaks
from planting import EMAIL, IDENTIFIERS, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY = list(IDENTIFIERS.values())
KNOWN = RUNS["decision_1"]
MORE = """
[vault]
file = "../vault/people.db"
key = "../vault/people.key"

[sources.log_scan]
kind = "pii_scan"
files = ["audit/*.log", "support/*.jsonl", "deployment/*.jsonl"]
"""


class Release:
    """The planted sources, their snapshot and their bundle."""

    def __init__(self, root: Path) -> None:
        self.sources, self.snapshot, vault = root / "sources", root / "snapshot", root / "vault"
        config = write_release(self.sources, PARTS, known=KNOWN)
        self.planted = plant(self.sources)
        vault.mkdir()
        self.vault = vault / "people.db", vault / "people.key"
        make_key(self.vault[1])
        create_vault(*self.vault)
        config.write_text(config.read_text() + MORE)
        collect(config, self.snapshot, collected_at=KNOWN)
        key = generate_key(root / "key.pem").private_path
        done = evaluate(
            self.snapshot,
            signer=load_signer(key),
            output=root / "bundles",
            time_created=KNOWN,
            profile_name="production-deployment",
        )
        self.bundle = done.bundle


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    return Release(tmp_path_factory.mktemp("release"))


def test_the_identifiers_are_in_every_source(release: Release) -> None:
    assert len(release.planted) > 20
    found = "\n".join(leaks(release.sources, EVERY))
    for identifier in EVERY:
        assert f"plain of {identifier}" in found


def test_no_byte_of_the_bundle_holds_one_in_any_form(release: Release) -> None:
    assert len(list(release.bundle.rglob("*.parquet"))) > 30
    assert leaks(release.bundle, EVERY) == []


def test_the_bundle_knows_all_the_same_what_was_found_and_tells_persons_apart(release: Release) -> None:
    scans = pq.read_table(release.snapshot / "pii_scans.parquet").to_pylist()
    assert {row["type"] for row in scans if row["hits"]} >= set(TYPES)
    events = pq.read_table(release.snapshot / "application_events.parquet")
    persons = set(events["person"].to_pylist())
    assert len(persons) == len(IDENTIFIERS)
    with Vault(*release.vault) as vault:
        assert {one.pseudonym for name in EVERY for one in vault.held(name)} == persons


def test_erasing_a_person_leaves_an_archive_that_leads_to_nobody(release: Release) -> None:
    events = pq.read_table(release.snapshot / "application_events.parquet")
    with Vault(*release.vault) as vault:
        [held] = vault.held(EMAIL)
        assert vault.erase(EMAIL) == 1
        assert held.pseudonym in set(events["person"].to_pylist())
        assert vault.pseudonym(EMAIL, held.period) != held.pseudonym


@pytest.mark.parametrize("name", forms(EMAIL))
def test_the_search_finds_each_form(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x01junk " + forms(EMAIL)[name] + b" junk")
    assert f"a.bin: {name} of {EMAIL}" in leaks(tmp_path, EVERY)


def test_the_search_opens_what_is_packed(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x" + EMAIL.encode()))
    pq.write_table(pa.table({"text": ["x" * 999, EMAIL], "n": [1, 2]}), tmp_path / "b.parquet", compression="zstd")
    (tmp_path / "c.json").write_text('"\\u006aane.roe-7@example.org"')
    (tmp_path / EMAIL).write_text("x")
    found = {one.partition(":")[0] for one in leaks(tmp_path, [EMAIL])}
    assert found == {"a.gz", "b.parquet", "c.json", f"the name {EMAIL}"}


def test_one_that_a_mapping_lets_through_on_purpose_is_found(tmp_path: Path) -> None:
    config = write_release(tmp_path / "sources", PARTS[1:2], known=RUNS["before"])
    log = tmp_path / "sources" / "audit" / "support.log"
    log.write_text(log.read_text().replace('"operation":"kiro"', f'"operation":"{EMAIL}"'))
    listed = config.read_text()
    assert '"kiro"' in listed
    config.write_text(listed.replace('"kiro"', f'"{EMAIL}"', 1))
    snapshot = collect(config, tmp_path / "snapshot", collected_at=RUNS["before"])
    found = leaks(snapshot, EVERY)
    assert f"application_events.parquet: plain of {EMAIL}" in found
    assert f"mappings.json: plain of {EMAIL}" in found
