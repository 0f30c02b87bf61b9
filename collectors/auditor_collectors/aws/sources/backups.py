"""AWS Backup: vaults and their locks, recovery points, jobs, copies into other vaults, and restores.

Rules kept here: a vault is a row where it lies; what is copied elsewhere is a link, by the plans that say so and by the
jobs that did it (which AWS keeps for 30 days); a vault's recovery points are asked by its name, which is the
subject of that answer. How long recovery points stay is a rule of their vault for each number of days, and one of all
of them, which says never where one of them stays for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors import state_pages
from auditor_collectors.aws import arns
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation, Place
from auditor_collectors.aws.sources import backup_pages
from auditor_collectors.aws.sources.key_users import DESCRIBE_KEY, Keys
from auditor_collectors.aws.sources.stores import (
    StoreOptions,
    key_link,
    link,
    protection,
    resource,
    retention,
    tag_map_reader,
)
from auditor_collectors.aws.told import fact, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Answer, Page
    from auditor_collectors.aws.seam import Ask, Fact


def _backup(name: str, *absent: str, token: tuple[str, str] | None = None) -> Operation:
    hidden = ("StatusMessage", "ValidationStatusMessage", "DeletionStatusMessage", "CreatorRequestId")
    return Operation(
        "backup", name, (f"backup:{name}",), per_second=5, token=token, absent_errors=absent, hidden=hidden
    )


GONE = "ResourceNotFoundException"
VAULTS = _backup("ListBackupVaults")
POINTS = _backup("ListRecoveryPointsByBackupVault", GONE)
JOBS = _backup("ListBackupJobs")
COPIES = _backup("ListCopyJobs")
RESTORES = _backup("ListRestoreJobs")
PLANS = _backup("ListBackupPlans")
PLAN = _backup("GetBackupPlan", GONE)
TAGS = _backup("ListTags", GONE, token=("NextToken", "NextToken"))

EXAMPLE = """\
# Vaults and their locks, recovery points, backup jobs, copies into other vaults, restores.
[sources.aws_backups]
kind = "aws_backups"
accounts = ["111122223333"]
regions = "enabled"
home_region = "eu-central-1"
role = "auditor-readonly"
data_class_tag = "DataClass"             # key of the tag that says what class of data is in a vault
"""

Point = tuple[dict[str, Any], "int | None"]


def _points(answer: Answer, pages: Sequence[Page]) -> list[Point]:
    """Return the row of each recovery point, with the days after which it is deleted."""
    rows = state_pages.recovery_points(answer, pages, answer.status, {}).rows.get("backups", [])
    return list(zip(rows, backup_pages.lifecycles(answer, pages), strict=True))


def _jobs(answer: Answer, pages: Sequence[Page]) -> list[dict[str, Any]]:
    return state_pages.backup_jobs(answer, pages, answer.status, {}).rows.get("backups", [])


class BackupsSource:
    """Asks each region for its vaults, what is in them, and what was done."""

    operations: tuple[Operation, ...] = (VAULTS, POINTS, JOBS, COPIES, RESTORES, PLANS, PLAN, TAGS, DESCRIBE_KEY)
    options: type[BaseModel] = StoreOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: StoreOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield the backups of a region."""
        listed = yield from told(ask(VAULTS, place), "", backup_pages.vaults)
        keys = Keys(ask)
        for vault in listed.records:
            yield from _vault(listed.answer, vault, ask, place, options.data_class_tag, keys)
        jobs = yield from told(ask(JOBS, place), "", _jobs)
        for row in jobs.records:
            yield fact(jobs.answer, "backups", **row)
        yield from _copies(ask, place)
        restores = yield from told(ask(RESTORES, place), "", backup_pages.restores)
        for one in restores.records:
            yield fact(restores.answer, "backups", kind="restore", **one._asdict())


def _vault(
    answer: Answer, vault: backup_pages.Vault, ask: Ask, place: Place, tag: str | None, keys: Keys
) -> Iterator[Fact]:
    """Yield a vault and what is in it."""
    data_class = None
    if tag:
        reply = ask(TAGS, place, {"ResourceArn": vault.arn}, subject=vault.arn)
        data_class = dict((yield from told(reply, vault.arn, tag_map_reader("Tags"))).records).get(tag)
    yield resource(answer, vault.arn, "AWS::Backup::BackupVault", "backup", place, data_class)
    states: dict[str, Any] = {"encrypted": True, "key_manager": "aws_owned"} if vault.owned_key else {}
    if vault.key is not None and not vault.owned_key:
        used = yield from keys.of(vault.key, place)
        yield key_link(answer, vault.arn, used, place)
        states = {"encrypted": True, "key_arn": used.arn, "key_manager": used.manager}
    yield protection(answer, vault.arn, **states, lock_days=vault.lock_days)
    reply = ask(POINTS, place, {"BackupVaultName": vault.name}, subject=vault.name)
    points = yield from told(reply, vault.name, _points)
    for row, _ in points.records:
        yield fact(points.answer, "backups", **row)
    if points.known and points.records:
        yield from _kept(points.answer, vault.arn, {days for _, days in points.records}, data_class)


def _kept(answer: Answer, vault: str, after: set[int | None], data_class: str | None) -> Iterator[Fact]:
    """Yield how long a vault keeps its recovery points: each number of days, and the one after which none is left."""
    days = sorted(one for one in after if one is not None)
    last = None if None in after else days[-1]
    yield retention(answer, vault, "backup", last, data_class=data_class)
    for one in days:
        yield retention(answer, vault, "backup", one, rule=f"after {one} days", data_class=data_class)


def _copies(ask: Ask, place: Place) -> Iterator[Fact]:
    """Yield where backups are copied to: by the plans, and by what was done."""
    plans = yield from told(ask(PLANS, place), "", backup_pages.plans)
    for plan in plans.records:
        reply = ask(PLAN, place, {"BackupPlanId": plan}, subject=plan)
        planned = yield from told(reply, plan, backup_pages.planned_copies)
        for one in sorted(set(planned.records)):
            vault = arns.local("backup", place, f"backup-vault:{one.resource}")
            yield link(planned.answer, vault, "backup_copy", one.vault)
    done = yield from told(ask(COPIES, place), "", backup_pages.copies)
    for one in sorted(set(done.records)):
        yield link(done.answer, one.resource, "backup_copy", one.vault)


class BackupsCollector(AwsCollector):
    """Collects what AWS Backup keeps."""

    source = BackupsSource()
