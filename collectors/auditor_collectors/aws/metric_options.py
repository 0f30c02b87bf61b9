"""What a source of metrics asks for: the metrics, their statistics, and the window.

Rules kept here: over a window only what can be added up is asked by the minute (sums, counts, and how many values lie
under a limit), and a percentile only in one period that spans it, for percentiles of parts have no percentile of the
whole; a window ends five minutes before the collection, for later periods are still filling; a period finer than
CloudWatch keeps for data of that age is refused, for its answer would be empty.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from auditor.errors import CollectionError
from auditor_collectors.aws.names import Name  # noqa: TC001 - pydantic reads it
from auditor_collectors.metric_requests import finest_period, subject_of

SETTLED = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BOUND = r"[0-9]{1,12}(\.[0-9]{1,6})?"

Additive = Annotated[str, Field(pattern=rf"^(Sum|SampleCount|(PR|TC)\(({_BOUND})?:{_BOUND}\))$")]
Percentile = Annotated[str, Field(pattern=r"^p[0-9]{1,2}(\.[0-9]{1,10})?$")]


class Statistics(BaseModel):
    """Which statistics are asked: ``statistics`` in each period, ``over_window`` in one that spans the window."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    namespace: Name
    metric: Name
    statistics: list[Additive] = Field(default_factory=list)
    over_window: list[Percentile] = Field(default_factory=list)
    period_seconds: Annotated[int, Field(ge=60, multiple_of=60, le=86400)] = 60

    @model_validator(mode="after")
    def _something_once(self) -> Self:
        asked = [*self.statistics, *self.over_window]
        if not asked:
            raise ValueError("expected `statistics`, `over_window`, or both")
        if len(set(asked)) < len(asked):
            raise ValueError("names a statistic twice")
        return self


class Metric(Statistics):
    """One metric."""

    dimensions: dict[Name, Name] = Field(default_factory=dict)

    def subject(self) -> str:
        """Return its name as a subject."""
        sorted_dimensions = ",".join(sorted(f"{name}={value}" for name, value in self.dimensions.items()))
        return subject_of(self.namespace, self.metric, sorted_dimensions)


class MetricsOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_metrics"``; ``search``: a metric, in whatever dimensions it has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metrics: list[Metric] = Field(default_factory=list)
    search: list[Statistics] = Field(default_factory=list)
    last_seconds: Annotated[int, Field(gt=0, multiple_of=60)] | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_window_of_distinct_metrics(self) -> Self:
        if not self.metrics and not self.search:
            raise ValueError("expected `metrics`, `search`, or both")
        if (self.last_seconds is None) == (self.start is None):
            raise ValueError("expected either `last_seconds`, or `start` and perhaps `end`")
        if self.end is not None and (self.start is None or self.end <= self.start):
            raise ValueError("`end` comes after a `start`")
        subjects = [one.subject() for one in self.metrics]
        twice = next((one for one in subjects if subjects.count(one) > 1), None)
        if twice:
            raise ValueError(f"{twice} is there twice, expected once with all its statistics")
        return self

    def window(self, period_seconds: int, collected_at: datetime, source: str) -> tuple[datetime, datetime]:
        """Return the window in whole periods of ``period_seconds``. Raises ``CollectionError`` where none is kept."""
        latest = collected_at.astimezone(UTC) - SETTLED
        end = min(self.end.astimezone(UTC), latest) if self.end else latest
        end -= (end - EPOCH) % timedelta(seconds=period_seconds)
        start = self.start.astimezone(UTC) if self.start else end - timedelta(seconds=self.last_seconds or 0)
        start -= (start - EPOCH) % timedelta(seconds=period_seconds)
        if start >= end:
            raise CollectionError(
                f"source {source!r}: its window has no whole period of {period_seconds} s before {end.isoformat()}",
                remedy="let the window begin earlier, or collect later: the last five minutes are still filling",
            )
        finest = finest_period(start, collected_at)
        if finest is None:
            raise CollectionError(
                f"source {source!r}: its window begins at {start.isoformat()}, expected at most 455 days ago",
                remedy="let the window begin later: CloudWatch keeps nothing that is older",
            )
        if period_seconds % finest:
            raise CollectionError(
                f"source {source!r}: a period of {period_seconds} s from {start.isoformat()} on, "
                f"expected a multiple of {finest} s: CloudWatch keeps no finer ones for so long",
                remedy=f"set period_seconds = {finest}, or let the window begin later",
            )
        return start, end
