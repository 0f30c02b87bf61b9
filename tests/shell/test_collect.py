"""``collect``: one snapshot of all sources, the same bytes however they lie there, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from auditor.adapters.snapshot.reader import MANIFEST, MAPPINGS, open_snapshot
from auditor.cli.main import run
from auditor.collector import ENTRY_POINT_GROUP
from auditor.errors import CollectionError, EngineError, UsageError
from collecting import Site, disk_of, jsonl, request, unprivileged

if TYPE_CHECKING:
    from pathlib import Path

KIB = 1 << 10
LIMITED = """
import resource, sys
from auditor.cli.main import run
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(run(["collect", "--quiet", "--config", sys.argv[2], "--output", sys.argv[3],
              "--collected-at", "2025-01-14T12:00:00Z"]))
"""
MINUTES = range(10, 40)


def company(root: Path, *, order: int = 0, patterns: tuple[str, ...] = ("*",)) -> Site:
    """Write the same sources, their files made in some order and named by some patterns."""
    root.mkdir(parents=True)
    site = Site(root)
    names = [f"{number:02}.log" for number in range(12)]
    random.Random(order).shuffle(names)  # noqa: S311 - an order, not a secret
    for name in names:
        number = int(name[:2])
        site.write(f"requests/{name}", jsonl(*(request(number * 100 + one, ms=one) for one in range(100))))
        minute = MINUTES[number]
        beat = {"start": f"2025-01-14T10:{minute}:00Z", "end": f"2025-01-14T10:{minute + 1}:00Z", "records": number}
        site.write(f"beats/{name}", jsonl(beat))
        event = {
            "eventID": f"e{number // 2}",
            "eventTime": "2025-01-14T10:00:00Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": "GetObject",
            "awsRegion": "eu-west-1",
            "recipientAccountId": "111122223333",
        }
        site.write(f"trail/{name}", json.dumps({"Records": [event, event | {"eventID": f"only{number}"}]}))
    site.requests(*(f"requests/{one}" for one in patterns))
    site.source("trail", "cloudtrail", files=[f"trail/{one}" for one in patterns])
    site.source("beats", "heartbeats", files=[f"beats/{one}" for one in patterns], observes="requests")
    return site


def files(snapshot: Path) -> dict[str, bytes]:
    """Return what was collected; the patterns, which name its files, are in the mappings and the manifest's digest."""
    found = {path.name: path.read_bytes() for path in sorted(snapshot.iterdir())}
    manifest = json.loads(found[MANIFEST])
    assert manifest.pop("mappings") == hashlib.sha256(found.pop(MAPPINGS)).hexdigest()
    return found | {MANIFEST: json.dumps(manifest).encode()}


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> dict[str, bytes]:
    return files(company(tmp_path_factory.mktemp("expected") / "a").snapshot())


@pytest.mark.parametrize("order", range(3))
@pytest.mark.parametrize(
    "patterns", [("*",), ("1*", "0*", "*"), ("**", "05.log"), tuple(f"{n:02}.log" for n in range(11, -1, -1))]
)
def test_bytes_are_the_same_for_any_order_of_the_files(tmp_path, expected, order, patterns):
    assert files(company(tmp_path / "b", order=order + 1, patterns=patterns).snapshot()) == expected


def test_bytes_are_the_same_for_any_order_of_the_sources(tmp_path, expected):
    site = company(tmp_path / "b")
    head, *sources = site.config.read_text().split("[sources.")
    site.config.write_text(head + "".join(f"[sources.{one}" for one in reversed(sources)))
    assert files(site.snapshot()) == expected


def test_a_snapshot_of_all_sources_opens(tmp_path):
    snapshot = open_snapshot(company(tmp_path / "a").snapshot())
    manifest = json.loads((snapshot.root / "snapshot.json").read_bytes())
    assert [(one["name"], one["kind"]) for one in manifest["sources"]] == [
        ("beats", "heartbeats"),
        ("requests", "requests"),
        ("trail", "cloudtrail"),
    ]
    rows = {one["name"]: one["rows"] for one in manifest["tables"]}
    assert (rows["requests"], rows["audit_events"], rows["heartbeats"], rows["coverage"]) == (1_200, 18, 12, 3)
    assert [path.name for path in snapshot.root.parent.iterdir()] == ["snapshot"]


def test_progress_is_told_for_each_source_to_its_end(tmp_path):
    told: dict[str, list[tuple[int, int]]] = {}
    site = company(tmp_path / "a")
    site.snapshot(progress=lambda done, total, what: told.setdefault(what, []).append((done, total)))
    assert list(told) == ["beats", "requests", "trail"]
    for steps in told.values():
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1] > 0


def test_a_source_that_fails_after_others_leaves_nothing(tmp_path):
    site = company(tmp_path / "a")
    site.write("trail/11.log", b"no json")
    assert site.refused(CollectionError).startswith("trail/11.log: no CloudTrail JSON (")


