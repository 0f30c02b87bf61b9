"""Consents that were given, one JSON object a line, without the person.

Rules kept here: those of ``auditor_collectors.recorded``; the id of a consent must be a random one of the source, of
which only the digest leaves; a consent is withdrawn when it was given, or later.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.mapping import Strict
from auditor_collectors.options import Values, problems_of
from auditor_collectors.recorded import RecordOptions, collected, halves, listed
from auditor_collectors.values import not_after, optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


class Members(Strict):
    """Where each fact stands in a record."""

    id: str = "id"
    given_at: str = "given_at"
    purpose: str = "purpose"
    version: str = "version"
    withdrawn_at: str = "withdrawn_at"


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "consents"``."""

    members: Members = Members()
    purposes: Values = Field(min_length=1)
    versions: Values = Field(min_length=1)


EXAMPLE = """\
# Consents, one JSON object a line: a random id, no person. A value that is not listed becomes "undeclared".
[sources.consents]
kind = "consents"
files = ["privacy/consents.jsonl"]
exports = ["privacy/consents-exports.jsonl"]
purposes = ["answer_training", "newsletter"]    # ids of the records' purposes
versions = ["2024-06", "2025-01"]               # of the text that was agreed to
members = { given_at = "given_at", withdrawn_at = "withdrawn_at" }
"""


class ConsentsCollector:
    """Reads consents."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield consents and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        return collected("consents", "consent", wanted, context, partial(_consent, wanted, context))


def _consent(wanted: Options, context: CollectContext, where: str, document: dict[str, Any]) -> dict[str, Any]:
    names, when = wanted.members, partial(not_after, context=context)
    given = member(where, document, names.given_at, when)
    withdrawn = member(where, document, names.withdrawn_at, optional(when))
    if withdrawn is not None and withdrawn < given:
        raise CollectionError(f"{where}: withdrawn before it was given, expected no earlier instant", remedy=AGAIN)
    return {
        "event_time": given,
        **halves("consent", where, document, names.id),
        "purpose": member(where, document, names.purpose, listed(wanted.purposes)),
        "version": member(where, document, names.version, optional(listed(wanted.versions))),
        "withdrawn_at": withdrawn,
    }
