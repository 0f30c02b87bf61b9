"""``auditor serve`` as a browser and as an attacker meets it: the real command, on loopback."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import scene
from auditor.adapters.bundle import layout
from auditor.cli.main import run
from auditor.serve.claims import Unreadable, read_claims, read_decisions
from auditor.serve.listing import Archive, Filter
from auditor.serve.trends import owed, series_of
from chromium import asked_for, chromium, too_faint, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from attacks.scene import Scene

Answer = tuple[int, dict[str, str], str]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("serve"), "slow_generation")


@pytest.fixture(scope="module")
def archive(sealed: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run as folder and as tar, one that was altered, and what somebody hostile put beside them."""
    root = tmp_path_factory.mktemp("archive")
    shutil.copytree(sealed.bundle, root / sealed.bundle.name)
    kept = root / "bundles" / "ledger"
    kept.mkdir(parents=True)
    assert run(["pack", str(sealed.bundle), str(kept / "000000000001.tar")]) == 0
    shutil.copytree(sealed.bundle, root / "altered")
    decisions = root / "altered" / layout.DECISIONS
    decisions.chmod(0o644)
    decisions.write_text(decisions.read_text().replace('"fail"', '"pass"'))
    for name in ("linked", "piped", "huge", "linked-folder"):
        (root / name / "attestations").mkdir(parents=True)
    (root / "linked" / layout.ATTESTATION).symlink_to("/etc/passwd")
    os.mkfifo(root / "piped" / layout.ATTESTATION)
    with (root / "huge" / layout.ATTESTATION).open("wb") as file:
        file.truncate(1 << 40)
    (root / "linked-folder" / "attestations").rmdir()
    (root / "linked-folder" / "attestations").symlink_to(sealed.bundle / "attestations")
    (root / "outside").symlink_to(sealed.bundle.parent)
    (root / "<script>alert(1)<.tar").write_text("no tar")
    return root


