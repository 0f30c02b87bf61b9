"""An account with something in every place that a source of residency looks at, on the loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws.loopback import Cloud
from aws.stubbed import ACCOUNT, HOME

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws.loopback import Asked

OTHER, FAR = "444455556666", "us-east-1"
KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/mrk-1"
DATABASE = f"arn:aws:rds:{HOME}:{ACCOUNT}:db:one"
CLUSTER = f"arn:aws:rds:{HOME}:{ACCOUNT}:cluster:c"
SNAPSHOT = f"arn:aws:rds:{HOME}:{ACCOUNT}:snapshot:m"
OF_CLUSTER = f"arn:aws:rds:{HOME}:{ACCOUNT}:cluster-snapshot:m"
TABLE = f"arn:aws:dynamodb:{HOME}:{ACCOUNT}:table/tab"
VAULT = f"arn:aws:backup:{HOME}:{ACCOUNT}:backup-vault:v"
GROUP = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:/app"
AT = "2025-01-14T03:00:00Z"
TAGS = [{"Key": "Class", "Value": "personal"}]
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
MASK = json.dumps({"Statement": [{"Operation": {"Deidentify": {}}}]})
BUCKETS = "Buckets", [{"Name": "data"}, {"Name": "logs", "BucketRegion": HOME}]
SCP = {
    "Effect": "Deny",
    "Action": "*",
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": [HOME]}},
}


def _s3() -> dict[str, Any]:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
    copy = {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::theirs", "Account": OTHER}}
    expiry = {"ID": "e", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
    expiry |= {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}
    lock = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    return {
        "ListBuckets": {BUCKETS[0]: BUCKETS[1]},
        "GetBucketLocation": {"LocationConstraint": HOME},
        "GetBucketReplication": {"ReplicationConfiguration": {"Role": "r", "Rules": [copy]}},
        "GetBucketLogging": {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": ""}},
        "GetBucketVersioning": {"Status": "Enabled"},
        "GetBucketLifecycleConfiguration": {"Rules": [expiry]},
        "GetObjectLockConfiguration": {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": lock}},
        "GetPublicAccessBlock": {"PublicAccessBlockConfiguration": BLOCKED | {"BlockPublicPolicy": False}},
        "GetBucketEncryption": {"ServerSideEncryptionConfiguration": {"Rules": [rule]}},
        "GetBucketTagging": {"TagSet": TAGS},
    }


def _s3control() -> dict[str, Any]:
    there = [{"Bucket": "data", "Region": HOME}, {"Bucket": "far", "Region": FAR, "BucketAccountId": OTHER}]
    return {
        "GetPublicAccessBlock": {"PublicAccessBlockConfiguration": BLOCKED},
        "ListMultiRegionAccessPoints": {"AccessPoints": [{"Name": "mrap", "Regions": there}]},
    }


def _dynamodb() -> dict[str, Any]:
    sealed = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY}
    recovery = {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35}
    export = {"ExportArn": f"{TABLE}/export/1", "ExportStatus": "COMPLETED"}
    stream = {"StreamArn": f"arn:aws:kinesis:{HOME}:{ACCOUNT}:stream/s", "DestinationStatus": "ACTIVE"}
    return {
        "ListTables": {"TableNames": ["tab"]},
        "DescribeTable": {"Table": {"TableArn": TABLE, "SSEDescription": sealed, "Replicas": [{"RegionName": FAR}]}},
        "DescribeTimeToLive": {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}},
        "DescribeContinuousBackups": {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}},
        "ListExports": {"ExportSummaries": [export]},
        "DescribeExport": {"ExportDescription": {"ExportArn": export["ExportArn"], "S3Bucket": "out"}},
        "DescribeKinesisStreamingDestination": {"KinesisDataStreamDestinations": [stream]},
        "ListTagsOfResource": {"Tags": TAGS},
    }


def _kms() -> dict[str, Any]:
    several = {"PrimaryKey": {"Arn": KEY}, "ReplicaKeys": [{"Arn": KEY.replace(HOME, FAR)}]}
    stated = {"KeyManager": "CUSTOMER", "Origin": "AWS_KMS", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
    return {
        "ListKeys": {"Keys": [{"KeyId": "mrk-1", "KeyArn": KEY}]},
        "DescribeKey": {"KeyMetadata": {"KeyId": "mrk-1", "Arn": KEY, "MultiRegionConfiguration": several} | stated},
        "GetKeyRotationStatus": {"KeyRotationEnabled": True},
    }


def _rds() -> dict[str, Any]:
    sealed = {"KmsKeyId": KEY, "TagList": TAGS}
    one = {"DBInstanceArn": DATABASE, "StorageEncrypted": True, "PubliclyAccessible": False, "BackupRetentionPeriod": 7}
    one |= {"ReadReplicaDBInstanceIdentifiers": [DATABASE.replace(HOME, FAR)], **sealed}
    automated = {"DBInstanceIdentifier": "one", "BackupRetentionPeriod": 7, "Encrypted": True, **sealed}
    automated |= {"DBInstanceAutomatedBackupsArn": f"arn:aws:rds:{HOME}:{ACCOUNT}:auto-backup:ab-1"}
    of_cluster = {"DBClusterIdentifier": "c", "BackupRetentionPeriod": 7, "StorageEncrypted": True, **sealed}
    snapshot = {"DBSnapshotIdentifier": "m", "DBSnapshotArn": SNAPSHOT, "SnapshotType": "manual", "Encrypted": True}
    kept = {"DBClusterSnapshotIdentifier": "m", "DBClusterSnapshotArn": OF_CLUSTER, "SnapshotType": "manual"}
    shared = [{"AttributeName": "restore", "AttributeValues": [OTHER]}]
    members = [{"DBClusterArn": CLUSTER}, {"DBClusterArn": CLUSTER.replace(HOME, FAR)}]
    export = {"SourceArn": SNAPSHOT, "S3Bucket": "out", "Status": "COMPLETE"}
    return {
        "DescribeDBInstances": {"DBInstances": [one]},
        "DescribeDBClusters": {"DBClusters": [{"DBClusterArn": CLUSTER, "StorageEncrypted": True, **sealed}]},
        "DescribeDBInstanceAutomatedBackups": {"DBInstanceAutomatedBackups": [automated]},
        "DescribeDBClusterAutomatedBackups": {"DBClusterAutomatedBackups": [of_cluster]},
        "DescribeDBSnapshots": {"DBSnapshots": [snapshot | sealed]},
        "DescribeDBSnapshotAttributes": {"DBSnapshotAttributesResult": {"DBSnapshotAttributes": shared}},
        "DescribeDBClusterSnapshots": {"DBClusterSnapshots": [kept | sealed | {"StorageEncrypted": True}]},
        "DescribeDBClusterSnapshotAttributes": {
            "DBClusterSnapshotAttributesResult": {"DBClusterSnapshotAttributes": shared}
        },
        "DescribeGlobalClusters": {"GlobalClusters": [{"GlobalClusterMembers": members}]},
        "DescribeExportTasks": {"ExportTasks": [export]},
    }


def _logs() -> dict[str, Any]:
    group = {"logGroupName": "/app", "arn": f"{GROUP}:*", "retentionInDays": 365, "kmsKeyId": KEY}
    group |= {"dataProtectionStatus": "ACTIVATED"}
    other = {"logGroupName": "/b", "arn": f"{GROUP[:-4]}/b:*", "inheritedProperties": ["ACCOUNT_DATA_PROTECTION"]}
    there = f"arn:aws:logs:{HOME}:{ACCOUNT}:destination:d"
    behind = f"arn:aws:kinesis:{FAR}:{ACCOUNT}:stream/s"
    send = {"policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": json.dumps({"DestinationArn": behind})}
    mask = {"policyType": "DATA_PROTECTION_POLICY", "policyDocument": MASK}
    return {
        "DescribeLogGroups": {"logGroups": [group, other]},
        "DescribeAccountPolicies": {"accountPolicies": [send, mask]},
        "DescribeDestinations": {"destinations": [{"arn": there, "targetArn": behind}]},
        "DescribeSubscriptionFilters": {"subscriptionFilters": [{"destinationArn": there}]},
        "GetDataProtectionPolicy": {"policyDocument": MASK},
        "DescribeLogStreams": {"logStreams": [{"firstEventTimestamp": 1_736_000_000_000}]},
        "ListTagsForResource": {"tags": {"Class": "personal"}},
    }


def _backup() -> dict[str, Any]:
    vault = {"BackupVaultName": "v", "BackupVaultArn": VAULT, "EncryptionKeyArn": KEY, "Locked": False}
    stated = {"BackupVaultName": "v", "ResourceArn": TABLE, "CreationDate": AT, "CompletionDate": AT}
    far = VAULT.replace(HOME, FAR)
    rule = {"RuleName": "r", "TargetBackupVaultName": "v", "CopyActions": [{"DestinationBackupVaultArn": far}]}
    return {
        "ListBackupVaults": {"BackupVaultList": [vault]},
        "ListRecoveryPointsByBackupVault": {
            "RecoveryPoints": [stated | {"Status": "COMPLETED", "Lifecycle": {"DeleteAfterDays": 35}}]
        },
        "ListBackupJobs": {"BackupJobs": [stated | {"State": "COMPLETED"}]},
        "ListCopyJobs": {"CopyJobs": [{"ResourceArn": TABLE, "DestinationBackupVaultArn": far, "State": "COMPLETED"}]},
        "ListRestoreJobs": {
            "RestoreJobs": [{"RecoveryPointArn": f"{VAULT}:1", "Status": "COMPLETED", "CreationDate": AT}]
        },
        "ListBackupPlans": {"BackupPlansList": [{"BackupPlanId": "p"}]},
        "GetBackupPlan": {"BackupPlan": {"BackupPlanName": "n", "Rules": [rule]}},
        "ListTags": {"Tags": {"Class": "personal"}},
    }


def _config(asked: Asked) -> dict[str, Any]:
    if "COUNT" in asked.parameters["Expression"]:
        return {"Results": [json.dumps({"resourceType": "AWS::S3::Bucket", "COUNT(*)": 1})]}
    row = {"resourceId": "b", "resourceType": "AWS::S3::Bucket", "accountId": OTHER, "awsRegion": FAR}
    return {"Results": [json.dumps(row | {"arn": "arn:aws:s3:::b"})]}


def cloud(*faults: Callable[[Asked, int], Any]) -> Cloud:
    """Return the account; ``faults`` break it."""
    recorder = {"name": "d", "recording": True, "lastStatus": "Success", "recordingGroup": {"allSupported": True}}
    policy = {"Policy": {"Content": json.dumps({"Statement": [SCP]})}}
    fixed: dict[str, dict[str, Any]] = {
        "account": {"ListRegions": {"Regions": [{"RegionName": HOME, "RegionOptStatus": "ENABLED"}]}},
        "ec2": {"DescribeRegions": {"Regions": [{"RegionName": HOME, "OptInStatus": "opted-in"}]}},
        "s3": _s3(),
        "s3control": _s3control(),
        "dynamodb": _dynamodb(),
        "kms": _kms(),
        "rds": _rds(),
        "logs": _logs(),
        "backup": _backup(),
        "config": {
            "DescribeConfigurationRecorderStatus": {"ConfigurationRecordersStatus": [recorder]},
            "DescribeConfigurationRecorders": {"ConfigurationRecorders": [recorder]},
        },
        "organizations": {
            "ListPolicies": {"Policies": [{"Id": "p-1"}]},
            "DescribePolicy": policy,
            "ListTargetsForPolicy": {"Targets": [{"TargetId": "r-abcd"}]},
        },
    }
    answers: dict[tuple[str, str], Any] = {
        (service, name): (lambda _asked, said=said: said)
        for service, said_ in fixed.items()
        for name, said in said_.items()
    }
    answers["config", "SelectAggregateResourceConfig"] = _config
    made = Cloud(answers, list(faults))
    made._signing["s3"] = ["s3control", "s3"]  # S3 takes the version that S3 Control's paths begin with for a bucket
    return made
