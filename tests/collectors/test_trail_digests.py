"""CloudTrail's digests: only logs that a valid digest lists are read, and what is not so is a fact in a table."""

from __future__ import annotations

import gzip
import json
import tomllib

import pytest
from cryptography.hazmat.primitives.serialization import PublicFormat

from auditor_collectors.cloudtrail import CloudTrailCollector
from signed_trail import ACCOUNT, BUCKET, HOUR, REGION, START, SignedTrail, public_key

KEYS = {REGION: ["keys/eu-central-1.json"]}


@pytest.fixture
def trail():
    return SignedTrail()


def collected(site, trail, *, heads=True, **options):
    trail.write(site.root / "copy", site.root / "keys/eu-central-1.json", heads=heads)
    digests = {"bucket": BUCKET, "folder": "copy", "keys": KEYS, **options}
    site.source("trail", "cloudtrail", files=["copy/**/*.json.gz"], digests=digests)
    return site.collected()


def states(tables):
    return [(row["state"], row["reason"], row["link"]) for row in tables["trail_digests"]]


def test_a_whole_chain_is_valid_and_its_logs_are_read(site, trail):
    tables = collected(site, trail)
    assert states(tables) == [("valid", None, "started"), *[("valid", None, "linked")] * 4]
    assert len(tables["audit_events"]) == 16
    (chain,) = tables["trail_chains"]
    assert {name: chain[name] for name in ("digests", "valid", "invalid", "unverified")} == {
        "digests": 5,
        "valid": 5,
        "invalid": 0,
        "unverified": 0,
    }
    assert (chain["breaks"], chain["restarts"], chain["gaps"], chain["longest_gap_us"]) == (0, 0, 0, 0)
    assert (chain["logs_listed"], chain["logs_valid"]) == (8, 8)
    assert (chain["logs_unlisted"], chain["logs_outside"], chain["logs_unproven"]) == (0, 0, 0)
    assert (chain["first_start"], chain["last_end"]) == (START, START + 5 * HOUR)
    assert (chain["anchor"], chain["anchored_from"], chain["keys_from"]) == ("none", None, "saved")
    assert chain["tail_digest"] == trail.digests[-1]
    (cell,) = tables["coverage"]
    assert (cell["account"], cell["region"], cell["status"]) == (ACCOUNT, REGION, "ok")
    assert (cell["records"], cell["pages"], cell["available_at"]) == (16, 8, START + 5 * HOUR)


def test_a_key_may_be_stated_as_spki_too(site, trail):
    trail.keys = [public_key(form=PublicFormat.SubjectPublicKeyInfo)]
    assert {state for state, _, _ in states(collected(site, trail))} == {"valid"}


def test_without_heads_all_but_the_newest_are_verified_by_their_successors(site, trail):
    tables = collected(site, trail, heads=False)
    assert states(tables)[-1] == ("unverified", "no_signature", "linked")
    assert [(row["state"], row["witness"]) for row in tables["trail_digests"][:-1]] == [("valid", "successor")] * 4
    (chain,) = tables["trail_chains"]
    assert (chain["last_end"], chain["logs_valid"], chain["logs_unproven"]) == (START + 4 * HOUR, 6, 2)
    assert len(tables["audit_events"]) == 12
    (cell,) = tables["coverage"]
    assert (cell["status"], cell["available_at"]) == ("ok", START + 4 * HOUR)


def test_without_the_keys_of_the_region_nothing_is_verified_and_nothing_read(site, trail):
    trail.keys = []
    tables = collected(site, trail)
    assert {(state, reason) for state, reason, _ in states(tables)} == {("unverified", "no_keys")}
    assert "audit_events" not in tables or tables["audit_events"] == []
    (cell,) = tables["coverage"]
    assert (cell["status"], cell["records"]) == ("partial", 0)
    assert cell["detail"] == "digests not verified: 5"


def test_an_anchor_that_is_in_the_chain_holds_it_from_its_end(site, trail):
    (chain,) = collected(site, trail)["trail_chains"]
    anchors = [{"digest": chain["tail_digest"], "sha256": chain["head"]}]
    site.out = site.out / "second"
    site.out.mkdir()
    site.config.write_text(site.config.read_text().partition("[sources")[0])
    (again,) = collected(site, trail, anchors=anchors)["trail_chains"]
    assert (again["anchor"], again["anchored_from"]) == ("held", START + HOUR)


def test_a_chain_that_continues_the_anchor_is_held_from_its_start(site, trail):
    document = trail.documents[trail.digests[2]]
    anchors = [{"digest": trail.digests[1], "sha256": document["previousDigestHashValue"]}]
    for key in [*trail.digests[:2], *trail.logs[0], *trail.logs[1]]:
        del trail.objects[key]
    tables = collected(site, trail, anchors=anchors)
    assert states(tables)[0] == ("valid", None, "anchored")
    (chain,) = tables["trail_chains"]
    assert (chain["anchor"], chain["anchored_from"]) == ("held", START + 2 * HOUR)


def test_an_anchor_whose_chain_is_gone_is_lost(site, trail):
    anchors = [{"digest": trail.digests[1].replace("_audit_", "_other_"), "sha256": "0" * 64}]
    rows = collected(site, trail, anchors=anchors)["trail_chains"]
    assert [(row["trail"], row["digests"], row["anchor"]) for row in rows] == [
        ("audit", 5, "none"),
        ("other", 0, "lost"),
    ]


