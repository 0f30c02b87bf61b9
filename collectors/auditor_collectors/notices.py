"""Messages to declared audiences, test alerts too: one JSON object a line, with the members that are declared.

Rules kept here: those of ``auditor_collectors.recorded``; nothing of a message leaves but its kind and its audience, as
``auditor.toml`` lists them, and when it was sent and received; none is received before it is sent.
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
    kind: str = "kind"
    audience: str = "audience"
    sent_at: str = "sent_at"
    received_at: str | None = "received_at"


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "notices"``."""

    members: Members = Members()
    kinds: Values = Field(min_length=1)
    audiences: Values = Field(min_length=1)


EXAMPLE = """\
# Messages and test alerts, one JSON object a line. What is not listed here becomes "undeclared".
[sources.notices]
kind = "notices"
files = ["notices/*.jsonl"]
kinds = ["deployment_start", "deployment_end", "test_alert", "rollback"]
audiences = ["stakeholders", "on_call", "customer_support"]

[sources.notices.members]                # id, kind and audience are so called unless you say otherwise
sent_at = "sentAt"
received_at = "receivedAt"
"""


class NoticesCollector:
    """Reads records of messages."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield messages and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        return collected("notices", "notice", wanted, context, partial(_notice, wanted, context))


def _notice(wanted: Options, context: CollectContext, where: str, document: dict[str, Any]) -> dict[str, Any]:
    names, when = wanted.members, partial(not_after, context=context)
    sent = member(where, document, names.sent_at, when)
    received = member(where, document, names.received_at, optional(when)) if names.received_at else None
    if received is not None and received < sent:
        raise CollectionError(f"{where}: received before it was sent, expected no earlier instant", remedy=AGAIN)
    return {
        "event_time": sent,
        **halves("notice", where, document, names.id),
        "kind": member(where, document, names.kind, listed(wanted.kinds)),
        "audience": member(where, document, names.audience, listed(wanted.audiences)),
        "received_at": received,
    }
