"""AWS on the loopback, in its own protocols: two accounts, three regions, and every way in which it may break."""

from __future__ import annotations

import pytest

from auditor.errors import CollectionError, UsageError
from auditor.shell.recording import Wanted
from auditor_collectors.aws import live
from aws import company
from aws.loopback import broken_off, denied, once, serving, silent, sometimes


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    company.log_in(monkeypatch)
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0)


def statuses(root, snapshot="snapshot"):
    return {
        (row["account"], row["region"], row["call"]): row["status"] for row in company.table(root, "coverage", snapshot)
    }


def test_two_accounts_and_three_regions_are_asked_and_each_call_is_accounted_for(tmp_path):
    with serving(company.cloud()) as cloud:
        company.collected(tmp_path, cloud.url)
    rows = company.table(tmp_path, "topic_subscriptions")
    places = {(row["account"], row["region"]) for row in rows}
    assert places == {(account, region) for account in company.ACCOUNTS for region in company.REGIONS}
    assert len(rows) == 18
    found = {(row["account"], row["region"], row["call"]): row for row in company.table(tmp_path, "coverage")}
    one = found["111122223333", "eu-west-1", "ListSubscriptionsByTopic"]
    assert (one["status"], one["pages"], one["records"]) == ("ok", 3, 3)
    assert len(one["request_ids"].split(",")) == 3
    assert found["444455556666", "eu-north-1", "DescribeAlarms"]["pages"] == 3
    assert found["444455556666", "eu-central-1", "ListRegions"]["records"] == 3
    assert found["444455556666", "eu-central-1", "AssumeRole"]["status"] == "ok"
    assert (found["", "", "read_files"]["status"], len(cloud.asked)) == ("ok", 2 + 2 + 18 + 18)
    assert not (tmp_path / "snapshot.collecting").exists()


def test_accounts_are_those_that_the_organization_lists_as_active(tmp_path):
    with serving(company.cloud()) as cloud:
        company.collected(tmp_path, cloud.url, accounts=None, organization=True, management_account=company.HUB)
    assert {row["account"] for row in company.table(tmp_path, "alarms")} == set(company.ACCOUNTS)
    assert statuses(tmp_path)[company.HUB, "eu-central-1", "ListAccounts"] == "ok"


def test_throttling_of_half_of_all_requests_changes_no_fact(tmp_path):
    with serving(company.cloud()) as cloud:
        company.collected(tmp_path, cloud.url)
    with serving(company.cloud(sometimes(0.5, "ThrottlingException"))) as throttled:
        company.collected(tmp_path, throttled.url, "throttled")
    assert len(throttled.asked) > 1.5 * len(cloud.asked)
    for name in ("alarms", "alarm_actions", "topic_subscriptions"):
        assert company.table(tmp_path, name, "throttled") == company.table(tmp_path, name)
    plain, again = (company.table(tmp_path, "coverage", name) for name in ("snapshot", "throttled"))
    retries = sum(row["retries"] for row in again if row["call"] != "read_files")
    assert retries == len(throttled.asked) - len(cloud.asked)
    assert [row | {"retries": 0} for row in again] == plain


def test_a_server_that_fails_now_and_then_changes_no_fact(tmp_path):
    with serving(company.cloud()) as cloud:
        company.collected(tmp_path, cloud.url)
    with serving(company.cloud(sometimes(0.2, "InternalFailure", 503))) as failing:
        company.collected(tmp_path, failing.url, "failing")
    assert company.table(tmp_path, "topic_subscriptions", "failing") == company.table(tmp_path, "topic_subscriptions")
    assert set(statuses(tmp_path, "failing").values()) == {"ok"}


def test_a_server_that_always_throttles_is_said_to(tmp_path):
    with serving(company.cloud(denied("sns", "ListSubscriptionsByTopic", "Throttling"))) as cloud:
        company.collected(tmp_path, cloud.url, max_concurrency=16)
    found = statuses(tmp_path)
    assert found["111122223333", "eu-west-1", "ListSubscriptionsByTopic"] == "throttled"
    assert found["111122223333", "eu-west-1", "DescribeAlarms"] == "ok"
    assert company.table(tmp_path, "topic_subscriptions") == []


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("service", ["cloudwatch", "sns"])
def test_half_a_page_is_asked_for_again(tmp_path, service, honest):
    with serving(company.cloud(once(broken_off(honest=honest), service))) as cloud:
        company.collected(tmp_path, cloud.url)
    assert set(statuses(tmp_path).values()) == {"ok"}
    assert len(company.table(tmp_path, "topic_subscriptions")) == 18
    assert len(cloud.asked) == 41


