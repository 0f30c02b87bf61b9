"""The assured reading of a row, as its control's METADATA declares it: which columns go into which test.

Rules kept here: a column that is null, or not there, gives no reading; counts that cannot be are the control author's
error and name control, resource and columns; what a query gives as the text of an integer is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.core.bootstrap import bounded_reading
from auditor.core.rank_test import Ranks, rank_reading
from auditor.core.spending import level
from auditor.core.statistics import ALPHA, assured_reading
from auditor.core.trend import trend_reading
from auditor.errors import ControlError

if TYPE_CHECKING:
    from auditor.adapters.policies.metadata import Binomial, Bootstrap, ControlMetadata, RankTest, Trend


def assured(metadata: ControlMetadata, parameters: dict[str, Any], row: dict[str, Any]) -> str | None:
    """Return ``pass``, ``fail`` or ``undecided``, or None when the control has no reading or a count is unknown.

    Raises:
        ControlError: counts or looks that cannot be.
    """
    try:
        if metadata.binomial:
            return _counted(metadata.binomial, parameters, row)
        if metadata.bootstrap:
            return _compared(metadata.bootstrap, parameters, row)
        if metadata.rank_test:
            return _ranked(metadata.rank_test, parameters, row)
        return _rising(metadata.trend, parameters, row) if metadata.trend else None
    except ValueError as error:
        spec = metadata.binomial or metadata.bootstrap or metadata.rank_test or metadata.trend
        columns = ", ".join(sorted(str(one) for one in spec.model_dump(exclude_none=True).values())) if spec else ""
        raise ControlError(
            f"control {metadata.id}, {row.get('resource')}: {error}",
            remedy=f"correct the query's {columns}, or the line's looks",
        ) from error


def _looks(parameters: dict[str, Any]) -> tuple[int, int, str]:
    return int(parameters.get("looks", 1)), int(parameters.get("look", 1)), str(parameters.get("spending", "equal"))


def _counted(spec: Binomial, parameters: dict[str, Any], row: dict[str, Any]) -> str | None:
    share = spec.share_of(parameters)
    numbers = [row.get(name) for name in (spec.events, spec.trials, spec.unknown)]
    if share is None or not all(isinstance(number, int) for number in numbers):
        return None
    events, trials, unknown = (int(number) for number in numbers if number is not None)
    return assured_reading(events, trials, unknown, share, *_looks(parameters))


def _compared(spec: Bootstrap, parameters: dict[str, Any], row: dict[str, Any]) -> str | None:
    """Return the reading that holds whatever is unknown, or None without two series."""
    settings = spec.settings_of(parameters)
    worst, best, baseline = (row.get(name) for name in (spec.current, spec.current_best, spec.baseline))
    if settings is None or not (isinstance(worst, list) and isinstance(best, list) and isinstance(baseline, list)):
        return None
    return bounded_reading(worst, best, baseline, *settings)


def _ranked(spec: RankTest, parameters: dict[str, Any], row: dict[str, Any]) -> str | None:
    columns = [row.get(name) for name in (spec.first, spec.second, spec.wins, spec.ties)]
    if any(column is None for column in columns):
        return None
    first, second, wins, ties = (int(str(column)) for column in columns)
    groups = row.get(spec.groups)
    pairs = None if groups is None else tuple((int(ours), int(theirs)) for ours, theirs in groups)
    return rank_reading(Ranks(first, second, wins, ties, pairs), level(ALPHA, *_looks(parameters)))


def _rising(spec: Trend, parameters: dict[str, Any], row: dict[str, Any]) -> str | None:
    periods = row.get(spec.periods)
    if not isinstance(periods, list) or any(None in period for period in periods):
        return None
    return trend_reading([tuple(period) for period in periods], level(ALPHA, *_looks(parameters)))
