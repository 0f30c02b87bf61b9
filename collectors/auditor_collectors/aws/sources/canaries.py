"""Runs of CloudWatch Synthetics canaries, as results of health checks or as calls of a probe.

Rules kept here: a run has passed only where Synthetics says so; one that is still running, or of which no result is
stated, is unknown; a dry run is none. What a run met does not leave.
Source: https://docs.aws.amazon.com/AmazonSynthetics/latest/APIReference/API_CanaryRun.html
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import known_at, pages_of, told
from auditor_collectors.flag_documents import mapping
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, name
from auditor_collectors.probes import NAME
from auditor_collectors.values import not_after, optional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Page
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

HIDDEN = ("StateReason", "ArtifactS3Location")
DESCRIBE_LAST_RUN = Operation(
    "synthetics",
    "DescribeCanariesLastRun",
    ("synthetics:DescribeCanariesLastRun",),
    token=("NextToken", "NextToken"),
    per_second=5,
    hidden=HIDDEN,
)
GET_RUNS = Operation(
    "synthetics",
    "GetCanaryRuns",
    ("synthetics:GetCanaryRuns",),
    token=("NextToken", "NextToken"),
    per_second=5,
    absent_errors=("ResourceNotFoundException",),
    hidden=HIDDEN,
)
MOST = 100  # of a page
MICROSECOND = timedelta(microseconds=1)
HEALTH = {True: "healthy", False: "unhealthy", None: "unknown"}

EXAMPLE = """\
# Runs of canaries: of a component whose health they check, or of a service that they call.
[sources.aws_canaries]
kind = "aws_canaries"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]
components = { "support-health" = "router" }   # canary = component in health_checks
services = { "bedrock-converse" = "bedrock" }  # canary = service in probes
"""

CanaryName = Annotated[str, StringConstraints(pattern=r"^[0-9a-z_-]{1,255}$")]
Named = Annotated[str, StringConstraints(pattern=NAME)]


class CanariesOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_canaries"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    components: dict[CanaryName, Named] = Field(default_factory=dict)
    services: dict[CanaryName, Named] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.components and not self.services:
            raise ValueError("expected `components`, `services`, or both")
        return self


class CanariesSource:
    """Asks each region for the runs of the declared canaries."""

    operations: tuple[Operation, ...] = (DESCRIBE_LAST_RUN, GET_RUNS)
    options: type[BaseModel] = CanariesOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: CanariesOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield each run of the declared canaries that are there."""
        listing = ask(DESCRIBE_LAST_RUN, place)
        there = {member(where, one, "CanaryName", name) for where, one in entries(pages_of(listing), "CanariesLastRun")}
        yield told(listing.answer, "", len(there))
        for canary in sorted(there & (options.components.keys() | options.services.keys())):
            reply = ask(GET_RUNS, place, {"Name": canary, "MaxResults": MOST}, subject=canary)
            runs = list(_runs(pages_of(reply), known_at(context, reply.answer)))
            yield told(reply.answer, canary, len(runs))
            for run in runs:
                yield from _rows(canary, run, options, place)


class CanariesCollector(AwsCollector):
    """The source as a collector."""

    source = CanariesSource()


def _rows(canary: str, run: dict[str, Any], options: CanariesOptions, place: Place) -> Iterator[Fact]:
    measured = {"event_time": run["event_time"], "latency_us": run["latency_us"]}
    if canary in options.components:
        yield "health_checks", {**measured, "component": options.components[canary], "status": HEALTH[run["ok"]]}
    if canary in options.services:
        where = {"service": options.services[canary], "target": canary, "region": place.region}
        yield "probes", {**measured, **where, "ok": run["ok"]}


def _runs(pages: Sequence[Page], context: CollectContext) -> Iterator[dict[str, Any]]:
    when = partial(not_after, context=context)
    for where, document in entries(pages, "CanaryRuns"):
        if document.get("DryRunConfig"):
            continue
        status = member(where, document, "Status", mapping)
        times = member(where, document, "Timeline", mapping)
        started = member(where, times, "Started", when)
        completed = member(where, times, "Completed", optional(when))
        took = (completed - started) // MICROSECOND if completed and completed >= started else None
        yield {"event_time": started, "ok": _passed(where, status), "latency_us": took}


def _passed(where: str, status: dict[str, Any]) -> bool | None:
    """Return whether a run passed: its state and, where it is stated, its result must both say so."""
    said = {member(where, status, "State", name), member(where, status, "TestResult", optional(name)) or "PASSED"}
    if "FAILED" in said:
        return False
    return True if said == {"PASSED"} else None