@pytest.fixture(scope="module")
def port(archive: Path, sealed: Scene) -> Iterator[int]:
    command = [sys.executable, "-m", "auditor.cli.main", "serve", str(archive), "--port", "0", "--quiet"]
    key = archive.parent / "serve-key.pub"
    key.write_bytes(sealed.company.runner.public)
    program = "import sys; from auditor.cli.main import main; sys.argv[0] = 'auditor'; sys.exit(main())"
    command = [sys.executable, "-c", program, *command[3:], "--key", str(key)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", server.stdout.readline())
        assert address
        yield int(address[1])
        server.terminate()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


def number(archive: Path, name: str) -> str:
    return next(one.number for one in Archive(archive).runs() if one.name.endswith(name))


def test_every_bundle_is_listed_and_what_cannot_be_read_says_why(archive: Path, sealed: Scene, port: int) -> None:
    found = {one.name: one.problem for one in Archive(archive).runs()}
    assert found == {
        sealed.bundle.name: "",
        "altered": "",
        "bundles/ledger/000000000001.tar": "",
        "linked": "holds a link, which is not followed",
        "linked-folder": "holds a link, which is not followed",
        "piped": "run.sigstore.json: not a plain file",
        "huge": f"{layout.ATTESTATION}: {1 << 40} bytes, at most {16 << 20} are read",
        "<script>alert(1)<.tar": found["<script>alert(1)<.tar"],
    }
    assert "ends after 6 of 512 bytes" in found["<script>alert(1)<.tar"]
    status, headers, page = ask(port, "/")
    assert status == 200
    assert "8 of 8 bundles" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;.tar" in page
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_a_page_of_elsewhere_reads_nothing_and_begins_nothing(port: int, archive: Path) -> None:
    assert ask(port, "/", Host="evil.example")[0] == 421
    assert ask(port, "/", Host=f"localhost:{port}")[0] == 200
    one = number(archive, "altered")
    for path in (f"/runs/{one}/verify", f"/runs/{one}", f"/trend/{one}", f"/compare?old={one}&new={one}"):
        assert ask(port, path, Sec_Fetch_Site="cross-site")[0] == 403
    assert ask(port, "/", Sec_Fetch_Site="cross-site")[0] == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
        assert ask(port, "/", method)[0] == 405


@pytest.mark.parametrize(
    "path",
    ["/runs/../../../etc/passwd", "/runs/..%2f..%2fetc%2fpasswd", "/runs/%00", "/runs//etc/passwd", "/static/x", "/x"],
)
def test_no_path_comes_from_a_browser(port: int, path: str) -> None:
    status, headers, page = ask(port, path)
    assert status == 404
    assert "root:" not in page
    assert "content-security-policy" in headers


def test_a_run_is_shown_with_its_lines_trend_and_report(port: int, archive: Path, sealed: Scene) -> None:
    one = number(archive, sealed.bundle.name)
    document = json.loads((sealed.bundle / layout.DECISIONS).read_bytes())
    for path in (f"/runs/{one}", f"/trend/{one}"):
        status, _, page = ask(port, path)
        assert status == 200
        for line in document["lines"]:
            assert line["title"].replace("<", "&lt;").replace(">", "&gt;") in page
    status, headers, page = ask(port, f"/runs/{one}/report")
    assert status == 200
    assert page.startswith("<!doctype html>")
    assert headers["content-type"].startswith("text/html")
    tar = number(archive, ".tar")
    assert ask(port, f"/runs/{number(archive, '000000000001.tar')}/report")[2] == page
    assert ask(port, f"/runs/{tar}")[0] == 200


def test_signatures_outstanding_are_those_of_the_latest_run_of_each_release(port: int, sealed: Scene) -> None:
    status, _, page = ask(port, "/outstanding")
    document = json.loads((sealed.bundle / layout.DECISIONS).read_bytes())
    assert status == 200
    assert page.count("<h2>") == 1
    assert page.count("<tr><td") == len(owed(document))


def test_a_genuine_bundle_is_verified_and_an_altered_one_refused(port: int, archive: Path, sealed: Scene) -> None:
    page = ask(port, f"/runs/{number(archive, sealed.bundle.name)}/verify")[2]
    assert "VERIFIED" in page
    assert "decided again to the same bytes" in page
    assert "REFUSED: digest-mismatch" in ask(port, f"/runs/{number(archive, 'altered')}/verify")[2]


def test_two_runs_are_compared(port: int, archive: Path, sealed: Scene) -> None:
    old, new = number(archive, sealed.bundle.name), number(archive, "altered")
    assert "Nothing changed" in ask(port, f"/compare?old={old}&new={number(archive, '000000000001.tar')}")[2]
    page = ask(port, f"/compare?old={old}&new={new}")[2]
    assert "Fixed" in page
    listed = ask(port, "/")[2]
    for name, one in (("old", old), ("new", new)):
        assert f'<input type="radio" name="{name}" value="{one}"' in listed
    assert ask(port, f"/compare?old={old}&new=none")[0] == 404
    assert ask(port, f"/compare?old={old}&new={number(archive, 'piped')}")[0] == 422


def test_every_page_fits_can_be_read_and_asks_for_nothing_else(
    port: int, archive: Path, sealed: Scene, tmp_path: Path
) -> None:
    one, old = number(archive, sealed.bundle.name), number(archive, "altered")
    pages = [
        "",
        "?result=pass",
        "outstanding",
        f"runs/{one}",
        f"trend/{one}",
        f"compare?old={old}&new={one}",
        "runs/none",
    ]
    pages.append(f"runs/{one}/verify")
    with chromium(tmp_path) as browser:
        for path in pages:
            address = f"http://127.0.0.1:{port}/{path}"
            browser.get(address)
            assert asked_for(browser) <= {address, f"http://127.0.0.1:{port}/favicon.ico"}
            for width in (360, 1280):
                assert width_of(browser, width) == width, path
            for scheme in ("light", "dark"):
                assert too_faint(browser, scheme) == [], path


def test_what_is_listed_is_what_was_asked_for(archive: Path) -> None:
    runs = Archive(archive).runs()
    claimed = next(one for one in runs if one.claims)
    assert claimed.claims is not None
    said = claimed.claims.predicate

    def listed(**asked: str) -> int:
        return sum(Filter(**asked).matches(one) for one in runs)

    assert listed() == 8
    assert listed(result="fail") == 3
    assert listed(result="pass") == 0
    assert listed(profile=said.profile.id, release=said.scope.release) == 3
    assert listed(release="another") == 0
    assert listed(text="ALTER") == 1
    assert listed(text=claimed.claims.key_id) == 3
    assert listed(since=said.asOf[:10], until=said.asOf[:10]) == 3
    assert listed(until="2000-01-01") == 0


def test_what_changed_on_disk_is_read_again_and_nothing_else(archive: Path, sealed: Scene, tmp_path: Path) -> None:
    shutil.copytree(sealed.bundle, tmp_path / "one")
    listing = Archive(tmp_path)
    (first,) = listing.runs()
    (again,) = listing.runs()
    assert again is first
    (tmp_path / "one" / layout.ATTESTATION).unlink()
    (tmp_path / "one" / layout.ATTESTATION).write_text("{}")
    (changed,) = listing.runs()
    assert changed.claims is None
    assert changed.problem
    with pytest.raises(Unreadable):
        read_claims(tmp_path, changed.parts)
    shutil.rmtree(tmp_path / "one")
    assert listing.runs() == []
    with pytest.raises(Unreadable, match="link"):
        read_decisions(archive, ("linked-folder", "attestations"))


def test_a_folder_that_cannot_be_opened_is_listed_and_an_archive_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def refuse(folder: Path) -> object:
        if folder.name in ("closed", "gone"):
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr("auditor.serve.listing.os.scandir", refuse)
    (closed,) = Archive(tmp_path).runs()
    assert (closed.name, closed.claims) == ("closed", None)
    assert closed.problem
    with pytest.raises(PermissionError):
        Archive(tmp_path / "gone").runs()


def run_of(verdict: str, observed: Any, reason: str = "unsigned") -> dict[str, Any]:
    control = {"control": "approvals.signed_by_role", "parameters": {"role": "cto"}}
    line = {"line": "a", "title": "A", "verdict": verdict, "role": None, "controls": [control]}
    finding = {"line": "a", "control": control["control"], "verdict": verdict, "observed": observed, "reason": reason}
    return {"lines": [line], "findings": [finding]}


def test_a_trend_holds_each_verdict_and_the_numbers_that_were_observed() -> None:
    (series,) = series_of([run_of("pass", 10), run_of("fail", None), run_of("inconclusive", 30)])
    assert series.verdicts == ("pass", "fail", "inconclusive")
    assert (series.low, series.high) == (10, 30)
    assert series.points == "4,32 236,4"
    (alone,) = series_of([run_of("pass", 10)])
    assert alone.points == ""
    old = run_of("pass", 10)
    old["lines"][0]["line"] = old["findings"][0]["line"] = "gone"
    assert [one.verdicts for one in series_of([old, run_of("pass", 1)])] == [("", "pass"), ("pass", "")]


def test_signatures_are_owed_where_a_person_has_not_signed() -> None:
    assert owed(run_of("inconclusive", None)) == [("A", "cto", "unsigned")]
    assert owed(run_of("pass", None)) == []
    assert owed(run_of("fail", None, "declined")) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--host", "0.0.0.0"], "other machines could read the archive"),  # noqa: S104 - refused
        (["--host", "nowhere"], "no address"),
        (["--trust", "none.json"], "--trust-owner go together"),
    ],
)
def test_what_cannot_be_served_is_refused(
    archive: Path, capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert run(["serve", str(archive), *given]) == 2
    assert said in capsys.readouterr().err
