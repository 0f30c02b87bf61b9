"""The files of a source are whole, named one by one and read as they are, or refused; whatever collector asks."""

from __future__ import annotations

import gzip
import json
import os
import sys

import pytest

from auditor.errors import UsageError
from collecting import during, jsonl, request, unprivileged

RECORDS = jsonl(*(request(number) for number in range(50)))
EXPORT = "\n  what to do: export or download the file again"


def flipped(raw: bytes, position: int) -> bytes:
    changed = bytearray(raw)
    changed[position] ^= 1
    return bytes(changed)


def wrong_crc(raw: bytes) -> bytes:
    return flipped(raw, -8)


def wrong_length(raw: bytes) -> bytes:
    return flipped(raw, -1)


def truncated(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def without_trailer(raw: bytes) -> bytes:
    return raw[:-8]


def cut_in_the_next_member(raw: bytes) -> bytes:
    return raw + raw[:5]


DAMAGED = {
    truncated: "truncated gzip stream",
    without_trailer: "truncated gzip stream",
    cut_in_the_next_member: "truncated gzip stream",
    wrong_crc: "damaged gzip stream (Error -3 while decompressing data: incorrect data check)",
    wrong_length: "damaged gzip stream (Error -3 while decompressing data: incorrect length check)",
}


@pytest.fixture(params=["requests", "cloudtrail", "heartbeats"])
def asked(request, site):
    """A site whose one source of some kind asks for every file in ``logs``."""
    if request.param == "requests":
        site.requests("logs/*")
    elif request.param == "cloudtrail":
        site.source("trail", "cloudtrail", files=["logs/*"])
    else:
        site.source("beats", "heartbeats", files=["logs/*"], observes="requests")
    return site


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda one: one.__name__)
def test_a_damaged_gzip_file_is_refused(asked, damage):
    asked.write("logs/a.gz", damage(gzip.compress(RECORDS)))
    assert asked.refused() == f"logs/a.gz: {DAMAGED[damage]}{EXPORT}"


@pytest.mark.parametrize(
    "garbage", [b"x", bytes(512), b"\x1fx", b"<html>gone</html>"], ids=["x", "zeros", "magic", "html"]
)
def test_garbage_after_a_gzip_member_is_refused(asked, garbage):
    asked.write("logs/a.gz", gzip.compress(RECORDS) + garbage)
    assert asked.refused() == ("logs/a.gz: bytes follow the gzip stream\n  what to do: export the file again")


@pytest.mark.parametrize(
    "content", [b"", gzip.compress(b""), gzip.compress(b"") * 3], ids=["plain", "gzip", "gzip of three members"]
)
def test_an_empty_file_is_refused(asked, content):
    asked.write("logs/a.jsonl", content)
    assert asked.refused() == "logs/a.jsonl: is empty\n  what to do: remove the file, or export it again"


def test_a_glob_that_finds_nothing_is_refused(asked):
    name = asked.config.read_text().partition('[sources."')[2].partition('"')[0]
    assert asked.refused() == (
        f"source '{name}': no file matches 'logs/*' in {asked.root}\n  what to do: correct `files` in auditor.toml"
    )


def test_a_folder_is_no_file(asked):
    asked.write("logs/a.jsonl/deeper", RECORDS)
    assert "no file matches 'logs/*'" in asked.refused()


def test_a_broken_link_is_refused_and_not_passed_over(asked):
    asked.write("logs/a.jsonl", RECORDS)
    (asked.root / "logs/b.jsonl").symlink_to("gone.jsonl")
    message = asked.refused()
    assert ": 'logs/b.jsonl' cannot be read, but 'logs/*' may name it (No such file or directory)\n" in message
    assert message.endswith("what to do: make it readable, remove it, or correct `files` in auditor.toml")


def test_a_pipe_is_refused_and_not_waited_for(asked):
    asked.write("logs/a.jsonl", RECORDS)
    os.mkfifo(asked.root / "logs/pipe")
    assert "'logs/pipe' cannot be read, but 'logs/*' may name it (neither a file nor a folder)" in asked.refused()


def test_an_unreadable_file_is_refused(asked):
    asked.write("logs/a.jsonl", RECORDS).chmod(0)
    with unprivileged():
        message = asked.refused()
    assert message == "logs/a.jsonl: cannot be read (Permission denied)\n  what to do: make the file readable"


def test_an_unreadable_folder_is_refused_and_not_passed_over(site):
    site.requests("**/*.jsonl")
    site.write("logs/open/a.jsonl", RECORDS)
    closed = site.write("logs/closed/b.jsonl", RECORDS).parent
    closed.chmod(0)
    try:
        with unprivileged():
            message = site.refused()
    finally:
        closed.chmod(0o755)
    assert "'logs/closed' cannot be read, but '**/*.jsonl' may name it (Permission denied)" in message


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux has a file that cannot be read at its start"
)
def test_an_error_of_the_disk_is_told(asked):
    (asked.root / "logs").mkdir()
    (asked.root / "logs/a.jsonl").symlink_to("/proc/self/mem")
    assert "logs/a.jsonl: cannot be read (Input/output error)" in asked.refused()


VALID = {
    "requests": RECORDS,
    "cloudtrail": jsonl(
        {
            "eventID": "e",
            "eventTime": "2025-01-14T10:00:00Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": "GetObject",
            "awsRegion": "eu-west-1",
            "recipientAccountId": "111122223333",
        }
    ),
    "heartbeats": jsonl({"start": "2025-01-14T10:00:00Z", "end": "2025-01-14T10:00:10Z", "records": 1}),
}


