"""Log files and digests from a bucket over HTTP, and keys from CloudTrail: the same facts as from a copy on disk."""

from __future__ import annotations

import os
from contextlib import contextmanager

import pytest

from auditor.errors import CollectionError
from auditor.shell.recording import Wanted
from auditor_collectors.aws.live import Live
from collecting import Site
from signed_trail import ACCOUNT, BUCKET, HOUR, REGION, START, SignedTrail
from trail_oracle import cloudtrail, put

OPTIONS = {
    "accounts": [ACCOUNT],
    "regions": [REGION],
    "home_region": REGION,
    "bucket": BUCKET,
    "bucket_region": REGION,
    "hours": 6,
}
# What stands in a snapshot about when and how it was asked.
ASKED = ("keys_from",)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


@pytest.fixture
def serve(s3_endpoint, monkeypatch):
    """Give what serves a trail, with its bucket and keys."""

    @contextmanager
    def served(trail):
        put(trail, s3_endpoint)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3_endpoint)
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", s3_endpoint)
        monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        with cloudtrail(trail) as address:
            monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", address)
            yield

    return served


@pytest.fixture
def refusing(monkeypatch):
    """Give what has S3 refuse what a function of operation and request names, and counts what is asked."""
    asked = []

    def install(refused=lambda _name, _request: False):
        made = Live._made

        def refusing_client(live, session, service, region):
            client = made(live, session, service, region)

            def before(params, model, **_):
                asked.append((model.name, params.get("Key") or params.get("Prefix")))

            client.meta.events.register("provide-client-params", before)
            client.meta.events.register("before-call", deny)
            return client

        def deny(model, params, **_):
            import botocore.awsrequest

            if refused(model.name, params["url_path"] + str(params["query_string"])):
                body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
                response = botocore.awsrequest.AWSResponse(params["url"], 403, {}, None)
                return response, {"Error": {"Code": "AccessDenied", "Message": body.decode()}, "ResponseMetadata": {}}
            return None

        monkeypatch.setattr(Live, "_made", refusing_client)
        return asked

    return install


def live(site, **options):
    site.source("trail", "aws_trail_logs", **(OPTIONS | options))
    return site.collected()


def without(rows, *names):
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def test_a_trail_of_a_bucket_gives_the_facts_that_its_copy_gives(site, serve, tmp_path):
    trail = SignedTrail()
    with serve(trail):
        found = live(site)
    assert {row["keys_from"] for row in found["trail_chains"]} == {"asked"}
    (tmp_path / "other").mkdir()
    copy = Site(tmp_path / "other")
    trail.write(copy.root / "copy", copy.root / "keys/k.json")
    digests = {"bucket": BUCKET, "folder": "copy", "keys": {REGION: ["keys/k.json"]}}
    copy.source("trail", "cloudtrail", files=["copy/**/*.json.gz"], digests=digests)
    read = copy.collected()
    for table in ("audit_events", "trail_digests", "trail_chains"):
        assert without(found[table], *ASKED) == without(read[table], *ASKED)
    cells = {(row["account"], row["region"]): row for row in found["coverage"] if row["call"] == "read_files"}
    assert cells[ACCOUNT, REGION]["available_at"] == START + 5 * HOUR
    assert (cells[ACCOUNT, REGION]["status"], cells[ACCOUNT, REGION]["records"]) == ("ok", 16)
    assert (cells["", ""]["status"], cells["", ""]["records"]) == ("ok", 16)
    assert {row["call"] for row in found["coverage"]} >= {"ListObjectsV2", "GetObject", "ListPublicKeys"}


def test_only_what_a_digest_lists_is_fetched(site, serve, refusing):
    trail = SignedTrail()
    stray = trail.add_log(3, 9, 2, prefix="f")
    asked = refusing()
    with serve(trail):
        found = live(site)
    assert found["trail_chains"][0]["logs_unlisted"] == 1
    fetched = [key for name, key in asked if name == "GetObject"]
    assert stray not in fetched
    assert sorted(fetched) == sorted([*trail.digests, *(key for hour in trail.logs for key in hour)])


def test_a_region_without_digests_was_not_read_in_full(site, serve):
    with serve(SignedTrail()):
        found = live(site, regions=[REGION, "eu-west-1"])
    cells = {row["region"]: row for row in found["coverage"] if row["call"] == "read_files"}
    assert (cells[REGION]["status"], cells[REGION]["records"]) == ("ok", 16)
    assert (cells["eu-west-1"]["status"], cells["eu-west-1"]["detail"]) == ("partial", "no digest")


