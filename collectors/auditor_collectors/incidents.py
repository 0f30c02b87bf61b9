"""Incidents from an export of a service desk: one version of one incident a JSON line, later versions beside it.

Rules kept here: those of ``auditor_collectors.recorded``; an incident is one row, however many versions of it there
are: opened at the earliest instant, of the highest severity, and customer-impacting or of security if any version says
so, so that nothing done to it later hides it; closed as its last version says, for it may be opened again. It is a
breach of personal data, or significant, if any version says so; the controller is aware since the earliest instant.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from auditor.errors import CollectionError
from auditor.tables.quality import INCIDENT_EXCEPTIONS, INCIDENT_SEVERITIES
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.mapping import Strict
from auditor_collectors.options import problems_of
from auditor_collectors.recorded import RecordOptions, collected, halves
from auditor_collectors.values import boolean, not_after, one_of, optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

EXCEPTIONS = {name: name for name in INCIDENT_EXCEPTIONS}
RANKS = "[" + ", ".join(f"'{severity}'" for severity in INCIDENT_SEVERITIES) + "]"


class Members(Strict):
    """Where each fact stands in a version."""

    id: str = "id"
    opened_at: str = "opened_at"
    updated_at: str = "updated_at"
    closed_at: str = "closed_at"
    severity: str = "severity"
    customer_impacting: str | None = None
    security: str | None = None
    aware_at: str | None = None
    notified_at: str | None = None
    breach: str | None = None
    significant: str | None = None
    early_warning_at: str | None = None
    final_report_at: str | None = None
    exception: str | None = None


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "incidents"``."""

    members: Members = Members()
    severities: dict[str, Literal["critical", "high", "medium", "low"]] = Field(min_length=1)


EXAMPLE = """\
# Incidents of the service desk: one version of one incident a JSON line.
[sources.incidents]
kind = "incidents"
files = ["incidents/*.jsonl"]
exports = ["incidents-exports.jsonl"]    # {"exported_at": "...Z", "records": 3}: when, and how many versions
severities = { SEV1 = "critical", SEV2 = "high", SEV3 = "medium", SEV4 = "low" }

[sources.incidents.members]              # id, severity and what follows are so called unless you say otherwise
opened_at = "openedAt"
updated_at = "updatedAt"
closed_at = "closedAt"
customer_impacting = "customerImpacting"
security = "security"
aware_at = "awareAt"                     # of a personal-data breach: GDPR art. 33 counts from it
notified_at = "notifiedAt"
breach = "personalDataBreach"
significant = "significant"              # of NIS2, with the two instants that follow
early_warning_at = "earlyWarningAt"
final_report_at = "finalReportAt"
exception = "exception"                  # unlikely_risk or delay_reasoned
"""


class IncidentsCollector:
    """Reads exports of incidents."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield incidents and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        return collected("incidents", "incident", wanted, context, partial(_version, wanted, context), merged=MERGED)


def _version(wanted: Options, context: CollectContext, where: str, document: dict[str, Any]) -> dict[str, Any]:
    names, when = wanted.members, partial(not_after, context=context)
    opened, updated = (member(where, document, name, when) for name in (names.opened_at, names.updated_at))
    closed = member(where, document, names.closed_at, optional(when))
    if opened > updated or (closed is not None and not opened <= closed <= updated):
        raise CollectionError(f"{where}: expected opened, closed and updated in this order", remedy=AGAIN)

    def perhaps(name: str | None, read: Any) -> Any:
        return member(where, document, name, optional(read)) if name else None

    return {
        "event_time": opened,
        **halves("incident", where, document, names.id),
        "updated_at": updated,
        "closed_at": closed,
        "severity": member(where, document, names.severity, partial(one_of, known=wanted.severities)),
        "customer_impacting": perhaps(names.customer_impacting, boolean),
        "security": perhaps(names.security, boolean),
        "aware_at": perhaps(names.aware_at, when),
        "notified_at": perhaps(names.notified_at, when),
        "breach": perhaps(names.breach, boolean),
        "significant": perhaps(names.significant, boolean),
        "early_warning_at": perhaps(names.early_warning_at, when),
        "final_report_at": perhaps(names.final_report_at, when),
        "exception": perhaps(names.exception, partial(one_of, known=EXCEPTIONS)),
    }


def _ever(column: str) -> str:
    return f"case when bool_or({column}) then true else last({column} order by updated_at) end as {column}"


def _last(column: str) -> str:
    return f"last({column} order by updated_at) as {column}"


MERGED = f"""
    select
        min(system) as system, min(environment) as environment, min(source) as source, min(event_time) as event_time,
        incident_hi, incident_lo, max(updated_at) as updated_at, {_last("closed_at")},
        {RANKS}[min(list_position({RANKS}, severity))] as severity,
        {_ever("customer_impacting")}, {_ever("security")},
        min(aware_at) as aware_at, {_last("notified_at")}, {_ever("breach")}, {_ever("significant")},
        {_last("early_warning_at")}, {_last("final_report_at")}, {_last("exception")}
    from {{source}}
    group by incident_hi, incident_lo
"""
