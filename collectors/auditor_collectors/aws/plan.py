"""What a source would ask, told before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.collector import PlannedCall
from auditor_collectors.aws.identity import ASSUME_ROLE, CALLER, LIST_ACCOUNTS, LIST_REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor_collectors.aws.operation import Operation
    from auditor_collectors.aws.options import AwsOptions


def planned(options: AwsOptions, reach: str, operations: Iterable[Operation]) -> list[PlannedCall]:
    """Return the calls of a source of ``reach``; the places of a call are those at which the source is asked."""
    accounts = None if options.organization else len(set(options.accounts))
    regions = None if options.regions == "enabled" else len(set(options.regions))
    found = [_call(one, 1 if reach == "organization" else accounts, 1) for one in _identity(options, reach)]
    for one in operations:
        once = "organization" in {reach, one.reach}
        everywhere = reach == "region" and one.reach == "region"
        found.append(_call(one, 1 if once else accounts, regions if everywhere else 1))
    return found


def _identity(options: AwsOptions, reach: str) -> Iterator[Operation]:
    yield ASSUME_ROLE if options.role is not None else CALLER
    if options.organization and reach != "organization":
        yield LIST_ACCOUNTS
    if options.regions == "enabled" and reach == "region":
        yield LIST_REGIONS


def _call(operation: Operation, accounts: int | None, regions: int | None) -> PlannedCall:
    return PlannedCall(
        operation.service,
        operation.name,
        operation.actions,
        operation.resources,
        1 if operation is LIST_ACCOUNTS else accounts,
        regions,
        operation.price_nano_usd,
    )
