"""What a watch over a rollback gate has come to, and what is to be done next.

Rules kept here: a gate that said rollback stays fired; what is set off is recorded before it is begun, so a watch that
died in between finds ``acting``, which becomes ``unknown``: nothing is set off a second time unless a person says so.
What failed for certain is tried again only as often as the settings allow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

SCHEMA_VERSION = 1


class Status(StrEnum):
    """How far a watch has come."""

    WATCHING = "watching"
    FIRED = "fired"
    ACTING = "acting"
    ACTED = "acted"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Due(StrEnum):
    """What is to be done next."""

    EVALUATE = "evaluate"
    SEAL = "seal"
    ACT = "act"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch of one gate of one release: ``subject`` names both, instants are RFC 3339."""

    subject: str
    status: Status = Status.WATCHING
    as_of: str | None = None
    bundle: str | None = None
    attempts: int = 0
    outcome: str | None = None

    def fired(self, as_of: str) -> Watch:
        """Return the watch after its gate said rollback at ``as_of``."""
        return replace(self, status=Status.FIRED, as_of=as_of)

    def sealed(self, bundle: str) -> Watch:
        """Return the watch after its evidence was sealed into ``bundle``."""
        return replace(self, bundle=bundle)

    def acting(self) -> Watch:
        """Return the watch just before something is set off."""
        return replace(self, status=Status.ACTING, attempts=self.attempts + 1, outcome=None)

    def ended(self, status: Status, outcome: str) -> Watch:
        """Return the watch after what was set off ended, or nobody can tell whether it did."""
        return replace(self, status=status, outcome=outcome)

    def resumed(self, *, again: bool) -> Watch:
        """Return the watch as another process finds it; ``again``: a person says that it may be set off once more."""
        found = self
        if found.status is Status.ACTING:
            found = found.ended(Status.UNKNOWN, "the watch ended while it was being set off")
        if again and found.status in {Status.UNKNOWN, Status.FAILED}:
            return replace(found, status=Status.FIRED, attempts=0)
        return found

    def due(self, *, act: bool, most_attempts: int) -> Due:
        """Return what is to be done next; without ``act`` nothing is ever set off."""
        if self.status is Status.WATCHING:
            return Due.EVALUATE
        if self.bundle is None:
            return Due.SEAL
        tries = self.status is Status.FIRED or (self.status is Status.FAILED and self.attempts < most_attempts)
        return Due.ACT if act and tries else Due.STOP

    def document(self) -> dict[str, Any]:
        """Return the watch as it is kept."""
        return {
            "schemaVersion": SCHEMA_VERSION,
            "subject": self.subject,
            "status": self.status.value,
            "asOf": self.as_of,
            "bundle": self.bundle,
            "attempts": self.attempts,
            "outcome": self.outcome,
        }


def read_watch(document: Any) -> Watch:
    """Return the watch that ``document`` keeps. Raises ``ValueError`` with what was expected."""
    if not isinstance(document, dict) or document.get("schemaVersion") != SCHEMA_VERSION:
        raise ValueError(f"an object of schemaVersion {SCHEMA_VERSION}")
    if document.keys() != Watch("").document().keys():
        raise ValueError(f"the members {', '.join(Watch('').document())}")
    texts = [document[name] for name in ("asOf", "bundle", "outcome")]
    if not isinstance(document["subject"], str) or not all(one is None or isinstance(one, str) for one in texts):
        raise ValueError("subject as text, and asOf, bundle and outcome as text or null")
    if type(document["attempts"]) is not int or document["attempts"] < 0:
        raise ValueError("attempts as a count")
    if document["status"] not in set(Status):
        raise ValueError(f"status as one of {', '.join(Status)}")
    status = Status(document["status"])
    if (status is Status.WATCHING) != (document["asOf"] is None):
        raise ValueError("asOf exactly where the gate has fired")
    return Watch(document["subject"], status, texts[0], texts[1], document["attempts"], texts[2])
