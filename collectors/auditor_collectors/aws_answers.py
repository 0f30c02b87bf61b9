"""Answers of AWS about alarms, dashboards, metrics, backups, models and budgets, kept as files.

Rules kept here: the index (``auditor_collectors.answers``) says what was asked and when, a page is what the AWS command
line printed; every answer is a row of ``source_answers``, also one that was refused or listed nothing; the same thing
is asked of the same place once at an instant. Reading a page (``alarm_pages``, ``metric_pages``, ``state_pages``) knows
no file, so whoever asks AWS itself reads its pages the same way.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from auditor.errors import CollectionError
from auditor.tables.state import COVERAGE_STATUSES
from auditor_collectors import (
    alarm_pages,
    answers,
    bedrock_pages,
    bedrock_stores,
    budget_pages,
    calls,
    files,
    metric_pages,
    rollout_pages,
    state_pages,
)
from auditor_collectors.batches import coverage, rows
from auditor_collectors.jsonlines import AGAIN
from auditor_collectors.options import Globs, problems_of
from auditor_collectors.page_members import Parsed, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from auditor.collector import Batch, CollectContext
    from auditor_collectors.answers import Answer, Page

Read = tuple["Callable[[Answer, Sequence[Page], str, Mapping[str, str]], Parsed]", str]

# The reader of each call, and the parameter that says what it was asked of.
CALLS: dict[str, Read] = {
    "DescribeAlarms": (alarm_pages.alarms, ""),
    "DescribeAlarmHistory": (alarm_pages.history, "AlarmName"),
    "ListSubscriptionsByTopic": (alarm_pages.subscriptions, "TopicArn"),
    "GetMetricData": (metric_pages.datapoints, ""),
    "ListMetrics": (metric_pages.listed_metrics, "Namespace"),
    "ListDashboards": (state_pages.listed_dashboards, "DashboardNamePrefix"),
    "GetDashboard": (state_pages.read_dashboard, "DashboardName"),
    "ListRecoveryPointsByBackupVault": (state_pages.recovery_points, "BackupVaultName"),
    "ListBackupJobs": (state_pages.backup_jobs, ""),
    "ListFoundationModels": (state_pages.models, ""),
    "ListInferenceProfiles": (bedrock_pages.profiles, ""),
    "GetInferenceProfile": (bedrock_pages.profile, "inferenceProfileIdentifier"),
    "ListGuardrails": (bedrock_pages.guardrail_list, "guardrailIdentifier"),
    "GetGuardrail": (bedrock_pages.guardrail, ""),
    "GetModelInvocationLoggingConfiguration": (bedrock_pages.logging, ""),
    "ListProvisionedModelThroughputs": (bedrock_stores.provisioned, ""),
    "ListCustomModels": (bedrock_stores.custom_models, ""),
    "ListModelInvocationJobs": (bedrock_stores.jobs, ""),
    "ListKnowledgeBases": (bedrock_stores.knowledge_bases, ""),
    "GetKnowledgeBase": (bedrock_stores.knowledge_base, "knowledgeBaseId"),
    "DescribeBudgets": (budget_pages.budgets, ""),
    "DescribeNotificationsForBudget": (state_pages.notifications, "BudgetName"),
    "DescribeServices": (rollout_pages.ecs_service, ""),
    "ListServiceDeployments": (rollout_pages.ecs_history, ""),
    "GetAlias": (rollout_pages.lambda_alias, ""),
    "DescribeStacks": (rollout_pages.stack, "StackName"),
    "GetDeploymentGroup": (rollout_pages.codedeploy_group, ""),
    "ListActionExecutions": (rollout_pages.approvals, "pipelineName"),
}
# The request alone names what they are about, in more than one parameter: so they are read where they were refused too.
NAMES_ITS_SUBJECTS = frozenset(
    {
        "GetMetricData",
        "ListMetrics",
        "ListInferenceProfiles",
        "GetGuardrail",
        "DescribeServices",
        "ListServiceDeployments",
        "GetAlias",
        "GetDeploymentGroup",
    }
)
WORST = tuple(reversed(COVERAGE_STATUSES))


class Options(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_answers"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: Globs
    purposes: dict[str, str] = Field(default_factory=dict)


EXAMPLE = """\
# What `aws ... --output json` printed, and a line of the index for each: {"call": "DescribeAlarms",
# "account": "111122223333", "region": "eu-central-1", "answered_at": "2025-01-14T08:00:00Z", "status": "ok",
# "pages": ["alarms/0800.json"], "request": {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}}
[sources.alarms]
kind = "aws_answers"
index = ["alarms/answers.jsonl"]

