"""Pages that list the regions of an account, enabled or not, in the words of ``account:ListRegions``.

Sources: https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html and
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, name, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor_collectors.answers import Answer, Page

STATUS_OF = {"opt-in-not-required": "ENABLED_BY_DEFAULT", "opted-in": "ENABLED", "not-opted-in": "DISABLED"}


class Region(NamedTuple):
    """A region, and whether the account has it."""

    name: str
    opt_status: str


def listed(_answer: Answer, pages: Sequence[Page]) -> list[Region]:
    """Return what ListRegions gave."""
    return [
        Region(member(where, one, "RegionName", name), member(where, one, "RegionOptStatus", name))
        for where, one in entries(pages, "Regions")
    ]


def described(_answer: Answer, pages: Sequence[Page]) -> list[Region]:
    """Return what DescribeRegions gave, of a page that was asked for all regions."""
    status = one_of(*STATUS_OF)
    return [
        Region(member(where, one, "RegionName", name), STATUS_OF[member(where, one, "OptInStatus", status)])
        for where, one in entries(pages, "Regions")
    ]
