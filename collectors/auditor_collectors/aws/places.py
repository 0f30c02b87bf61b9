"""Where a source is asked: in each region of each account, once an account, or once in the management account.

Rules kept here: accounts and regions that are not listed in ``auditor.toml`` are asked of AWS, never assumed; an
account whose regions nobody would name has no place here, and its refused call stands in the coverage; credentials
without a role are asked whose they are, and nothing of another account is read under a wrong name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.errors import CollectionError
from auditor_collectors.aws.identity import CALLER, LIST_ACCOUNTS, LIST_REGIONS
from auditor_collectors.aws.operation import Place
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor_collectors.aws.options import AwsOptions
    from auditor_collectors.aws.seam import Ask

ENABLED = ["ENABLED", "ENABLED_BY_DEFAULT"]


def places_of(options: AwsOptions, reach: str, ask: Ask) -> list[Place]:
    """Return the places at which a source of ``reach`` is asked, in order."""
    if reach == "organization":
        account = options.management_account or _only(options)
        _refuse_foreign(options, account, ask)
        return [Place(account, options.home_region)]
    return sorted(place for account in accounts_of(options, ask) for place in _in(options, account, reach, ask))


def accounts_of(options: AwsOptions, ask: Ask) -> list[str]:
    """Return the accounts that are asked, in order."""
    if not options.organization or options.management_account is None:
        return sorted(set(options.accounts))
    reply = ask(LIST_ACCOUNTS, Place(options.management_account, options.home_region))
    found = set()
    for where, one in entries(list(reply.pages), "Accounts"):
        if member(where, one, "Status", name) == "ACTIVE":
            found.add(member(where, one, "Id", name))
    return sorted(found)


def _in(options: AwsOptions, account: str, reach: str, ask: Ask) -> Iterator[Place]:
    _refuse_foreign(options, account, ask)
    if reach == "account":
        yield Place(account, options.home_region)
    elif options.regions == "enabled":
        reply = ask(LIST_REGIONS, Place(account, options.home_region), {"RegionOptStatusContains": ENABLED})
        for where, one in entries(list(reply.pages), "Regions"):
            yield Place(account, member(where, one, "RegionName", name))
    else:
        for region in options.regions:
            yield Place(account, region)


def _only(options: AwsOptions) -> str:
    if len(set(options.accounts)) == 1:
        return options.accounts[0]
    raise CollectionError(
        "this source is asked once, in the management account, and none is named",
        remedy="give `management_account` in auditor.toml",
    )


def _refuse_foreign(options: AwsOptions, account: str, ask: Ask) -> None:
    """Refuse credentials of another account, where no role of the account is assumed."""
    if options.role is not None:
        return
    reply = ask(CALLER, Place(account, options.home_region))
    for page in reply.pages:
        found = member(page.where, page.document, "Account", name)
        if found != account:
            raise CollectionError(
                f"the credentials are of account {found}, but account {account} is to be asked",
                remedy="use credentials of that account, or give `role` in auditor.toml",
            )
