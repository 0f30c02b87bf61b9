"""Macie of each region: whether it is on, what it looks into, and its findings.

Rules kept here: that it is paused, or off, is a fact, and then nothing else is asked of it; a list of findings names
ids only, and each is then asked for, fifty at a time; where a finding was seen never leaves its page.
Source: https://docs.aws.amazon.com/macie/latest/APIReference/findings.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor_collectors import security_pages
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.finding_facts import Findings, product_fact
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import told
from auditor_collectors.aws.sources.stores import NoOptions
from auditor_collectors.aws.status import worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

AT_ONCE = 50  # the most ids that GetFindings takes
OFF = ("AccessDeniedException: Macie is not enabled",)
# What people wrote or are named in, and where personal data was seen; a finding is judged by none of it.
WRITTEN = (
    "title", "description", "resourcesAffected", "policyDetails", "classificationDetails", "bucketDefinitions",
    "bucketCriteria", "name", "userPausedDetails",
)  # fmt: skip
SESSION = Operation("macie2", "GetMacieSession", ("macie2:GetMacieSession",), disabled_errors=OFF)
DISCOVERY = Operation(
    "macie2",
    "GetAutomatedDiscoveryConfiguration",
    ("macie2:GetAutomatedDiscoveryConfiguration",),
    disabled_errors=OFF,
)
JOBS = Operation(
    "macie2", "ListClassificationJobs", ("macie2:ListClassificationJobs",), disabled_errors=OFF, hidden=WRITTEN
)
LISTING = Operation("macie2", "ListFindings", ("macie2:ListFindings",), disabled_errors=OFF)
FINDINGS = Operation("macie2", "GetFindings", ("macie2:GetFindings",), disabled_errors=OFF, hidden=WRITTEN)

EXAMPLE = """\
# Macie of each region: whether it is on, what it looks into, and its findings.
[sources.aws_macie]
kind = "aws_macie"
accounts = ["111122223333"]
role = "auditor"
regions = "enabled"
home_region = "eu-central-1"
"""


class MacieSource:
    """Asks Macie."""

    operations: tuple[Operation, ...] = (SESSION, DISCOVERY, JOBS, LISTING, FINDINGS)
    options: type[BaseModel] = NoOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, _options: NoOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield what Macie of ``place`` answers."""
        session = ask(SESSION, place)
        status, pages = session.answer.status, list(session.pages)
        yield told(session.answer, "", len(pages))
        enabled = False if status == "disabled" else security_pages.macie_enabled(pages)
        if enabled is False:
            yield product_fact("macie", session.answer, enabled=False)
            return
        discovery = ask(DISCOVERY, place)
        automated = security_pages.discovery_enabled(discovery.pages)
        yield told(discovery.answer, "", int(automated))
        jobs = ask(JOBS, place)
        running = security_pages.running_jobs(jobs.pages)
        yield told(jobs.answer, "", running)
        findings = _Listed(ask, place)
        rows = Findings(place, context)
        yield from rows.facts(findings.pages(), security_pages.macie_findings)
        yield from findings.told(rows.count)
        if enabled:
            whole = discovery.answer.status == jobs.answer.status == "ok"
            yield product_fact(
                "macie",
                session.answer,
                enabled=True,
                covered=running + automated if whole else None,
                findings=rows.count if findings.status() == "ok" else None,
                newest_at=rows.newest_at,
            )


class _Listed:
    """The findings that Macie lists, asked for some at a time, and how it answered all together."""

    def __init__(self, ask: Ask, place: Place) -> None:
        self._ask = ask
        self._place = place
        self._listing: Answer | None = None
        self._answers: list[Answer] = []
        self._ids = self._missing = 0

    def pages(self) -> Iterator[Page]:
        """Yield each page of findings."""
        reply = self._ask(LISTING, self._place)
        self._listing = reply.answer
        for page in reply.pages:
            ids = security_pages.finding_ids(page)
            self._ids += len(ids)
            self._missing += len(ids)
            for start in range(0, len(ids), AT_ONCE):
                found = self._ask(FINDINGS, self._place, {"findingIds": ids[start : start + AT_ONCE]})
                self._answers.append(found.answer)
                for one in found.pages:
                    self._missing -= security_pages.listed_findings(one)
                    yield one

    def status(self) -> str:
        """Return the status of the answer that says least; partial where an id gave no finding."""
        listing = [self._listing] if self._listing is not None else []
        return worst([*(one.status for one in (*listing, *self._answers)), "partial" if self._missing else "ok"])

    def told(self, count: int) -> Iterator[Fact]:
        """Yield how the list, and all that was asked for of it together, were answered."""
        if self._listing is not None:
            yield told(self._listing, "", self._ids)
        if self._answers:
            first = min(self._answers, key=lambda one: one.answered_at)
            status = worst([*(one.status for one in self._answers), "partial" if self._missing else "ok"])
            yield told(first, "", count, status=status)


class MacieCollector(AwsCollector):
    """Collects what Macie answers."""

    source = MacieSource()
