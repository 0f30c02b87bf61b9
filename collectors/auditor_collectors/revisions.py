"""Which commit a report was made of, and whether it is that of the release under audit.

Rules kept here: a release is the commit itself, or ends with it behind ``-``, ``+``, ``@`` or ``:``; one of the two may
be abbreviated, to seven hexadecimal digits or more (as ``git describe`` does); a report without a commit is of no known
release.
"""

from __future__ import annotations

import re

COMMIT = re.compile(r"[0-9a-f]{7,64}")
LAST_PART = re.compile(r"[^-+@:]+$")


def revision(value: object) -> str:
    """Return ``value``, which is a commit. Raises ``ValueError`` with what was expected."""
    if isinstance(value, str) and COMMIT.fullmatch(value):
        return value
    raise ValueError("a commit of 7 to 64 lower-case hexadecimal digits")


def of_release(commit: str | None, release: str) -> bool | None:
    """Say whether ``commit`` is that of ``release``; None where either names no commit."""
    last = LAST_PART.search(release)
    if commit is None or last is None or not COMMIT.fullmatch(last.group()):
        return None
    return commit.startswith(last.group()) or last.group().startswith(commit)


def stated(commit: str | None, release: str) -> dict[str, str | bool | None]:
    """Return the columns of a commit."""
    return {"revision": commit, "of_release": of_release(commit, release)}
