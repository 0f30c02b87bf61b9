"""An archive with a bundle in it, in each kind of store, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.adapters.signing.envelope import payload_digest, sign
from auditor.shell.archive import Archived, Push, push
from auditor.shell.verify import verify
from sealed import Sealed, make_sealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.adapters.archive.store import ObjectStore

ORIGIN = "example.org/ledger/production"
LEDGER = "example.org_2fledger_2fproduction"
KEPT = {"attestation": 100, "internal": 200, "personal": 250, "pseudonymised": 300}
BUNDLE = f"bundles/{LEDGER}/000000000007.tar"
CHECKPOINT = f"{ORIGIN}\n8\n{'A' * 43}=\n\n\u2014 {ORIGIN} AAAA\n".encode()


class Leaf(NamedTuple):
    """A leaf, as the audit sees one."""

    kind: str
    statement: str


@dataclass(frozen=True)
class Kept:
    """A sealed bundle, a sign-off and a checkpoint that go into an archive."""

    sealed: Sealed
    sign_off: Path
    checkpoint: Path

    @property
    def check(self) -> Callable[[Path], Any]:
        """Return what verifies a tar; what it decided is not decided again, for the small run cannot be."""
        return lambda tar: verify(tar, self.sealed.public_pem, replay=False).bundle

    def push(self, store: ObjectStore, sequence: int = 7, **others: Any) -> list[Archived]:
        request = Push(self.sealed.root, ORIGIN, sequence, (self.sign_off,), (self.checkpoint,))
        return push(store, request._replace(**others), self.check, KEPT, datetime.now(UTC))  # noqa: TID251

    def leaves(self, run: str) -> list[Leaf]:
        """Return a ledger in which the run is leaf 7, and the sign-off leaf 8."""
        begun = [Leaf("run-started", f"{number:064x}") for number in range(7)]
        return [*begun, Leaf("run", run), Leaf("sign-off", payload_digest(self.sign_off.read_bytes(), "s"))]


def make_kept(folder: Path) -> Kept:
    """Seal the small run, and write what belongs to it, under ``folder``."""
    sealed = make_sealed(folder)
    sign_off, checkpoint = folder / "sign-off.json", folder / "checkpoint"
    sign_off.write_bytes(sign(b'{"_type":"said by a test"}', sealed.signer))
    checkpoint.write_bytes(CHECKPOINT)
    return Kept(sealed, sign_off, checkpoint)
