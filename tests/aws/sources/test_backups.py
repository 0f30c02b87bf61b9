"""AWS Backup: vaults and their locks, recovery points, copies, restores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor_collectors.aws.sources.backups import BackupsCollector
from aws.sources.asked import answers, calls, links, resources, rules, states
from aws.stubbed import ACCOUNT, COLLECTED_AT, HOME, Stubs, rows_of

COLLECTOR = BackupsCollector()
VAULT = f"arn:aws:backup:{HOME}:{ACCOUNT}:backup-vault:v"
FAR = f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:far"
TABLE = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/tab"
POINT = f"arn:aws:backup:{HOME}:{ACCOUNT}:recovery-point:1"
AT = datetime(2025, 1, 14, 3, tzinfo=UTC)
KEYS = {
    "ListBackupVaults": "BackupVaultList",
    "ListRecoveryPointsByBackupVault": "RecoveryPoints",
    "ListBackupJobs": "BackupJobs",
    "ListBackupPlans": "BackupPlansList",
    "ListCopyJobs": "CopyJobs",
    "ListRestoreJobs": "RestoreJobs",
}
STEPS = tuple(KEYS)
FAULTS = [
    ("AccessDeniedException", "denied"),
    ("ThrottlingException", "throttled"),
    ("OptInRequired", "unknown_region"),
]


@pytest.fixture(name="stubs")
def _stubs(monkeypatch):
    return Stubs(monkeypatch)


def vault(**more: Any) -> dict[str, Any]:
    return {"BackupVaultName": "v", "BackupVaultArn": VAULT, **more}


def point(**more: Any) -> dict[str, Any]:
    stated = {"BackupVaultName": "v", "ResourceArn": TABLE, "Status": "COMPLETED"}
    return stated | {"RecoveryPointArn": POINT, "CreationDate": AT, "CompletionDate": AT} | more


def listed(stubs: Stubs, plan: Any = None, **found: Any) -> None:
    for call in STEPS:
        response = found.get(call, [vault()] if call == STEPS[0] else [])
        if isinstance(response, str):
            stubs.refuse("backup", call, response)
        else:
            stubs.answer("backup", call, {KEYS[call]: response})
        if call == "ListBackupPlans" and plan is not None:
            stubs.answer("backup", "GetBackupPlan", {"BackupPlan": plan}, {"BackupPlanId": "p"})


def test_recovery_points_and_jobs_are_as_kept_answers_have_them_and_restores_beside(stubs, tmp_path):
    restore = {"Status": "COMPLETED", "CreationDate": AT, "CompletionDate": AT, "RecoveryPointArn": POINT}
    listed(
        stubs,
        ListRecoveryPointsByBackupVault=[point()],
        ListBackupJobs=[{"BackupVaultName": "v", "ResourceArn": TABLE, "State": "FAILED", "CreationDate": AT}],
        ListRestoreJobs=[restore, restore | {"SourceResourceArn": TABLE, "BackupVaultArn": VAULT, "Status": "FAILED"}],
    )
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    kept = [(row["kind"], row["resource"], row["vault"], row["status"]) for row in found["backups"]]
    assert sorted(kept) == [
        ("job", TABLE, "v", "FAILED"),
        ("recovery_point", TABLE, "v", "COMPLETED"),
        ("restore", POINT, "", "COMPLETED"),
        ("restore", TABLE, "v", "FAILED"),
    ]
    assert answers(found)["ListRecoveryPointsByBackupVault", "v"] == "ok"
    at = {row["answered_at"] for row in found["backups"]}
    assert at <= {row["answered_at"] for row in found["source_answers"]}


@pytest.mark.parametrize(("more", "last"), [([], 365), ([point()], None)])
def test_how_long_recovery_points_stay_is_a_rule_for_each_number_of_days_and_one_of_all(stubs, tmp_path, more, last):
    points = [point(Lifecycle={"DeleteAfterDays": days}) for days in (35, 365, 35)]
    listed(stubs, ListRecoveryPointsByBackupVault=[*points, *more])
    assert rules(rows_of(COLLECTOR, {}, tmp_path, stubs)) == {
        (VAULT, "backup", "", last),
        (VAULT, "backup", "after 35 days", 35),
        (VAULT, "backup", "after 365 days", 365),
    }


def test_recovery_points_that_were_not_all_listed_and_vaults_without_any_bound_nothing(stubs, tmp_path):
    stubs.answer("backup", "ListBackupVaults", {"BackupVaultList": [vault(), vault(BackupVaultName="w")]})
    some = [point(Lifecycle={"DeleteAfterDays": 35})]
    stubs.answer("backup", "ListRecoveryPointsByBackupVault", {"RecoveryPoints": some, "NextToken": "n"})
    stubs.refuse("backup", "ListRecoveryPointsByBackupVault", "AccessDeniedException")
    stubs.answer("backup", "ListRecoveryPointsByBackupVault", {"RecoveryPoints": []})
    for call in STEPS[2:]:
        stubs.answer("backup", call, {KEYS[call]: []})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert rules(found) == set()
    assert [row["vault"] for row in found["backups"]] == ["v"]
    assert answers(found)["ListRecoveryPointsByBackupVault", "v"] == "partial"


@pytest.mark.parametrize(
    ("lock", "days"),
    [
        ({}, None),
        ({"Locked": False}, 0),
        ({"Locked": True, "MinRetentionDays": 30}, 0),
        ({"Locked": True, "MinRetentionDays": 30, "LockDate": datetime(2025, 1, 14, 11, tzinfo=UTC)}, 30),
        ({"Locked": True, "MinRetentionDays": 30, "LockDate": COLLECTED_AT}, 30),
        ({"Locked": True, "MinRetentionDays": 30, "LockDate": datetime(2025, 1, 14, 12, 0, 1, tzinfo=UTC)}, 0),
        ({"Locked": True, "LockDate": datetime(2025, 1, 14, 11, tzinfo=UTC)}, 0),
    ],
)
def test_a_vault_protects_only_once_its_lock_cannot_be_lifted(stubs, tmp_path, lock, days):
    listed(stubs, ListBackupVaults=[vault(**lock)])
    assert states(rows_of(COLLECTOR, {}, tmp_path, stubs), VAULT).get("lock_days") == days


def test_copies_are_followed_by_plans_and_by_what_was_done(stubs, tmp_path):
    rule = {"RuleName": "r", "TargetBackupVaultName": "v", "CopyActions": [{"DestinationBackupVaultArn": FAR}]}
    job = {"ResourceArn": TABLE, "DestinationBackupVaultArn": FAR, "State": "RUNNING"}
    failed = job | {"State": "FAILED", "ResourceArn": f"{TABLE}2"}
    plan = {"BackupPlanName": "n", "Rules": [rule, {"RuleName": "s", "TargetBackupVaultName": "v"}]}
    listed(stubs, plan, ListBackupPlans=[{"BackupPlanId": "p"}], ListCopyJobs=[job, failed, job])
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert links(found) == {
        (VAULT, "backup_copy", FAR, ACCOUNT, "us-east-1", True),
        (TABLE, "backup_copy", FAR, ACCOUNT, "us-east-1", True),
    }
    assert len(found["resource_links"]) == 2


def test_a_vault_tells_its_class_and_key(stubs, tmp_path):
    key = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/k"
    stubs.answer("backup", "ListBackupVaults", {"BackupVaultList": [vault(EncryptionKeyArn=key)]})
    stubs.answer("backup", "ListTags", {"Tags": {"A": "b"}, "NextToken": "n"}, {"ResourceArn": VAULT})
    stubs.answer("backup", "ListTags", {"Tags": {"Class": "personal"}}, {"ResourceArn": VAULT, "NextToken": "n"})
    metadata = {"KeyId": "k", "Arn": key, "KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "KeyState": "Enabled"}
    stubs.answer("kms", "DescribeKey", {"KeyMetadata": metadata})
    for call in STEPS[1:]:
        stubs.answer("backup", call, {KEYS[call]: []})
    found = rows_of(COLLECTOR, {"data_class_tag": "Class"}, tmp_path, stubs)
    assert resources(found) == {VAULT: ("backup", "AWS::Backup::BackupVault", HOME, "personal")}
    assert states(found, VAULT) == {"encrypted": True, "key_arn": key, "key_manager": "customer"}


@pytest.mark.parametrize("call", STEPS)
@pytest.mark.parametrize(("code", "status"), FAULTS)
def test_a_call_that_is_refused_is_told_from_an_empty_answer(stubs, tmp_path, monkeypatch, call, code, status):
    monkeypatch.setattr("auditor_collectors.aws.live.ROUNDS", 1)
    if call == STEPS[0]:
        stubs.refuse("backup", call, code)
        for other in STEPS[2:]:
            stubs.answer("backup", other, {KEYS[other]: []})
    else:
        listed(stubs, **{call: code})
    found = rows_of(COLLECTOR, {}, tmp_path, stubs)
    assert calls(found)[HOME, call] == status
    assert [one for one, how in answers(found).items() if how != "ok"] == [(call, "v" if call == STEPS[1] else "")]
