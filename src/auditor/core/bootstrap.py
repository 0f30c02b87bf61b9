"""A confidence interval of a ratio of two throughputs, by resampling blocks of minutes: deterministic and exact.

Minutes that follow each other are alike, so single minutes may not be drawn: blocks of consecutive minutes are, with
replacement, wrapped at the end so that each minute is drawn as often (H. R. Kuensch, Annals of Statistics 17 (1989)
1217; D. N. Politis and J. P. Romano, "The stationary bootstrap", JASA 89 (1994) 1303). The interval is the percentile
interval.

Rules kept here: draws are SHA-256 of a counter, the same on every machine and for every series of a length, so that a
lower series can never read better; integers and ratios of integers only, no float.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

RESAMPLES = 1999
TAIL = 50  # of RESAMPLES + 1 equally likely places: 0.025 on either side
DRAW_BYTES = 8
SPACE = 1 << 8 * DRAW_BYTES

Reading = Literal["pass", "fail", "undecided"]
Minute = tuple[int, int]  # completed, offered


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided 95 % interval."""

    lower: Fraction
    upper: Fraction


def throughput_reading(
    current: Sequence[Minute], baseline: Sequence[Minute], margin_percent: int, block_minutes: int
) -> Reading:
    """Decide whether completed over offered is at most ``margin_percent`` lower in ``current`` than in ``baseline``.

    Args:
        current: (completed, offered) counts of each minute, in order of time.
        baseline: the same before the change.
        margin_percent: how much lower is still good.
        block_minutes: length of the blocks that are drawn.

    Returns:
        ``pass`` when the whole interval of the ratio is at or over 1 - margin, ``fail`` when it is below, else
        ``undecided``; also when there is nothing to compare, or no two blocks.

    Raises:
        ValueError: counts or parameters that cannot be.
    """
    if not 0 <= margin_percent < 100 or block_minutes < 1:  # noqa: PLR2004 - percent
        raise ValueError(f"no reading with {margin_percent=} {block_minutes=}")
    found = _bounds(current, baseline, block_minutes)
    limit = Fraction(100 - margin_percent, 100)
    if found is None or found.lower < limit <= found.upper:  # else no resample can be on the other side
        found = ratio_interval(current, baseline, block_minutes)
    if found is None:
        return "undecided"
    if found.lower >= limit:
        return "pass"
    return "fail" if found.upper < limit else "undecided"


def bounded_reading(
    worst: Sequence[Minute], best: Sequence[Minute], baseline: Sequence[Minute], margin_percent: int, block_minutes: int
) -> Reading:
    """Return what ``throughput_reading`` says of the current series wherever the truth lies between worst and best."""
    if throughput_reading(worst, baseline, margin_percent, block_minutes) == "pass":
        return "pass"
    if throughput_reading(best, baseline, margin_percent, block_minutes) == "fail":
        return "fail"
    return "undecided"


def ratio_interval(current: Sequence[Minute], baseline: Sequence[Minute], block_minutes: int) -> Interval | None:
    """Return the interval of (completed / offered) of ``current`` over that of ``baseline``, or None without one.

    None: a series shorter than two blocks, or a resample without a completed request in the baseline or without an
    offered one anywhere.
    """
    _refuse_impossible(current, baseline)
    if min(len(current), len(baseline)) < 2 * block_minutes:
        return None
    ours, theirs = (
        _resampled(series, block_minutes, label) for series, label in ((current, b"current"), (baseline, b"baseline"))
    )
    ratios = []
    for (completed, offered), (completed_then, offered_then) in zip(ours, theirs, strict=True):
        if offered == 0 or completed_then == 0:
            return None
        ratios.append((completed * offered_then, offered * completed_then))
    # Two ratios differ by at least 1 / (the product of their denominators): scaled by more, integers order them.
    scale = 2 * max(below for _, below in ratios).bit_length()
    ratios.sort(key=lambda ratio: (ratio[0] << scale) // ratio[1])
    return Interval(Fraction(*ratios[TAIL - 1]), Fraction(*ratios[-TAIL]))


def _bounds(current: Sequence[Minute], baseline: Sequence[Minute], block_minutes: int) -> Interval | None:
    """Return bounds that every resample's ratio keeps, at the cost of no draw; None when they cannot be known so.

    The ratio of two sums lies between the least and the greatest ratio of their parts (the mediant inequality).
    """
    _refuse_impossible(current, baseline)
    if min(len(current), len(baseline)) < 2 * block_minutes:
        return None
    ours, theirs = (
        list(zip(*(_block_sums([minute[part] for minute in series], block_minutes) for part in (0, 1)), strict=True))
        for series in (current, baseline)
    )
    if any(offered == 0 for _, offered in ours) or any(completed == 0 for completed, _ in theirs):
        return None
    now, then = ([Fraction(*sums) for sums in series] for series in (ours, theirs))
    return Interval(min(now) / max(then), max(now) / min(then))


def _refuse_impossible(*series: Sequence[Minute]) -> None:
    if any(not 0 <= completed <= offered for one in series for completed, offered in one):
        raise ValueError("a minute with other than 0 <= completed <= offered")


def _resampled(series: Sequence[Minute], block_minutes: int, label: bytes) -> list[Minute]:
    """Return the (completed, offered) sums of each resample: as many blocks as cover the series."""
    length = len(series)
    blocks = -(-length // block_minutes)
    completed, offered = (_block_sums([minute[part] for minute in series], block_minutes) for part in (0, 1))
    sums = []
    for resample in range(RESAMPLES):
        starts = [_draw(label, resample, block, length) for block in range(blocks)]
        sums.append((sum(completed[start] for start in starts), sum(offered[start] for start in starts)))
    return sums


def _block_sums(values: Sequence[int], block_minutes: int) -> list[int]:
    """Return the sum of the block that starts at each minute; after the last minute comes the first."""
    running = list(accumulate([*values, *values[: block_minutes - 1]], initial=0))
    return [running[start + block_minutes] - running[start] for start in range(len(values))]


def _draw(label: bytes, resample: int, block: int, below: int) -> int:
    """Return a number from 0 up to ``below``: one that would favour the small ones is drawn again."""
    attempt = 0
    while True:
        text = b"%s/%d/%d/%d" % (label, resample, block, attempt)
        number = int.from_bytes(hashlib.sha256(text).digest()[:DRAW_BYTES], "big")
        if number < SPACE - SPACE % below:
            return number % below
        attempt += 1
