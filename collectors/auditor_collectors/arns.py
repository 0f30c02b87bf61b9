"""Amazon resource names, taken apart.

Rules kept here: a part that is empty stays empty; an empty region is no region (so any), never that of the answer.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

FORM = re.compile(
    r"arn:(?P<partition>[a-z0-9-]+):(?P<service>[a-z0-9-]+):(?P<region>[^:]*):(?P<account>[^:]*):(?P<resource>.+)"
)
EXPECTED = "an ARN: arn:partition:service:region:account:resource"


class Arn(NamedTuple):
    """The parts of an ARN, and the whole."""

    whole: str
    partition: str
    service: str
    region: str
    account: str
    resource: str

    def last(self) -> str:
        """Return what follows the last slash of the resource: its id."""
        return self.resource.rpartition("/")[2]


def arn(value: Any) -> Arn:
    """Return ``value``, which is an ARN in ASCII."""
    found = FORM.fullmatch(value) if isinstance(value, str) and value.isascii() and value.isprintable() else None
    if found is None:
        raise ValueError(EXPECTED)
    return Arn(found.string, *found.groups())
