"""What an OSCAL export is made of, and the members that its documents share: identifiers, properties, metadata.

Rules kept here: the same bundle gives the same bytes: an identifier is a UUID of version 5, of what it identifies, and
every time is the run's; catalog and profile are those of the policies, so they stay the same from run to run.
Source: OSCAL 1.2.1, https://pages.nist.gov/OSCAL/reference/
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.core.statement import PREDICATE_BASE
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.adapters.policies.framework import Framework
    from auditor.adapters.policies.pack import Control, Pack
    from auditor.core.run_predicate import RunPredicate
    from auditor.core.summary import ControlWords

OSCAL_VERSION = "1.2.1"
NAMESPACE = f"{PREDICATE_BASE}/oscal"
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CATALOG, PROFILE, PLAN_OF_SYSTEM = "catalog.json", "profile.json", "ssp.json"
ASSESSMENT_PLAN, ASSESSMENT_RESULTS = "assessment-plan.json", "assessment-results.json"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One sealed run. ``statement`` is the SHA-256 of its statement, ``document`` its ``decisions.json``.

    ``sign_offs`` are the rows of that table in the bundle; ``tables`` are control -> the tables that it reads.
    """

    predicate: RunPredicate
    statement: str
    document: Json
    pack: Pack
    words: Mapping[str, ControlWords]
    frameworks: Mapping[str, Framework]
    sign_offs: Sequence[Mapping[str, Any]]
    tables: Mapping[str, tuple[str, ...]]

    def control(self, name: str) -> Control:
        """Return a control of the bundle's pack. Raises ``ControlError``."""
        return self.pack.control(name, f"{self.predicate.bundleId}: its decisions")

    def of_run(self, *parts: str) -> str:
        """Return the identifier of something of this run."""
        return _identifier(self.statement, *parts)

    def of_policies(self, *parts: str) -> str:
        """Return the identifier of something of the policies and the profile, which other runs have too."""
        return _identifier(self.predicate.policyDigest, self.predicate.profile.id, *parts)

    def of_system(self, *parts: str) -> str:
        """Return the identifier of something of the system, as these policies see it."""
        scope = self.predicate.scope
        return self.of_policies(scope.system, scope.environment, *parts)

    def file(self, name: str) -> str:
        """Return the identifier of a file of the bundle as a resource of the back matter."""
        return self.of_run("file", name)


def _identifier(*parts: str) -> str:
    return str(uuid.uuid5(_ROOT, "\0".join(parts)))


def prop(name: str, value: object) -> Json:
    """Return a property of ours; OSCAL allows no line break and no space at its ends."""
    return {"name": name, "ns": NAMESPACE, "value": " ".join(str(value).split())}


def one_line(text: str) -> str:
    """Return a title: OSCAL allows no line break in one."""
    return " ".join(text.split())


def metadata(source: Source, title: str, modified: str, **more: Any) -> Json:
    """Return the metadata of a document that was last changed at ``modified`` (RFC 3339)."""
    return {
        "title": one_line(title),
        "last-modified": modified,
        "version": source.predicate.policyDigest[:16],
        "oscal-version": OSCAL_VERSION,
        **more,
    }


def objective(line: str) -> str:
    """Return the id of the objective that a line decides."""
    return f"{line}_obj"


def at(micros: int) -> str:
    """Return an instant of a table (microseconds since 1970, UTC) in RFC 3339."""
    return isoformat(_EPOCH + timedelta(microseconds=micros))
