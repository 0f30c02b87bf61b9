"""Uses of personal data that rest on a consent, one JSON object a line, without the person.

Rules kept here: those of ``auditor_collectors.recorded``; a use names the consent by the same random id as
``auditor_collectors.consents``; one that names none is kept as such.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from auditor_collectors.jsonlines import member
from auditor_collectors.mapping import Strict
from auditor_collectors.options import Values, problems_of
from auditor_collectors.recorded import RecordOptions, collected, halves, listed
from auditor_collectors.values import not_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext


class Members(Strict):
    """Where each fact stands in a record."""

    id: str = "id"
    at: str = "at"
    purpose: str = "purpose"
    consent: str = "consent"


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "processing_uses"``."""

    members: Members = Members()
    purposes: Values = Field(min_length=1)


EXAMPLE = """\
# Uses of personal data that rest on a consent, one JSON object a line; `consent` is the id of the consent.
[sources.processing_uses]
kind = "processing_uses"
files = ["privacy/uses.jsonl"]
exports = ["privacy/uses-exports.jsonl"]
purposes = ["answer_training", "newsletter"]
members = { at = "at", consent = "consent" }
"""


class ProcessingUsesCollector:
    """Reads uses of personal data."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield uses and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        return collected("processing_uses", "use", wanted, context, partial(_use, wanted, context))


def _use(wanted: Options, context: CollectContext, where: str, document: dict[str, Any]) -> dict[str, Any]:
    names = wanted.members
    linked = document.get(names.consent) is not None
    consent = halves("consent", where, document, names.consent) if linked else {"consent_hi": None, "consent_lo": None}
    return {
        "event_time": member(where, document, names.at, partial(not_after, context=context)),
        **halves("use", where, document, names.id),
        "purpose": member(where, document, names.purpose, listed(wanted.purposes)),
        **consent,
    }