def test_a_backfill_digest_covers_its_own_time(site):
    trail = SignedTrail(hours=(1, 1))
    log = trail.add_log(2, 0, 2)
    trail.add_digest(2, [log], previous=None, backfill=True)
    key = trail.add_digest(3, [])
    trail.digests.append(key)
    tables = collected(site, trail)
    assert sorted((row["backfill"], row["state"], row["link"], row["gap_us"]) for row in tables["trail_digests"]) == [
        (False, "valid", "linked", 0),
        (False, "valid", "linked", 0),
        (False, "valid", "started", None),
        (True, "valid", "started", 0),
    ]
    assert len(tables["audit_events"]) == 6


def test_regions_are_chains_of_their_own_with_keys_of_their_own(site, trail):
    other = SignedTrail("eu-west-1", hours=(1,))
    trail.objects |= other.objects
    tables = collected(site, trail)
    assert [(row["region"], row["valid"], row["unverified"]) for row in tables["trail_chains"]] == [
        ("eu-central-1", 5, 0),
        ("eu-west-1", 0, 1),
    ]
    assert {row["region"] for row in tables["audit_events"]} == {"eu-central-1"}


def test_a_log_that_comes_after_the_last_digest_is_outside_and_is_not_read(site, trail):
    trail.add_log(5, 0, 2)
    tables = collected(site, trail)
    (chain,) = tables["trail_chains"]
    assert (chain["logs_outside"], chain["logs_unlisted"], len(tables["audit_events"])) == (1, 0, 16)


def test_a_trail_of_no_logs_at_all_is_a_quiet_one(site):
    tables = collected(site, SignedTrail(hours=(0, 0)))
    (cell,) = tables["coverage"]
    assert (cell["records"], cell["pages"], cell["status"], cell["available_at"]) == (0, 0, "ok", START + 2 * HOUR)


def refused(site, trail, **options):
    trail.write(site.root / "copy", site.root / "keys/eu-central-1.json")
    digests = {"bucket": BUCKET, "folder": "copy", "keys": KEYS, **options}
    site.source("trail", "cloudtrail", files=["copy/**/*.json.gz"], digests=digests)
    return site.refused()


def test_a_digest_under_another_name_is_refused(site, trail):
    key = trail.digests[0].replace("Digest_eu", "Digest-eu")
    trail.objects[key] = trail.objects[trail.digests[0]]
    assert refused(site, trail) == (
        f"copy/{key}: found a name that CloudTrail gives no digest, expected the object key as it was\n"
        "  what to do: keep the files under the names and folders that they had in the bucket"
    )


def test_a_file_outside_the_folder_is_refused(site, trail):
    assert refused(site, trail, folder="copy/AWSLogs/other").startswith("copy/AWSLogs/123456789012/")


def test_an_anchor_that_names_no_digest_is_refused(site, trail):
    message = refused(site, trail, anchors=[{"digest": "tail", "sha256": "0" * 64}])
    assert message.startswith("anchor 'tail': found no object key of a digest")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"PublicKeyList": [public_key()], "NextToken": "x"}, "found a cut answer, expected a whole one"),
        ({"PublicKeyList": [public_key() | {"Value": "AAAA"}]}, "expected an RSA public key of at least 2048 bits"),
        ({"PublicKeyList": [public_key() | {"Value": None}]}, "expected an RSA public key of at least 2048 bits"),
        (
            {"PublicKeyList": [public_key(), public_key("other") | {"Fingerprint": public_key()["Fingerprint"]}]},
            "another key",
        ),
        ({}, "member 'PublicKeyList': found none"),
    ],
    ids=["cut", "no key", "null", "two of one fingerprint", "no list"],
)
def test_a_wrong_answer_of_keys_is_refused(site, trail, keys, told):
    trail.write(site.root / "copy", site.root / "keys/eu-central-1.json")
    site.write("keys/eu-central-1.json", json.dumps(keys))
    digests = {"bucket": BUCKET, "folder": "copy", "keys": KEYS}
    site.source("trail", "cloudtrail", files=["copy/**/*.json.gz"], digests=digests)
    message = site.refused()
    assert message.startswith("keys/eu-central-1.json")
    assert told in message


@pytest.mark.parametrize("head", ['{"Metadata": 5}', '{"Metadata": {"signature": 5}}', "[]", "{"])
def test_a_head_that_is_none_is_refused(site, trail, head):
    trail.write(site.root / "copy", site.root / "keys/eu-central-1.json")
    site.write(f"copy/{trail.digests[0]}.head.json", head)
    digests = {"bucket": BUCKET, "folder": "copy", "keys": KEYS}
    site.source("trail", "cloudtrail", files=["copy/**/*.json.gz"], digests=digests)
    assert site.refused().startswith(f"copy/{trail.digests[0]}.head.json")


DOCUMENT = {"digestEndTime": ..., "logFiles": ..., "digestStartTime": "yesterday", "awsAccountId": None}


@pytest.mark.parametrize("member", DOCUMENT)
def test_a_digest_that_lacks_a_member_is_unreadable_though_it_is_signed(site, trail, member):
    at = trail.digests[4]
    document = {**trail.documents[at], member: DOCUMENT[member]}
    content = json.dumps({name: value for name, value in document.items() if value is not ...}).encode()
    trail.change(at, gzip.compress(content))
    tables = collected(site, trail)
    assert states(tables)[-1] == ("invalid", "unreadable", None)


def test_the_example_speaks_of_digests_in_a_form_that_is_accepted():
    example = CloudTrailCollector.example
    head, mark, rest = example.partition("# [sources.cloudtrail.digests]")
    told = tomllib.loads(head + mark.removeprefix("# ") + rest.replace("\n# ", "\n"))["sources"]["cloudtrail"]
    assert told.pop("kind") == "cloudtrail"
    assert told["digests"]["bucket"] == "company-trail"
    assert CloudTrailCollector().check(told) == []
    assert (
        CloudTrailCollector().check(told | {"digests": {"bucket": "company-trail", "keys": {}, "anchors": [5]}}) != []
    )
