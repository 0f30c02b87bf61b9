"""What a collection would ask of services, told before anything is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from auditor.config import load_config
from auditor.shell.collect import asks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.collector import AskingCollector, PlannedCall

NANO = Decimal(10) ** 9


def dry_run(config_path: Path) -> Iterator[str]:
    """Yield the lines of a plan: each call of each source with how often it is made at least, permissions and price.

    Raises ``UsageError`` when the configuration is refused.
    """
    actions: set[str] = set()
    cost, known = 0, True
    for source in load_config(config_path).sources:
        if not asks(source):
            yield f"{source.name}: reads files, asks nothing"
            continue
        calls = cast("AskingCollector", source.collector).plan(source.options)
        yield f"{source.name}:"
        for call in calls:
            times = _times(call)
            known = known and times is not None
            cost += (times or 1) * call.price_nano_usd
            actions.update(call.actions)
            yield f"  {call.service} {call.call}: {_words(call, times)}{_price(call.price_nano_usd)}"
    yield f"permissions: {', '.join(sorted(actions)) or 'none'}"
    bound = "at least" if known else "at least, with one account and region of those that are asked for"
    yield f"cost: {bound} {cost / NANO:f} USD"


def _times(call: PlannedCall) -> int | None:
    return None if call.accounts is None or call.regions is None else call.accounts * call.regions


def _words(call: PlannedCall, times: int | None) -> str:
    accounts = "each account of the organization" if call.accounts is None else _counted(call.accounts, "account")
    regions = "each enabled region" if call.regions is None else _counted(call.regions, "region")
    said = f"{accounts} x {regions}"
    return said if times is None else f"{said}, at least {_counted(times, 'call')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _price(nano_usd: int) -> str:
    return f", {nano_usd / NANO:f} USD each" if nano_usd else ""