def test_a_progress_that_raises_leaves_nothing(tmp_path):
    site = company(tmp_path / "a")

    def stop(done: int, total: int, what: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        site.snapshot(progress=stop)
    assert list(site.out.iterdir()) == []


def test_a_snapshot_is_never_written_over(tmp_path):
    site = company(tmp_path / "a")
    before = files(site.snapshot())
    with pytest.raises(UsageError, match="exists; a snapshot is never written over"):
        site.snapshot()
    assert files(site.out / "snapshot") == before


KINDS = sorted(point.name for point in entry_points(group=ENTRY_POINT_GROUP))


def test_every_problem_of_the_configuration_is_told_at_once(tmp_path):
    site = company(tmp_path / "a")
    site.source("one", "requests", files=[], format="xml")
    site.source("two", "magic")
    message = site.refused(UsageError)
    assert message == (
        f"{site.config}: the configuration is refused\n"
        "  - sources.one.files: List should have at least 1 item after validation, not 0\n"
        "  - sources.one.format: Input should be 'jsonl', 'csv' or 'parquet'\n"
        "  - sources.one.columns: Field required\n"
        f"  - sources.two.kind: is 'magic', expected one of {', '.join(KINDS)}\n"
        "  what to do: correct the keys above"
    )


def command(site: Site) -> list[str]:
    output = str(site.out / "snapshot")
    return [
        "collect",
        "--quiet",
        "--config",
        str(site.config),
        "--output",
        output,
        "--collected-at",
        "2025-01-14T12:00:00Z",
    ]


def test_a_read_only_output_folder_is_a_usage_error(tmp_path, capsys):
    site = company(tmp_path / "a")
    site.out.chmod(0o500)
    with unprivileged():
        code = run(command(site))
    assert code == 2
    assert capsys.readouterr().err == (
        f"auditor: {site.out}: no snapshot can be written here (Permission denied)\n"
        "  what to do: give another --output\n"
    )
    assert list(site.out.iterdir()) == []


def test_a_refused_source_ends_in_its_own_exit_code(tmp_path, capsys):
    site = company(tmp_path / "a")
    site.write("requests/00.log", b"")
    assert run(command(site)) == 5
    assert capsys.readouterr() == (
        "",
        "auditor: requests/00.log: is empty\n  what to do: remove the file, or export it again\n",
    )


def large(root: Path, out: Path | None = None) -> Site:
    """Return a company with a few hundred KiB of rows of every kind."""
    root.mkdir()
    site = Site(root, out)
    site.requests("requests.log")
    records = [
        request(number, ms=number * 7919 % 5_000, route=f"{number * 104729 % 10**9}") for number in range(20_000)
    ]
    site.write("requests.log", jsonl(*records))
    return site


DISKS = [0, 16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB, 1536 * KIB, 2048 * KIB]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    told = []
    for size in DISKS:
        with disk_of(max(size, 8 * KIB), tmp_path / f"disk{size}") as disk:
            site = large(tmp_path / f"site{size}", disk)
            try:
                site.snapshot()
            except EngineError as error:
                told.append(str(error))
                assert list(disk.iterdir()) == []
            else:
                assert open_snapshot(disk / "snapshot").scope.system == "s"
                break
    assert told
    for message in told:
        assert "No space left on device" in message
        assert message.endswith(", or give another --output")
        assert ".collecting-" not in message


@pytest.mark.skipif(sys.platform == "win32", reason="limits a Unix process")
@pytest.mark.parametrize("limit", [1, 4 * KIB, 64 * KIB, 256 * KIB])
def test_a_file_that_may_not_grow_is_told_and_leaves_nothing(tmp_path, limit):
    site = large(tmp_path / "a")
    arguments = [sys.executable, "-c", LIMITED, str(limit), str(site.config), str(site.out / "snapshot")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 5, done.stderr
    assert "File too large" in done.stderr
    assert done.stderr.endswith(", or give another --output\n")
    assert done.stdout == ""
    assert list(site.out.iterdir()) == []


def with_options(site: Site, source: str, *options: str) -> Site:
    """Add lines to the table of a source."""
    head = f'[sources."{source}"]\n'
    site.config.write_text(site.config.read_text().replace(head, head + "".join(f"{one}\n" for one in options)))
    return site


def test_a_source_of_another_environment_says_so_in_every_row(tmp_path):
    site = with_options(company(tmp_path / "a"), "requests", 'environment = "staging"')
    found = site.collected()
    assert {row["environment"] for row in found["requests"]} == {"staging"}
    assert {(row["source"], row["environment"]) for row in found["coverage"]} == {
        ("beats", "e"), ("requests", "staging"), ("trail", "e"),
    }  # fmt: skip
    manifest = json.loads((site.out / "snapshot" / MANIFEST).read_bytes())
    assert {one["name"]: one["environment"] for one in manifest["sources"]}["requests"] == "staging"
    assert b'"environment":"staging"' in (site.out / "snapshot" / MAPPINGS).read_bytes()


@pytest.mark.parametrize(("begins", "status"), [("2099-01-01T00:00:00Z", "failed"), ("2020-01-01T00:00:00Z", "ok")])
def test_a_source_that_has_not_begun_is_recorded_as_asked_for_nothing(tmp_path, begins, status):
    site = with_options(company(tmp_path / "a"), "requests", f"begins = {begins}")
    found = site.collected()
    (row,) = [row for row in found["coverage"] if row["source"] == "requests"]
    assert row["status"] == status
    assert bool(found["requests"]) == (status == "ok")
    if status == "failed":
        assert (row["records"], row["detail"]) == (0, "the source begins at 2099-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ('environment = ""', "sources.requests.environment: is '', expected the name of an environment"),
        ("environment = 7", "sources.requests.environment: is 7, expected"),
        ('begins = "2025-01-14T09:00:00Z"', "sources.requests.begins: is '2025-01-14T09:00:00Z', expected an instant"),
        ("begins = 2025-01-14T09:00:00", "sources.requests.begins: is datetime.datetime(2025, 1, 14, 9, 0), expected"),
    ],
)
def test_what_is_no_environment_or_instant_is_refused(tmp_path, option, said):
    assert said in with_options(company(tmp_path / "a"), "requests", option).refused(UsageError)
