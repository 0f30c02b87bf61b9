"""A whole run on Spark: the same decisions, a bundle that says so, and refusals before anything runs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.rego.wasm import WasmEngine
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.errors import ControlError, EngineError, SnapshotError, UsageError
from auditor.shell.decide import Inputs, decide
from auditor.shell.query_engines import QueryChoice, check_queries, spark_queries
from auditor.shipped import policies_dir
from company import collected
from console import SCRIPT

CLUSTER = QueryChoice("spark", "local-cluster[2,1,1024]")


@pytest.fixture(scope="module")
def pack():
    return load_pack(policies_dir())


def test_the_whole_example_is_decided_to_the_same_bytes(spark, pack):
    """Under the profile with most lines: the queries of nearly every control, over a company's data, in one run."""
    snapshot, as_of, _ = collected("slow_generation")
    snapshot = open_snapshot(snapshot)
    inputs = Inputs(snapshot, pack, load_profile(pack, "production-deployment"), as_of)
    check_queries(CLUSTER, pack, inputs.profile)
    with WasmEngine(pack) as policies:
        _, expected = decide(inputs, policies)
        _, found = decide(inputs, policies, queries=spark_queries(spark, CLUSTER, pack, snapshot))
    assert found == expected
    verdicts = {line["verdict"] for line in json.loads(expected)["lines"]}
    assert {"pass", "inconclusive"} <= verdicts


def test_executors_are_processes_of_their_own(spark):
    assert spark.range(8).count() == 8
    said = subprocess.run(["ps", "-eww", "-o", "args"], check=True, capture_output=True, text=True).stdout
    application = spark.sparkContext.applicationId
    executors = [one for one in said.splitlines() if "CoarseGrainedExecutorBackend" in one and application in one]
    assert len(executors) >= 2  # as many again while one is being started


def test_what_the_cluster_reads_must_be_what_is_sealed(spark, pack, tmp_path):
    snapshot = open_snapshot(collected()[0])
    there = tmp_path / "there"
    shutil.copytree(snapshot.root, there)
    choice = QueryChoice("spark", "local-cluster[2,1,1024]", f"file://{there}")
    spark_queries(spark, choice, pack, snapshot)
    shutil.copy(there / "alarms.parquet", there / "requests.parquet")
    with pytest.raises(SnapshotError, match="reads another snapshot.*\n.*there/requests.parquet: SHA-256 "):
        spark_queries(spark, choice, pack, snapshot)
    shutil.rmtree(there)
    with pytest.raises(EngineError, match="cannot read the snapshot"):
        spark_queries(spark, choice, pack, snapshot)


def test_a_control_that_spark_is_not_trusted_with_is_named_before_anything_runs():
    bare = load_pack(policies_dir())
    bare.controls["slo.p95_latency"].variants.clear()
    with pytest.raises(ControlError) as refused:
        check_queries(CLUSTER, bare, load_profile(bare, "hybrid-routing-gates"))
    said = str(refused.value)
    assert "profile hybrid-routing-gates cannot be decided with --sql-engine spark" in said
    assert "control slo.p95_latency: controls/slo/p95_latency/p95_latency.sql: " in said
    assert "PercentileDisc (`QUANTILE_DISC(latency_us" in said
    assert "NAME.spark.sql" in said


@pytest.mark.parametrize("url", ["", "yarn2", "local[x]", "http://here", "sc//host"])
def test_what_is_no_address_is_refused(pack, url):
    with pytest.raises(UsageError, match="is no address of Spark"):
        check_queries(QueryChoice("spark", url), pack, load_profile(pack, "hybrid-routing-gates"))


@pytest.fixture(scope="module")
def connect_server(java, tmp_path_factory):
    """Give the address of a Spark Connect server on loopback, a program of its own."""
    import pyspark

    home = Path(pyspark.__file__).parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "America/New_York",  # what a server is set to changes nothing
        "spark.sql.ansi.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    }
    said = tmp_path_factory.mktemp("connect") / "log"
    command = [
        "bash", str(home / "bin" / "spark-submit"), "--master", "local[2]",
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
    ]  # fmt: skip
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
    }
    with said.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, env=environment) as server:
        try:
            for _ in range(600):
                assert server.poll() is None, said.read_text()[-2000:]
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            yield f"sc://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_a_run_over_spark_connect_says_what_it_ran_on_and_is_decided_again_by_duckdb(connect_server, tmp_path):
    snapshot, _, _ = collected()
    key = tmp_path / "key.pem"
    subprocess.run([SCRIPT, "keygen", "--output", str(key)], check=True, capture_output=True)
    decided = {}
    for engine, more in (("duckdb", ()), ("spark", ("--spark-url", connect_server))):
        output = tmp_path / engine
        told = subprocess.run(
            [SCRIPT, "evaluate", "--snapshot", str(snapshot), "--key", str(key), "--output", str(output), "--quiet",
             "--sql-engine", engine, *more],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr
        (decided[engine],) = output.iterdir()
    one, other = ((bundle / "data" / "decisions.json").read_bytes() for bundle in decided.values())
    assert one == other
    environment = json.loads((decided["spark"] / "data" / "environment" / "environment.json").read_bytes())
    assert environment["spark"].startswith("4.")
    verified = subprocess.run(
        [SCRIPT, "verify", str(decided["spark"]), "--key", f"{key}.pub"], check=False, capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stderr
    assert f"decided with spark {environment['spark']}, decided again with duckdb" in verified.stdout