def valid(asked) -> bytes:
    return next(content for kind, content in VALID.items() if f'kind = "{kind}"' in asked.config.read_text())


def append(path):
    with path.open("ab") as file:
        file.write(b"\n")


def rewrite_in_place(path):
    """Other bytes of the same length, with the old time of change set again."""
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b"10:00:00Z", b"10:00:01Z", 1))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize("change", [append, rewrite_in_place, replace], ids=lambda one: one.__name__)
def test_a_file_that_changes_while_it_is_read_is_refused(asked, change):
    path = asked.write("logs/a.jsonl", valid(asked))
    message = asked.refused(progress=during(lambda: change(path)))
    assert message == (
        "logs/a.jsonl: changed while it was read\n  what to do: collect files that are no longer written to"
    )


def test_a_file_that_goes_away_while_it_is_read_is_refused(asked):
    path = asked.write("logs/a.jsonl", valid(asked))
    assert asked.refused(progress=during(path.unlink)).startswith("logs/a.jsonl: ")


def test_a_file_that_does_not_change_is_accepted(asked):
    asked.write("logs/a.jsonl", valid(asked))
    assert sum(row["records"] for row in asked.collected()["coverage"]) == len(valid(asked).splitlines())


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_what_a_file_is_called_does_not_tell_what_it_is(asked, compress):
    asked.write("logs/plain.gz", compress(valid(asked)))
    assert asked.collected()["coverage"][0]["pages"] == 1


def test_gzip_members_of_any_size_are_one_file(site):
    members = [
        jsonl(*(request(number, pad="x" * 200) for number in range(start, start + 9_000))) for start in (0, 9_000)
    ]
    assert len(members[0]) > 1 << 20
    site.requests("a.gz")
    site.write("a.gz", b"".join(gzip.compress(one) for one in members))
    assert len(site.collected()["requests"]) == 18_000


@pytest.mark.parametrize(
    "name", ["r[1].jsonl", "r*.jsonl", "r?.jsonl", "[!x]{a,b}.jsonl", "it's.jsonl", "a b;--.jsonl"]
)
def test_a_name_is_read_as_it_is(asked, name):
    asked.write(f"logs/{name}", valid(asked))
    rows = asked.collected()
    assert sum(row["records"] for row in rows["coverage"]) == len(valid(asked).splitlines())


def test_a_name_that_looks_like_a_glob_reads_no_other_file(site):
    site.requests("r[[]1].jsonl")
    site.write("r[1].jsonl", jsonl(request(1)))
    site.write("r1.jsonl", jsonl(request(2), request(3)))
    assert len(site.collected()["requests"]) == 1


def test_a_wrong_row_names_a_file_that_looks_like_a_glob(site):
    site.requests("*.jsonl")
    site.write("r[1].jsonl", jsonl(request(ms=-1)))
    site.write("r1.jsonl", jsonl(request(2)))
    assert site.refused().startswith("r[1].jsonl, row 1, column 'ms': found '-1'")


@pytest.mark.parametrize("folder", ["kind=cached", "id=1", "ms=5", "event_time=x", "filename=x"])
def test_a_folder_named_as_hive_does_changes_no_column(site, folder):
    site.requests("**/*.jsonl")
    site.write("a.jsonl", RECORDS)
    plain = site.collected()["requests"]
    (site.root / folder).mkdir()
    (site.root / "a.jsonl").rename(site.root / folder / "a.jsonl")
    site.out = site.root.parent / "again"
    site.out.mkdir()
    assert site.collected()["requests"] == plain


def test_a_name_that_is_no_text_is_refused(asked):
    asked.write("logs/a\nb.jsonl", RECORDS)
    assert r"the file name 'a\nb.jsonl' is not printable text" in asked.refused()


def test_links_to_folders_are_followed_where_they_are_named_and_not_by_two_stars(site):
    site.write("real/a.jsonl", RECORDS)
    (site.root / "linked").symlink_to("real")
    (site.root / "real/loop").symlink_to(".")
    site.requests("linked/*.jsonl", "**/*.jsonl")
    message = site.refused()
    assert "real/a.jsonl, row 1: request id 'r0' is already at linked/a.jsonl, row 1" in message


def test_two_patterns_that_name_one_file_read_it_once(site):
    site.requests("*.jsonl", "a.*", "**/a.jsonl", "**")
    site.write("a.jsonl", RECORDS)
    site.config = site.config.rename(site.root.parent / "auditor.toml")
    site.root.rename(site.root.parent / "sub")
    site.config.write_text(
        site.config.read_text().replace('"*.jsonl", "a.*", "**/a.jsonl", "**"', '"sub/*", "**/a.*", "sub/**"')
    )
    assert len(site.collected()["requests"]) == 50


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("/logs/*.jsonl", "'/logs/*.jsonl' is absolute, expected a path relative to auditor.toml"),
        ("a**/b", "'a**/b' has ** within a name, expected it alone between slashes"),
        ("", "'' names no file"),
        ("a\tb", r"'a\tb' names no file"),
    ],
)
def test_a_glob_that_means_nothing_is_refused_by_its_key(asked, pattern, told):
    asked.config.write_text(asked.config.read_text().replace('"logs/*"', json.dumps(pattern)))
    message = asked.refused(UsageError)
    assert f".files.0: Value error, {told}\n" in message
    assert message.startswith(f"{asked.config}: the configuration is refused\n  - sources.")
