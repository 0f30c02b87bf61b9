"""Every error the program raises on purpose, by whose fault it is.

Rules kept here: a message names the file, what was found, what was expected and what to do.
Each branch of the tree has one exit code (STYLE of the command line); the codes are data here
and are only turned into a process exit by ``auditor.cli``.
"""

from __future__ import annotations


class AuditorError(Exception):
    """Base of all deliberate errors; never raised itself."""

    exit_code = 70

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        said = f"{self.message}\n  what to do: {self.remedy}" if self.remedy else self.message
        return "\n".join([said, *(f"  and: {note}" for note in getattr(self, "__notes__", ()))])


class UsageError(AuditorError):
    """The command line, configuration or profile asks for something that cannot be."""

    exit_code = 2


class CollectionError(AuditorError):
    """The world: a source is missing, truncated, malformed or lies outside its declared form."""

    exit_code = 5


class SnapshotError(AuditorError):
    """A snapshot does not have the declared schemas, digests or scope."""

    exit_code = 5


class EngineError(AuditorError):
    """A needed part (query engine, policy engine, a tool) failed or is missing."""

    exit_code = 5


class ControlError(AuditorError):
    """A policy author's fault: SQL, Rego, METADATA, cases, parameters or a stale pack."""

    exit_code = 2


class VerificationError(AuditorError):
    """A bundle is refused. Perhaps an attacker's work: ``code`` is the stable name of the refusal."""

    exit_code = 4

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


def raise_all(kind: type[AuditorError], heading: str, problems: list[str], *, remedy: str = "") -> None:
    """Raise one error of ``kind`` that lists every problem, or do nothing when there is none."""
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise kind(f"{heading}\n{listed}", remedy=remedy)
