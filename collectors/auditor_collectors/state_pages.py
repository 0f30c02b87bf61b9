"""Pages that list what there is: dashboards, backups, models, notifications of budgets.

Rules kept here: a dashboard is read when its body is JSON with widgets, however its name is listed; a status of a newer
API that we do not know is kept as it is, for policy to refuse; a threshold is exact, in parts per million of the
budget, rounded up, so that a notification never looks earlier than it is.
Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html,
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html and
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeNotificationsForBudget.html
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables.operations import BUDGET_TYPES, COMPARISONS, THRESHOLDS
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import Parsed, Subject, asked, entries, moment, name, one_of
from auditor_collectors.values import optional, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor_collectors.answers import Answer, Page

PPM_OF_PERCENT = 10_000
MOST_PERCENT = 1_000_000_000


def listed_dashboards(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the names that ListDashboards gave."""
    parsed = Parsed([])
    for where, document in entries(pages, "DashboardEntries"):
        dashboard = member(where, document, "DashboardName", name)
        parsed.add("dashboards", dashboard=dashboard, sighting="listed", widgets=None)
    subject = str(answer.request.get("DashboardNamePrefix", ""))
    parsed.subjects.append(Subject(subject, status, len(parsed.rows.get("dashboards", []))))
    return parsed


def read_dashboard(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return one dashboard with the number of its widgets."""
    wanted = asked(answer, "DashboardName")
    parsed = Parsed([Subject(wanted, status, len(pages))])
    for page in pages:
        dashboard = member(page.where, page.document, "DashboardName", name)
        if dashboard != wanted:
            raise CollectionError(f"{page.where}: is {dashboard!r}, but {wanted!r} was asked", remedy=AGAIN)
        widgets = _widgets(member(page.where, page.document, "DashboardBody", text))
        parsed.add("dashboards", dashboard=dashboard, sighting="read", widgets=widgets)
    return parsed


def _widgets(body: str) -> int:
    """Return how many widgets a dashboard shows; one that is broken shows none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return 0
    widgets = document.get("widgets") if isinstance(document, dict) else None
    return len(widgets) if isinstance(widgets, list) else 0


def recovery_points(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the recovery points of a vault."""
    vault = asked(answer, "BackupVaultName")
    return _backups(pages, "RecoveryPoints", "recovery_point", Subject(vault, _whole(answer, status)), "Status")


def backup_jobs(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the backup jobs that were listed."""
    return _backups(pages, "BackupJobs", "job", Subject("", _whole(answer, status)), "State")


def _whole(answer: Answer, status: str) -> str:
    """Return the status of an answer that was narrowed to some states or resources: it is no list of them all."""
    narrowed = {"ByResourceArn", "ByResourceType", "ByState", "ByBackupPlanId", "ByCreatedBefore", "ByParentJobId"}
    return "partial" if status == "ok" and narrowed & answer.request.keys() else status


def _backups(pages: Sequence[Page], key: str, kind: str, subject: Subject, state: str) -> Parsed:
    parsed = Parsed([])
    for where, document in entries(pages, key):
        vault = member(where, document, "BackupVaultName", name)
        if subject.name not in {"", vault}:
            raise CollectionError(f"{where}: is of vault {vault!r}, but {subject.name!r} was asked", remedy=AGAIN)
        parsed.add(
            "backups",
            resource=member(where, document, "ResourceArn", name),
            vault=vault,
            kind=kind,
            status=member(where, document, state, name),
            created_at=member(where, document, "CreationDate", moment),
            completed_at=member(where, document, "CompletionDate", optional(moment)),
        )
    parsed.subjects.append(Subject(subject.name, subject.status, len(parsed.rows.get("backups", []))))
    return parsed


def models(_answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the foundation models of a region with where each stands in its life."""
    parsed = Parsed([])
    for where, document in entries(pages, "modelSummaries"):
        life = document.get("modelLifecycle")
        if not isinstance(life, dict):
            raise CollectionError(f"{where}: has no modelLifecycle", remedy=AGAIN)
        stated = member(where, life, "status", name)
        parsed.add("models", model=member(where, document, "modelId", name), kind="foundation_model", status=stated)
    parsed.subjects.append(Subject("", status, len(parsed.rows.get("models", []))))
    return parsed


def notifications(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the notifications of a budget."""
    budget = asked(answer, "BudgetName")
    parsed = Parsed([])
    for where, document in entries(pages, "Notifications"):
        kind = member(where, document, "ThresholdType", optional(one_of(*THRESHOLDS))) or "PERCENTAGE"
        threshold = member(where, document, "Threshold", _percent)
        parsed.add(
            "budget_notifications",
            budget=budget,
            type=member(where, document, "NotificationType", one_of(*BUDGET_TYPES)),
            comparison=member(where, document, "ComparisonOperator", one_of(*COMPARISONS)),
            threshold_type=kind,
            threshold_ppm=threshold if kind == "PERCENTAGE" else None,
            state=member(where, document, "NotificationState", optional(name)),
        )
    parsed.subjects.append(Subject(budget, status, len(parsed.rows.get("budget_notifications", []))))
    return parsed


def _percent(value: Any) -> int:
    """Return parts per million, rounded up, of a number of per cent."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= MOST_PERCENT:
        raise ValueError("a threshold: a number, zero or more")
    return ceil(Fraction(value) * PPM_OF_PERCENT)