[sources.alarms.purposes]                # what each alarm is for: latency, errors, cost, security, compliance ...
"support-p95-latency" = "latency"
"support-error-rate" = "errors"
"""


class AwsAnswersCollector:
    """Reads kept answers of AWS."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield the rows of each answer, and coverage of each call. Raises ``CollectionError`` naming the place."""
        wanted = Options.model_validate(options)
        index = calls.inspect(wanted.index, context)
        asked: dict[tuple[str, str, str, str], list[tuple[datetime, Subject]]] = defaultdict(list)
        read, seen, scope = list(index), set[tuple[Any, ...]](), _scope(context)
        for answer in answers.read(index, CALLS, context):
            found, pages = answers.pages_of(answer, context)
            parsed = parsed_of(answer, pages, wanted.purposes)
            read += found
            for subject in parsed.subjects:
                key = (answer.account, answer.region, answer.call, subject.name)
                if (*key, answer.answered_at) in seen:
                    raise CollectionError(
                        f"{answer.where}: {answer.call} of {subject.name!r} is there twice at this instant",
                        remedy=AGAIN,
                    )
                seen.add((*key, answer.answered_at))
                asked[key].append((answer.answered_at, subject))
            place = scope | answer.place()
            yield rows("source_answers", [place | answer_row(answer.call, one) for one in parsed.subjects])
            for table, found_rows in parsed.rows.items():
                yield rows(table, [place | one for one in found_rows])
        files.refuse_changed(read)
        yield rows("coverage", _coverage(asked, read, context))


def parsed_of(answer: Answer, pages: Sequence[Page], purposes: Mapping[str, str]) -> Parsed:
    """Return what ``answer`` says, by the reader of its call; one that was refused has subjects and no rows."""
    reader, parameter = CALLS[answer.call]
    status = "partial" if answer.status == "ok" and answers.is_cut(pages) else answer.status
    if pages or answer.call in NAMES_ITS_SUBJECTS:
        return reader(answer, pages, status, purposes)
    return Parsed([Subject(str(answer.request.get(parameter, "")), status)])


def answer_row(call: str, subject: Subject) -> dict[str, Any]:
    """Return the columns of ``source_answers`` that say how ``call`` was answered about ``subject``."""
    period = {"asked_from": subject.asked_from, "asked_until": subject.asked_until}
    return {"call": call, "subject": subject.name, "status": subject.status, "records": subject.records, **period}


def _coverage(
    asked: Mapping[tuple[str, str, str, str], list[tuple[datetime, Subject]]],
    read: Sequence[files.SourceFile],
    context: CollectContext,
) -> list[dict[str, Any]]:
    """Return one row for the whole, and one for each call of a place: how its newest answer on each subject ended."""
    digest = files.listing_digest(read)
    total = sum(subject.records for one in asked.values() for _, subject in one)
    result = [coverage(context, pages=len(read), records=total, sha256=digest)]
    cells: dict[tuple[str, str, str], list[tuple[datetime, Subject]]] = defaultdict(list)
    for (account, region, call, _), answered in asked.items():
        cells[account, region, call].append(max(answered, key=lambda one: one[0]))
    for (account, region, call), newest in sorted(cells.items()):
        records = sum(subject.records for _, subject in newest)
        row = coverage(context, pages=len(newest), records=records, sha256=digest, account=account, region=region)
        status = min((subject.status for _, subject in newest), key=WORST.index)
        result.append(row | {"call": call, "status": status, "available_at": min(moment for moment, _ in newest)})
    return result


def _scope(context: CollectContext) -> dict[str, str]:
    return {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}