def test_a_log_that_is_gone_is_missing_and_one_that_is_refused_is_unread(site, serve, refusing):
    trail = SignedTrail()
    gone, refused = trail.logs[0]
    del trail.objects[gone]
    refusing(lambda name, request: name == "GetObject" and refused in request)
    with serve(trail):
        found = live(site)
    (first,) = [row for row in found["trail_digests"] if row["digest"] == trail.digests[0]]
    assert [first[f"logs_{state}"] for state in ("listed", "valid", "missing", "invalid", "unread")] == [2, 0, 1, 0, 1]
    (cell,) = [row for row in found["coverage"] if row["call"] == "read_files" and row["account"]]
    assert cell["status"] == "denied"


def test_a_digest_that_is_refused_is_unread_and_nothing_of_it_is_called_broken(site, serve, refusing):
    trail = SignedTrail()
    refusing(lambda name, request: name == "GetObject" and trail.digests[2] in request)
    with serve(trail):
        rows = live(site)["trail_digests"]
    assert [(row["state"], row["reason"], row["link"]) for row in rows][2:4] == [
        ("unverified", "unread", None),
        ("valid", None, "unseen"),
    ]


def test_where_a_listing_is_refused_nothing_is_called_lost(site, serve, refusing):
    trail = SignedTrail()
    anchor = {"digest": trail.digests[1], "sha256": "0" * 64}
    refusing(lambda name, request: name == "ListObjectsV2" and "CloudTrail-Digest" in request)
    with serve(trail):
        found = live(site, anchors=[anchor])
    assert [(row["digests"], row["anchor"]) for row in found["trail_chains"]] == [(0, "unknown")]
    assert "audit_events" not in found or found["audit_events"] == []


def test_where_the_logs_are_not_listed_none_is_called_missing(site, serve, refusing):
    trail = SignedTrail()
    refusing(lambda name, request: name == "ListObjectsV2" and "CloudTrail%2F" in request.replace("/", "%2F"))
    with serve(trail):
        found = live(site)
    assert sum(row["logs_unread"] for row in found["trail_digests"]) == 8
    assert sum(row["logs_missing"] for row in found["trail_digests"]) == 0


def test_without_the_keys_nothing_is_verified(site, serve, refusing):
    refusing(lambda name, _: name == "ListPublicKeys")
    with serve(SignedTrail()):
        found = live(site)
    assert {(row["state"], row["reason"]) for row in found["trail_digests"]} == {("unverified", "no_keys")}


def test_a_recording_is_replayed_without_a_call(site, serve, refusing, tmp_path):
    trail, asked = SignedTrail(), refusing()
    site.source("trail", "aws_trail_logs", **OPTIONS)
    with serve(trail):
        first = site.snapshot("first", wanted=Wanted(record=tmp_path / "kept"))
    fetched = len(asked)
    second = site.snapshot("second", wanted=Wanted(replay=tmp_path / "kept"))
    assert len(asked) == fetched
    for table in ("audit_events", "trail_digests", "trail_chains", "coverage"):
        assert (first / f"{table}.parquet").read_bytes() == (second / f"{table}.parquet").read_bytes()


def test_a_body_of_a_recording_that_was_altered_is_refused(site, serve, tmp_path):
    site.source("trail", "aws_trail_logs", **OPTIONS)
    with serve(SignedTrail()):
        site.snapshot("first", wanted=Wanted(record=tmp_path / "kept"))
    body = min((tmp_path / "kept" / "bodies").iterdir())
    body.write_bytes(body.read_bytes() + b"x")
    with pytest.raises(CollectionError, match="is not there as it was recorded"):
        site.snapshot("second", wanted=Wanted(replay=tmp_path / "kept"))


def test_what_an_interrupted_collection_fetched_is_not_fetched_again(site, serve, refusing):
    class Cut(Exception):  # noqa: N818 - the power
        pass

    trail, broken = SignedTrail(), []

    def cut(name, request):
        if name == "GetObject" and trail.logs[3][1] in request and not broken:
            broken.append(request)
            raise Cut
        return False

    asked = refusing(cut)
    site.source("trail", "aws_trail_logs", **OPTIONS)
    with serve(trail):
        with pytest.raises(Cut):
            site.snapshot("first")
        before = [key for name, key in asked if name == "GetObject"]
        asked.clear()
        site.snapshot("first")
    again = [key for name, key in asked if name == "GetObject"]
    assert set(before) >= set(trail.digests)
    assert set(again) & set(before) == {trail.logs[3][1]}
    assert {*again, *before} == {*trail.digests, *(key for hour in trail.logs for key in hour)}
