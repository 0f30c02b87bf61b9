"""Pages of AWS Backup: vaults, how long their recovery points stay, copies and restores.

Rules kept here: a vault that is locked can still be unlocked until its lock date, so it protects from then on; a
recovery point without a lifecycle of deletion stays for ever; a copy or a restore that failed or was not begun left
nothing anywhere, one that is in progress does.
Source: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from auditor_collectors.aws.sources.members import an_object, within
from auditor_collectors.jsonlines import member
from auditor_collectors.page_members import entries, moment, name
from auditor_collectors.values import boolean, count, optional

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from auditor_collectors.answers import Answer, Page

OWNED = "AWS_OWNED_KMS_KEY"


class Vault(NamedTuple):
    """A vault; ``lock_days`` are those for which nobody can delete from it, None where that is not stated."""

    name: str
    arn: str
    key: str | None
    owned_key: bool
    lock_days: int | None


class Copy(NamedTuple):
    """A copy of what was made of ``resource`` (or of a vault of that name) into another vault."""

    resource: str
    vault: str


class Restore(NamedTuple):
    """A restore of a recovery point; ``resource`` is what it had been made of, where that is stated."""

    resource: str
    vault: str
    status: str
    created_at: datetime
    completed_at: datetime | None


def vaults(answer: Answer, pages: Sequence[Page]) -> list[Vault]:
    """Return the vaults of a region."""
    found = []
    for where, one in entries(pages, "BackupVaultList"):
        locked = member(where, one, "Locked", optional(boolean))
        date = member(where, one, "LockDate", optional(moment))
        days = member(where, one, "MinRetentionDays", optional(count)) or 0
        sure = bool(locked) and date is not None and date <= answer.answered_at
        found.append(
            Vault(
                member(where, one, "BackupVaultName", name),
                member(where, one, "BackupVaultArn", name),
                member(where, one, "EncryptionKeyArn", optional(name)),
                member(where, one, "EncryptionKeyType", optional(name)) == OWNED,
                None if locked is None else days * sure,
            )
        )
    return found


def lifecycles(_answer: Answer, pages: Sequence[Page]) -> list[int | None]:
    """Return the days after which each recovery point is deleted."""
    found = []
    for where, one in entries(pages, "RecoveryPoints"):
        lifecycle = member(where, one, "Lifecycle", optional(an_object)) or {}
        found.append(member(where, lifecycle, "DeleteAfterDays", optional(count)))
    return found


def copies(_answer: Answer, pages: Sequence[Page]) -> list[Copy]:
    """Return the copies that were made or are being made."""
    return [
        Copy(member(where, one, "ResourceArn", name), member(where, one, "DestinationBackupVaultArn", name))
        for where, one in entries(pages, "CopyJobs")
        if member(where, one, "State", name) != "FAILED"
    ]


def restores(_answer: Answer, pages: Sequence[Page]) -> list[Restore]:
    """Return the restores that a region did or tries."""
    return [
        Restore(
            member(where, one, "SourceResourceArn", optional(name)) or member(where, one, "RecoveryPointArn", name),
            (member(where, one, "BackupVaultArn", optional(name)) or "").rpartition(":")[2],
            member(where, one, "Status", name),
            member(where, one, "CreationDate", moment),
            member(where, one, "CompletionDate", optional(moment)),
        )
        for where, one in entries(pages, "RestoreJobs")
    ]


def plans(_answer: Answer, pages: Sequence[Page]) -> list[str]:
    """Return the ids of the plans of a region."""
    return [member(where, one, "BackupPlanId", name) for where, one in entries(pages, "BackupPlansList")]


def planned_copies(_answer: Answer, pages: Sequence[Page]) -> list[Copy]:
    """Return from which vault (its name) to which a plan copies what it backs up."""
    found: list[Copy] = []
    for page in pages:
        plan = member(page.where, page.document, "BackupPlan", an_object)
        for where, rule in within(page.where, plan, "Rules"):
            vault = member(where, rule, "TargetBackupVaultName", name)
            copied = within(where, rule, "CopyActions")
            found += [Copy(vault, member(at, one, "DestinationBackupVaultArn", name)) for at, one in copied]
    return found
