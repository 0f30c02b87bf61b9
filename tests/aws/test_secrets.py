"""Credentials are planted wherever they come from, and every byte that leaves is searched for them."""

from __future__ import annotations

import logging
import traceback

import pytest

from auditor.config import mappings
from auditor.errors import AuditorError
from auditor.shell.recording import Wanted
from auditor_collectors.aws import live
from aws import company
from aws.loopback import denied, identity, serving, sometimes

PLANTED = (
    "SECRET-OF-THE-ENVIRONMENT",
    "TOKEN-OF-THE-ENVIRONMENT",
    identity(company.HUB),
    *(f"SECRET-OF-ASSUMED-ROLE-{account}" for account in company.ACCOUNTS),
    *(f"TOKEN-OF-ASSUMED-ROLE-{account}" for account in company.ACCOUNTS),
    *(identity(account, 1)[:16] for account in company.ACCOUNTS),
    "EXTERNAL-ID-OF-THE-AUDITOR",
    "AWS4-HMAC-SHA256",
    "a.person@example.com",
    "root@example.com",
)


def everything_below(root):
    return b"\n".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "fault",
    [
        None,
        denied("sts", "AssumeRole"),
        denied("sns", "ListSubscriptionsByTopic", "SignatureDoesNotMatch"),
        denied("cloudwatch", "DescribeAlarms", "ExpiredToken"),
        sometimes(0.4, "Throttling"),
        sometimes(1, "InternalFailure", 500),
    ],
)
def test_nothing_that_is_planted_leaves(tmp_path, monkeypatch, caplog, capfd, fault):
    company.log_in(monkeypatch)
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0)
    for name in ("", *live.LOGGERS):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    organization = {"accounts": None, "organization": True, "management_account": company.HUB}
    said = ""
    with serving(company.cloud(*([fault] if fault else []))) as cloud:
        try:
            company.collected(tmp_path, cloud.url, wanted=Wanted(record=tmp_path / "kept"), **organization)
        except AuditorError as error:
            said = "".join(traceback.format_exception(error))
        assert cloud.asked
    out, err = capfd.readouterr()
    left = everything_below(tmp_path) + f"{said}\n{out}\n{err}\n{caplog.text}".encode()
    left += mappings(company.config(tmp_path, cloud.url))
    assert b"AssumeRole" in left
    for secret in PLANTED:
        assert secret.encode() not in left, secret


def test_a_configuration_without_credentials_is_an_error_that_says_so(tmp_path, monkeypatch):
    company.log_in(monkeypatch)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    with serving(company.cloud()) as cloud, pytest.raises(AuditorError, match="there are no credentials"):
        company.collected(tmp_path, cloud.url)
    assert not cloud.asked