def test_an_answer_that_does_not_come_in_time_is_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "READ_SECONDS", 3)  # long enough for any other answer of a busy machine
    with serving(company.cloud(once(silent(5), "cloudwatch"))) as cloud:
        company.collected(tmp_path, cloud.url)
    assert set(statuses(tmp_path).values()) == {"ok"}
    assert len(cloud.asked) == 41


def test_credentials_that_end_are_renewed_once_and_then_the_call_is_expired(tmp_path):
    cloud = company.cloud()

    def end(_asked, number):
        if number == 20:
            cloud.expired = cloud.serial

    cloud.faults.append(end)
    with serving(cloud):
        company.collected(tmp_path, cloud.url)
        assert set(statuses(tmp_path).values()) == {"ok"}
        assert cloud.counted("sts", "AssumeRole") == 4
        cloud.expired = 10_000
        company.collected(tmp_path, cloud.url, "again")
    assert statuses(tmp_path, "again")["111122223333", "eu-central-1", "ListRegions"] == "expired"


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("account", "ListRegions"),
        ("cloudwatch", "DescribeAlarms"),
        ("organizations", "ListAccounts"),
        ("sns", "ListSubscriptionsByTopic"),
        ("sts", "AssumeRole"),
    ],
)
def test_a_call_that_is_denied_is_said_to_be_and_gives_no_fact(tmp_path, service, operation):
    with serving(company.cloud(denied(service, operation))) as cloud:
        company.collected(tmp_path, cloud.url, accounts=None, organization=True, management_account=company.HUB)
    found = statuses(tmp_path)
    said = {status for (_, _, call), status in found.items() if call == operation}
    assert said == {"denied"}
    assert found["", "", "read_files"] == "denied"
    assert company.table(tmp_path, "topic_subscriptions") == []


def test_credentials_of_another_account_are_refused(tmp_path):
    alone = {"accounts": [company.ACCOUNTS[0]], "role": None, "external_id": None}
    with serving(company.cloud()) as cloud, pytest.raises(CollectionError, match=f"account {company.HUB}"):
        company.collected(tmp_path, cloud.url, **alone)


def test_a_recording_replays_the_same_bytes_and_asks_nothing(tmp_path):
    with serving(company.cloud(denied("sns", "ListSubscriptionsByTopic"))) as cloud:
        recorded = company.collected(tmp_path, cloud.url, wanted=Wanted(record=tmp_path / "kept"))
        url, number = cloud.url, len(cloud.asked)
        assert company.collected(tmp_path, url, "again", Wanted(replay=tmp_path / "kept")) == recorded
        assert len(cloud.asked) == number
    assert company.collected(tmp_path, url, "offline", Wanted(replay=tmp_path / "kept")) == recorded


def test_a_call_that_a_recording_does_not_hold_is_named(tmp_path):
    with serving(company.cloud()) as cloud:
        company.collected(tmp_path, cloud.url, wanted=Wanted(record=tmp_path / "kept"), regions=["eu-west-1"])
    with pytest.raises(CollectionError, match="does not hold account ListRegions of account 111122223333"):
        company.collected(tmp_path, cloud.url, "again", Wanted(replay=tmp_path / "kept"))


def test_a_page_that_was_edited_is_refused(tmp_path):
    with serving(company.cloud()) as cloud:
        company.collected(tmp_path, cloud.url, wanted=Wanted(record=tmp_path / "kept"))
    page = next(
        path for path in sorted((tmp_path / "kept" / "pages").iterdir()) if b"MetricAlarms" in path.read_bytes()
    )
    page.write_bytes(page.read_bytes().replace(b"alarm-", b"alarn-"))
    with pytest.raises(CollectionError, match="its bytes are not those that were recorded"):
        company.collected(tmp_path, cloud.url, "again", Wanted(replay=tmp_path / "kept"))


def test_a_recording_is_written_once(tmp_path):
    with serving(company.cloud()) as cloud:
        company.collected(tmp_path, cloud.url, wanted=Wanted(record=tmp_path / "kept"))
        with pytest.raises(UsageError, match="is a finished recording"):
            company.collected(tmp_path, cloud.url, "again", Wanted(record=tmp_path / "kept"))
