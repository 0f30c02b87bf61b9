"""Calls that a source made and that were not answered in full, by how they ended; and facts that nobody collected."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "call_denied": "{observed} was denied",
    "call_disabled": "{observed} says that the service is not switched on",
    "call_expired": "the credentials ended before {observed} was answered",
    "call_failed": "{observed} failed",
    "call_partial": "{observed} was not answered in full",
    "call_throttled": "{observed} was refused for its rate, however often it was tried",
    "tables_lacking": "the bundle is of an earlier day and holds no table {observed}",
    "region_unknown": "{observed} was asked in a region that is not one, or is not enabled",
}
