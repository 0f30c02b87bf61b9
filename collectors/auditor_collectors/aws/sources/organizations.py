"""Service control policies of an organization that bound the regions in which its accounts may be called.

Rules kept here: every policy is read, by whatever name; a row is of a policy and one thing that it is attached to, so a
policy that nothing has is none; all rows are as old as the listing, so that the policies of a target stand together.
The management account is bound by no policy. Asked once, in the management account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import policy_pages
from auditor_collectors.aws.sources.stores import NoOptions
from auditor_collectors.aws.told import fact, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.aws.seam import Ask, Fact


def _organizations(name: str, *absent: str) -> Operation:
    return Operation(
        "organizations",
        name,
        (f"organizations:{name}",),
        reach="organization",
        per_second=1,
        disabled_errors=("AWSOrganizationsNotInUseException",),
        absent_errors=absent,
        hidden=("Description", "Email"),
    )


POLICIES = _organizations("ListPolicies")
POLICY = _organizations("DescribePolicy", "PolicyNotFoundException")
TARGETS = _organizations("ListTargetsForPolicy", "PolicyNotFoundException")

EXAMPLE = """\
# Service control policies that deny calls outside of listed regions, and what they are attached to.
[sources.aws_organization]
kind = "aws_organization"
accounts = ["111122223333"]
management_account = "111122223333"
regions = ["eu-central-1"]
home_region = "eu-central-1"
role = "auditor-readonly"
"""


class OrganizationSource:
    """Asks the management account for its policies."""

    operations: tuple[Operation, ...] = (POLICIES, POLICY, TARGETS)
    options: type[BaseModel] = NoOptions
    reach = "organization"
    example = EXAMPLE

    def facts(self, _options: Any, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield what each policy that bounds regions leaves open, for each of its targets."""
        listed = yield from told(ask(POLICIES, place, {"Filter": "SERVICE_CONTROL_POLICY"}), "", policy_pages.policies)
        for policy in listed.records:
            reply = ask(POLICY, place, {"PolicyId": policy}, subject=policy)
            bound = yield from told(reply, policy, policy_pages.bounds)
            if bound.first is None:
                continue
            reply = ask(TARGETS, place, {"PolicyId": policy}, subject=policy)
            attached = yield from told(reply, policy, policy_pages.targets)
            row = bound.first._asdict() | {"allowed": ",".join(bound.first.allowed)}
            for target in attached.records:
                yield fact(listed.answer, "region_policies", policy=policy, target=target, **row)


class OrganizationCollector(AwsCollector):
    """Collects the policies of an organization."""

    source = OrganizationSource()
