"""Trap 10 of the sources of AWS: an imitation of CloudWatch, over HTTP, gives sums and has no percentiles."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from auditor_collectors.aws.live import Live
from auditor_collectors.aws.sources.metrics import MetricsCollector
from aws.stubbed import COLLECTED_AT, HOME, rows_of

MOTO_ACCOUNT = "123456789012"
NAMESPACE = "Support"


@pytest.fixture(name="endpoint")
def _endpoint(monkeypatch):
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ):
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    once = Config(retries={"total_max_attempts": 1})

    def made(_live, service, region, _credentials):
        return boto3.client(service, region_name=region, endpoint_url=endpoint, config=once)

    monkeypatch.setattr(Live, "_made", made)
    monkeypatch.setitem(Live.__init__.__kwdefaults__, "sleep", lambda _seconds: None)
    boto3.client("cloudwatch", region_name=HOME, endpoint_url=endpoint).put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {"MetricName": "Latency", "Timestamp": COLLECTED_AT - timedelta(minutes=30), "Value": value}
            for value in (100.0, 200.0, 9000.0)
        ],
    )
    yield endpoint
    server.stop()


def collected(endpoint, root, **statistics):
    options = {
        "accounts": [MOTO_ACCOUNT],
        "endpoint_url": endpoint,
        "last_seconds": 3600,
        "metrics": [{"namespace": NAMESPACE, "metric": "Latency"} | statistics],
    }
    return rows_of(MetricsCollector(), options, root)


def test_trap_10_sums_and_counts_come_over_the_wire(endpoint, tmp_path):
    found = collected(endpoint, tmp_path, statistics=["Sum", "SampleCount"])
    assert [(row["statistic"], row["value_micro"]) for row in found["metric_points"]] == [
        ("Sum", 9_300_000_000),
        ("SampleCount", 3_000_000),
    ]
    assert [row["status"] for row in found["source_answers"]] == ["ok"]


def test_trap_10_a_percentile_that_cannot_be_given_is_a_failed_call_not_silence(endpoint, tmp_path):
    found = collected(endpoint, tmp_path, statistics=["SampleCount"], over_window=["p95"])
    assert "metric_points" not in found
    (answer,) = found["source_answers"]
    assert (answer["subject"], answer["status"], answer["records"]) == (f"{NAMESPACE}/Latency", "failed", 0)
    (call,) = [row for row in found["coverage"] if row["call"] == "GetMetricData"]
    assert call["status"] == "failed"
