"""The regions of each account: which are enabled, asked and never assumed.

Rules kept here: the account is asked (``account:ListRegions``); only where it does not answer, EC2 is
(``ec2:DescribeRegions`` with the disabled ones), and both answers are rows of ``source_answers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import region_pages
from auditor_collectors.aws.sources.stores import NoOptions
from auditor_collectors.aws.told import fact, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.aws.seam import Ask, Fact

LIST_REGIONS = Operation("account", "ListRegions", ("account:ListRegions",), reach="account")
DESCRIBE_REGIONS = Operation("ec2", "DescribeRegions", ("ec2:DescribeRegions",), reach="account")

EXAMPLE = """\
# Which regions each account has enabled: what no other source looked at there is then told from what is not there.
[sources.aws_regions]
kind = "aws_regions"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"
"""


class RegionsSource:
    """Asks each account for its regions."""

    operations: tuple[Operation, ...] = (LIST_REGIONS, DESCRIBE_REGIONS)
    options: type[BaseModel] = NoOptions
    reach = "account"
    example = EXAMPLE

    def facts(self, _options: Any, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the regions of the account."""
        found = yield from told(ask(LIST_REGIONS, place), "", region_pages.listed)
        if not found.known:
            request = {"AllRegions": True}
            found = yield from told(ask(DESCRIBE_REGIONS, place, request), "", region_pages.described)
        for region in found.records:
            yield fact(found.answer, "regions", name=region.name, opt_status=region.opt_status)


class RegionsCollector(AwsCollector):
    """Collects the regions of accounts."""

    source = RegionsSource()
