"""Attacks on what reads: queries, policies and facts that do more than answer, in bundles with a valid signature.

The reader has pinned the machine's key alone, so that nothing but containment stands between the bundle and the act.
"""

from __future__ import annotations

import hashlib
import json
import resource
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from attacks.registry import attack
from attacks.scene import refused
from attacks.trust import edit_policies, policies
from auditor.adapters.bundle import layout
from auditor.adapters.signing.envelope import sign
from auditor.shell.verify import verify
from snapshots import Stored

if TYPE_CHECKING:
    from attacks.scene import Scene

QUERY = "controls/slo/p95_latency/p95_latency.sql"
BOMB_BYTES = 32 << 20
BOMB_GROUPS = 16


def decided_again(scene: Scene) -> str:
    """Sign the bundle as it lies; return with which name deciding again is refused."""
    scene.forge()
    return refused(lambda: verify(scene.bundle, scene.company.runner.public))


def query(scene: Scene, sql: str) -> str:
    edit_policies(scene, QUERY, sql.encode())
    return decided_again(scene)


@attack("parser", "SQL that reads a file", "replay-refused")
def reads_a_file(scene: Scene) -> str:
    return query(scene, "select content from read_text('/etc/passwd')\n")


@attack("parser", "SQL that writes a file", "replay-refused")
def writes_a_file(scene: Scene) -> str:
    target = scene.company.root / "written"
    met = query(scene, f"copy (select 1) to '{target}'\n")
    assert not target.exists()
    return met


@attack("parser", "SQL of two statements", "replay-refused")
def two_statements(scene: Scene) -> str:
    sql = (policies(scene) / QUERY).read_text()
    return query(scene, f"create or replace temp view requests as select 1;\n{sql}")


@attack("parser", "SQL that reads the clock", "replay-refused")
def reads_the_clock(scene: Scene) -> str:
    return query(scene, "select epoch_us(now()) as n order by n\n")


@attack("parser", "SQL that loads an extension", "replay-refused")
def loads(scene: Scene) -> str:
    return query(scene, "install httpfs\n")


@attack("parser", "SQL without end", "replay-refused")
def endless(scene: Scene) -> str:
    return query(scene, f"select {'(' * 5000}1{')' * 5000} as n order by n\n")


def wasm(scene: Scene, content: bytes) -> str:
    (policies(scene) / "policy.wasm").write_bytes(content)
    lock = policies(scene) / "pack.lock"
    document = json.loads(lock.read_bytes())
    document["wasmSha256"] = hashlib.sha256(content).hexdigest()
    lock.write_text(json.dumps(document))
    return decided_again(scene)


@attack("parser", "Wasm that is none", "replay-refused")
def no_wasm(scene: Scene) -> str:
    return wasm(scene, b"\x7fELF" + bytes(1000))


@attack("parser", "Wasm that asks for all memory", "replay-refused")
def greedy_wasm(scene: Scene) -> str:
    """One import: env.memory of 65536 pages, four GiB."""
    section = b"\x01\x03env\x06memory\x02\x00\x80\x80\x04"
    return wasm(scene, b"\0asm\1\0\0\0" + b"\x02" + bytes([len(section)]) + section)


@attack("parser", "Wasm that is no policy", "replay-refused")
def foreign_wasm(scene: Scene) -> str:
    return wasm(scene, b"\0asm\1\0\0\0")


@attack("parser", "Rego that is not what was compiled", "replay-refused")
def another_rego(scene: Scene) -> str:
    """A source that the lock does not know; the pack of a bundle comes through the same door as any."""
    (policies(scene) / "gates" / "second.rego").write_text("package gates.second\n")
    return decided_again(scene)


@attack("parser", "Parquet that is none", "replay-refused")
def no_parquet(scene: Scene) -> str:
    stored = Stored(scene.bundle / layout.SNAPSHOT)
    rows = stored.entry("coverage")["rows"]
    (stored.root / "coverage.parquet").write_bytes(b"PAR1" + b"\xff" * 4000 + b"PAR1")
    stored.agree("coverage", rows)
    return decided_again(scene)


@attack("parser", "a Parquet bomb", "replay-differs")
def parquet_bomb(scene: Scene) -> str:
    """Half a GiB of one letter in a few kilobytes; it is decoded in the bounded child, or nowhere."""
    stored = Stored(scene.bundle / layout.SNAPSHOT)
    table = stored.table("coverage").slice(0, 1)
    place = table.schema.get_field_index("source")
    huge = table.set_column(place, table.schema.field(place), pa.array(["a" * BOMB_BYTES], pa.string()))
    path = stored.root / "coverage.parquet"
    with pq.ParquetWriter(path, huge.schema, compression="zstd") as writer:
        for _ in range(BOMB_GROUPS):
            writer.write_table(huge)
    assert path.stat().st_size < BOMB_BYTES >> 3
    stored.agree("coverage", BOMB_GROUPS)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    met = decided_again(scene)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < BOMB_BYTES >> 10
    return met


@attack("parser", "a statement that nests without end", "statement-malformed")
def deep(scene: Scene) -> str:
    return payload(scene, b"[" * 100_000 + b"]" * 100_000)


@attack("parser", "a statement with a number that is none", "statement-malformed")
def not_a_number(scene: Scene) -> str:
    return payload(scene, b'{"_type":NaN}')


@attack("parser", "decisions that nest without end", "decisions-malformed")
def deep_decisions(scene: Scene) -> str:
    (scene.bundle / layout.DECISIONS).write_bytes(b"[" * 100_000 + b"]" * 100_000)
    return scene.forge().refusal(ledger=False)


@attack("parser", "rows of statements that nest without end", "evidence-differs")
def deep_rows(scene: Scene) -> str:
    (scene.bundle / layout.EVIDENCE_TABLES).write_bytes(b"[" * 100_000)
    return scene.forge().refusal(ledger=False)


@attack("parser", "an attestation larger than any", "limit-exceeded")
def oversized(scene: Scene) -> str:
    with (scene.bundle / layout.ATTESTATION).open("r+b") as file:
        file.truncate(layout.MAX_TAG_BYTES + 1)
    return scene.refusal()


def payload(scene: Scene, content: bytes) -> str:
    """Sign something else than a statement with the machine's key."""
    envelope = sign(content, scene.company.runner.signer, scene.company.tsa.stamp)
    (scene.bundle / layout.ATTESTATION).write_bytes(envelope)
    return scene.refusal()
