"""The shipped IAM policy grants what the installed sources declare, and nothing else."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import auditor_collectors
from auditor.cli.main import run
from auditor.core.iam_policy import KEYS, MOST_CHARACTERS, VIA_S3, iam_policies, size
from auditor.errors import UsageError

SHIPPED = Path(auditor_collectors.__file__).parent / "aws" / "readonly_policy.json"
DESIGN = Path(__file__).parents[3] / "shared" / "design" / "aws-readonly-policy.json"

# What the design grants and no source asks, each with why.
NOT_ASKED = {
    "appconfig:GetConfigurationProfile": "ListConfigurationProfiles already says the type",
    "backup:DescribeBackupVault": "ListBackupVaults already says what it says",
    "budgets:DescribeBudgetPerformanceHistory": "no control reads past periods of a budget",
    "cloudformation:DescribeStackEvents": "the state of a stack is asked, not how it came about",
    "config:DescribeComplianceByConfigRule": "the controls decide, not rules of AWS Config",
    "config:SelectResourceConfig": "the aggregate query answers for all accounts",
    "iam:GenerateCredentialReport": "no control reads it, and it changes state",
    "iam:GetCredentialReport": "no control reads it",
    "lambda:ListFunctions": "aliases are named in auditor.toml",
    "logs:FilterLogEvents": "invocations are read from the bucket, where nothing is cut",
    "logs:GetQueryResults": "as above",
    "logs:StartQuery": "as above",
    "organizations:DescribeOrganization": "ListAccounts and ListPolicies say what is needed",
    "resource-explorer-2:ListResources": "Config's inventory is asked, which says which regions it records",
    "resource-explorer-2:Search": "as above",
    "s3:GetBucketPolicyStatus": "the public access block is asked",
    "ssm:DescribeParameters": "parameters are named in auditor.toml",
    "synthetics:DescribeCanaries": "DescribeCanariesLastRun lists them",
}
# What sources ask and the design does not grant, each with why.
MORE = {
    "backup:GetBackupPlan": "how long copies are kept, and where they go",
    "backup:ListBackupPlans": "as above",
    "backup:ListTags": "the class of the data in a vault",
    "bedrock:GetKnowledgeBase": "where the vectors of a knowledge base lie",
    "codedeploy:GetDeploymentGroup": "how the last deployment ended",
    "config:DescribeConfigurationRecorders": "which types a recorder records",
    "dynamodb:DescribeExport": "where an export went",
    "dynamodb:DescribeKinesisStreamingDestination": "where a table is streamed to",
    "dynamodb:ListExports": "which exports there are",
    "dynamodb:ListTagsOfResource": "the class of the data in a table",
    "logs:DescribeDestinations": "where a subscription leads",
    "logs:DescribeLogStreams": "when a log group was last written",
    "logs:ListTagsForResource": "the class of the data in a log group",
    "macie2:GetAutomatedDiscoveryConfiguration": "whether anything is looked at without a job",
    "organizations:ListTargetsForPolicy": "which accounts a policy binds",
    "rds:DescribeDBClusterAutomatedBackups": "backups of clusters in other regions",
    "rds:DescribeDBClusterSnapshotAttributes": "with whom a snapshot is shared",
    "rds:DescribeDBClusterSnapshots": "which snapshots there are",
    "rds:DescribeExportTasks": "where a snapshot was exported to",
    "s3:GetAccountPublicAccessBlock": "the block of the whole account",
    "s3:GetBucketTagging": "the class of the data in a bucket",
    "s3:ListMultiRegionAccessPoints": "buckets that are reached through several regions",
    "sns:ListSubscriptionsByTopic": "whom an alarm reaches",
    "sts:AssumeRole": "the hub assumes the role in each account",
}


def permissions():
    collectors = [point.load()() for point in entry_points(group="auditor.collectors")]
    return [one for found in collectors if hasattr(found, "permissions") for one in found.permissions()]


def actions_of(policy, effect):
    found = [one["Action"] for one in policy["Statement"] if one["Effect"] == effect]
    return {action for one in found for action in ([one] if isinstance(one, str) else one)}


def test_the_shipped_policy_is_that_of_the_installed_sources(capsys):
    assert run(["aws", "policy"]) == 0
    assert capsys.readouterr().out == SHIPPED.read_text(), "auditor aws policy > .../aws/readonly_policy.json"
    assert iam_policies(permissions()) == [json.loads(SHIPPED.read_text())]


def test_every_source_of_aws_is_in_it():
    assert {"cloudwatch:DescribeAlarms", "s3:ListAllMyBuckets", "bedrock:ListGuardrails"} <= {
        action for action, _ in permissions()
    }


def test_nothing_that_is_granted_is_denied_and_each_stays_on_its_resources():
    policy = json.loads(SHIPPED.read_text())
    granted, never = actions_of(policy, "Allow"), actions_of(policy, "Deny")
    assert not [(one, other) for one in granted for other in never if fnmatchcase(one, other)]
    assert granted == {action for action, _ in permissions()}
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow" and statement["Resource"] != "*":
            named = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            assert {(one, tuple(named)) for one in statement["Action"]} <= {
                (action, KEYS if action == "kms:Decrypt" else tuple(sorted(resources)))
                for action, resources in permissions()
            }


def test_it_reads_and_never_writes():
    reads = ("Get", "List", "Describe", "BatchGet", "Select", "Search", "Lookup", "View")
    granted = actions_of(json.loads(SHIPPED.read_text()), "Allow")
    others = {one for one in granted if not one.split(":")[1].startswith(reads)}
    assert others <= {"sts:AssumeRole", "kms:Decrypt"}


def test_it_fits_into_a_managed_policy():
    assert size(json.loads(SHIPPED.read_text())) <= MOST_CHARACTERS


def test_what_does_not_fit_is_split_and_nothing_is_lost():
    many = [(f"service:DescribeAVeryLongNameOfSomething{number}", ("*",)) for number in range(400)]
    policies = iam_policies([*many, ("kms:Decrypt", ("*",))])
    assert len(policies) > 2
    assert all(size(one) <= MOST_CHARACTERS and actions_of(one, "Deny") for one in policies)
    granted = set.union(*(actions_of(one, "Allow") for one in policies))
    assert granted == {*(action for action, _ in many), "kms:Decrypt"}
    sids = [statement["Sid"] for one in policies for statement in one["Statement"][:-1]]
    assert len(set(sids)) == len(sids)


def test_decryption_is_granted_on_the_way_out_of_s3_alone():
    [policy] = iam_policies([("kms:Decrypt", ("*",)), ("s3:GetObject", ("arn:aws:s3:::b/*",))])
    [decrypt] = [one for one in policy["Statement"] if "kms:Decrypt" in one["Action"]]
    assert (decrypt["Resource"], decrypt["Condition"]) == (KEYS[0], VIA_S3)


def test_a_part_that_is_not_there_is_refused(capsys):
    assert run(["aws", "policy", "--part", "9"]) == UsageError.exit_code
    assert "there is no part 9" in capsys.readouterr().err


@pytest.mark.skipif(not DESIGN.exists(), reason="the design document is not here")
def test_the_design_differs_only_where_it_is_said_why():
    ours = actions_of(json.loads(SHIPPED.read_text()), "Allow")
    design = actions_of(json.loads(DESIGN.read_text()), "Allow")
    assert design - ours <= NOT_ASKED.keys()
    assert ours - design <= MORE.keys()
    assert actions_of(json.loads(DESIGN.read_text()), "Deny") <= actions_of(json.loads(SHIPPED.read_text()), "Deny")
