"""Checkpoints, cosignatures and proofs before judges that we did not write: Go's checksum database and its kin."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.ledger.checking import check_tree, verify_ledger
from auditor.adapters.ledger.note_keys import cosign, key_of
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.core.ledger_proof import prove
from auditor.core.merkle import consistency_proof, root
from auditor.core.note import COSIGNATURE
from ledgers import ORIGIN

if TYPE_CHECKING:
    from auditor.adapters.ledger.note_keys import NoteKey
    from ledgers import World

TOOLS = Path(__file__).parents[3] / "tools"


@pytest.fixture(scope="session")
def judge() -> str:
    """Return the judge's path; without it a test is skipped, but under ``CI=true`` it fails."""
    found = subprocess.run(
        [str(TOOLS / "install-tlog-judge.sh"), "--find"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs the judge: {found.stderr}")
        pytest.skip(f"{found.stderr.strip()}; run tools/install-tlog-judge.sh")
    return found.stdout.strip()


@pytest.fixture
def witness(world: World, tmp_path: Path) -> NoteKey:
    """Return the key of a witness that has cosigned the latest checkpoint of a ledger with six leaves."""
    world.filled()
    generate_key(tmp_path / "witness.pem")
    signer = load_signer(tmp_path / "witness.pem")
    key = key_of("witness.example/w1", signer, COSIGNATURE)
    signed, _, _ = check_tree(world.view(), world.key)
    world.directory.add_cosignature(world.key, key, 6, cosign(signed, key.name, signer, 1_700_000_000))
    return key


def brief(world: World, witness: NoteKey) -> dict[str, Any]:
    """Return what the judge is told."""
    view = world.view()
    hashes = verify_ledger(view, world.trust).hashes
    size = len(hashes)
    return {
        "Origin": ORIGIN,
        "LogKey": world.key.text,
        "WitnessKeys": [witness.text],
        "Checkpoint": view.checkpoint.decode(),
        "Proofs": [
            {
                "Record": encode(leaf.content()),
                "Proof": prove(leaf, number, hashes, view.checkpoint, number).content().decode(),
            }
            for number, leaf in enumerate(view.leaves)
        ],
        "Prefixes": [
            {
                "Size": first,
                "Root": encode(root(hashes[:first])),
                "Path": [encode(one) for one in consistency_proof(hashes, first)],
            }
            for first in range(1, size + 1)
        ],
    }


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def judged(judge: str, told: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([judge], input=json.dumps(told), capture_output=True, text=True, check=False)


def test_the_judges_take_all_of_it(judge: str, world: World, witness: NoteKey) -> None:
    said = judged(judge, brief(world, witness))
    assert said.stdout.splitlines() == [
        "note.Open",
        "log.ParseCheckpoint size 6 signatures 2",
        "tlog.CheckRecord 6",
        "tlog.CheckTree 6",
    ], said.stderr


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: told.update(Checkpoint=told["Checkpoint"].replace("\n6\n", "\n7\n")), "note.Open"),
        (lambda told: told.update(LogKey=told["WitnessKeys"][0]), "log key"),
        (lambda told: told["Proofs"][2].update(Record=told["Proofs"][3]["Record"]), "proof 2"),
        (lambda told: told["Prefixes"][2].update(Root=told["Prefixes"][3]["Root"]), "tlog.CheckTree from 3"),
        (lambda told: told.update(WitnessKeys=[told["LogKey"]]), "1 signatures verified"),
    ],
)
def test_and_refuse_what_was_changed(judge: str, world: World, witness: NoteKey, change: Any, says: str) -> None:
    told = brief(world, witness)
    change(told)
    said = judged(judge, told)
    assert said.returncode == 1
    assert says in said.stderr
