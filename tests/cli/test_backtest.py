"""``auditor backtest``: real bundles of the example company, decided with a changed pack and changed parameters."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import LOCK, load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.cli.backtest import _exit_code, _refuse_without_effect
from auditor.core.backtest import Backtest, Lacking, Outcome, Setting
from auditor.errors import EngineError, UsageError
from auditor.shell.backtest import find_bundles
from auditor.shell.evaluate import evaluate
from auditor.shell.reconsider import known_problems, lacking_tables, with_settings
from auditor.shell.sandbox import read_reconsidered
from auditor.shipped import policies_dir
from auditor.tables import TABLES
from company import collected
from console import script
from published import problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Said

    Run = Callable[..., Said]

FIRST = Path(__file__).parents[1] / "fixtures" / "bundles" / "v1"
PROFILE = "profiles/hybrid-routing-gates.toml"
STRICT = "slo.p95_generation:slo.p95_latency.latency_limit_us=1000000"


class Tried(NamedTuple):
    """One backtest of four bundles, in all of its forms."""

    said: Said
    json: dict[str, Any]
    csv: list[dict[str, str]]
    key: Path
    bundles: Path
    before: dict[str, str]


def digests(folder: Path) -> dict[str, str]:
    return {str(one): hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.rglob("*") if one.is_file()}


def stricter(root: Path) -> Path:
    """Return a copy of the shipped pack in which P95 of generation may be 1 s, and not 1.5 s."""
    pack = shutil.copytree(policies_dir(), root / "policies")
    text = (pack / PROFILE).read_text(encoding="utf-8")
    assert text.count("latency_limit_us = 1_500_000") == 1
    (pack / PROFILE).write_text(text.replace("latency_limit_us = 1_500_000", "latency_limit_us = 1_000_000"))
    lock = json.loads((pack / LOCK).read_bytes())
    lock["sources"][PROFILE] = hashlib.sha256((pack / PROFILE).read_bytes()).hexdigest()
    (pack / LOCK).write_text(json.dumps(lock))
    return pack


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Try a stricter pack on a healthy run, one with slow answers, one that was tampered with, and a stranger's."""
    root = tmp_path_factory.mktemp("backtest")
    bundles, signer = root / "kept", load_signer(generate_key(root / "run.pem").private_path)
    for name, incidents in (("good", ()), ("slow", ("slow_generation",))):
        snapshot, as_of, now = collected(*incidents)
        made = evaluate(snapshot, signer=signer, output=root / name, time_created=now, as_of=as_of).bundle
        shutil.copytree(made, bundles / name)
    shutil.copytree(bundles / "good", bundles / "tampered")
    path = bundles / "tampered" / layout.DECISIONS
    path.write_text(path.read_text().replace('"go"', '"no_go"', 1))
    shutil.copy(FIRST / "bundle.tar", bundles / "stranger.tar")
    key = root / "run.pem.pub"
    before = digests(bundles)
    written = ("-o", f"json={root / 'out.json'}", "-o", f"csv={root / 'out.csv'}")
    done = script("backtest", str(bundles), "--key", str(key), "--policies", str(stricter(root)), *written, cwd=root)
    rows = list(csv.DictReader(io.StringIO((root / "out.csv").read_text())))
    return Tried(done, json.loads((root / "out.json").read_bytes()), rows, key, bundles, before)


def of(tried: Tried, name: str) -> dict[str, Any]:
    return next(one for one in tried.json["bundles"] if Path(one["path"]).name == name)


def test_a_refused_bundle_is_named_and_never_the_same(tried: Tried) -> None:
    assert (tried.said.code, tried.json["regressed"]) == (4, True)
    for name, code in (("tampered", "size-mismatch"), ("stranger.tar", "key-unknown")):
        one = of(tried, name)
        assert (one["standing"], one["code"], one["run"], one["changed"]) == ("refused", code, None, False)
        assert f"{name} REFUSED [{code}]" in " ".join(tried.said.out.split())
        assert [row["standing"] for row in tried.csv if row["bundle"] == name] == ["refused"]
    said = " ".join(tried.said.out.split())
    assert said.endswith("4 bundles: 1 decided otherwise, 1 of them with a step back, 1 the same, 2 refused")


def test_what_a_stricter_limit_would_have_failed_is_told_with_both_limits(tried: Tried) -> None:
    good = of(tried, "good")
    assert (good["standing"], good["regressed"], good["policies"]) == ("compared", True, [PROFILE])
    assert good["gates"] == [{"gate": "slo", "old": "go", "new": "no_go"}]
    found = {(one["line"], one["resource"]): one for one in good["differences"]}
    assert found["slo.p95_generation", ""]["kind"] == "broken"
    direct = found["slo.p95_generation", "generation/direct"]
    assert (direct["old"], direct["new"], direct["new_reason"]) == ("pass", "fail", "over_limit")
    assert "is within 1.500 s" in direct["old_said"]
    assert "is over the limit 1.000 s" in direct["new_said"]
    assert {line for line, _ in found} == {"slo", "slo.p95_generation"}
    assert "broken  slo.p95_generation: P95 latency <= 1.5 s (generation): pass -> fail" in tried.said.out
    rows = {(row["line"], row["resource"]): row for row in tried.csv if row["bundle"] == good["bundle"]}
    assert rows["slo.p95_generation", "generation/direct"]["new_said"] == direct["new_said"]


def test_what_failed_already_fails_the_same(tried: Tried) -> None:
    slow = of(tried, "slow")
    assert (slow["standing"], slow["changed"], slow["differences"], slow["gates"]) == ("compared", False, [], [])


def test_nothing_of_the_archive_is_changed(tried: Tried) -> None:
    assert digests(tried.bundles) == tried.before


def test_json_is_as_published(tried: Tried) -> None:
    assert problems("backtest", tried.json) == []
    assert problems("backtest", tried.json | {"bundles": [tried.json["bundles"][0] | {"standing": "same"}]})


def test_a_bundle_that_lacks_a_table_of_the_new_policies_does_not_pass(auditor: Run) -> None:
    key = ("--key", FIRST / "run-key.pub")
    done = auditor("backtest", FIRST / "bundle.tar", *key, "--policies", policies_dir(), "-o", "json")
    found = json.loads(done.out)
    assert (done.code, found["regressed"], found["undecided"], problems("backtest", found)) == (3, False, True, [])
    (bundle,) = found["bundles"]
    assert {table for one in bundle["lacking"] for table in one["tables"]} >= {"inference_profiles"}
    for lacks in bundle["lacking"]:
        told = [one for one in bundle["differences"] if one["line"] == lacks["line"] and one["control"]]
        assert "tables_lacking" in {one["new_reason"] for one in told}
        assert "pass" not in {one["new"] for one in told if one["control"] == lacks["control"]}


def test_a_parameter_of_one_line_is_tried_alone_with_the_bundles_own_policies(auditor: Run, tried: Tried) -> None:
    good = ("backtest", tried.bundles / "good", "--key", tried.key)
    done = auditor(*good, "--param", STRICT, "--fail-on", "never", "-o", "json")
    (bundle,) = json.loads(done.out)["bundles"]
    assert (done.code, bundle["regressed"], bundle["policies"], bundle["bound"]) == (0, True, [], 1)
    assert {one["line"] for one in bundle["differences"]} == {"slo", "slo.p95_generation"}


def test_what_is_bound_nowhere_is_no_result() -> None:
    pack = load_pack(policies_dir())
    profile = load_profile(pack, "hybrid-routing-gates")
    elsewhere = Setting(None, "records.dpia_current", "x", 1)
    assert with_settings(profile, [elsewhere]) == (profile, 0)
    with pytest.raises(UsageError, match="records.dpia_current.x: bound by no line of any bundle"):
        _refuse_without_effect(Backtest((elsewhere,), (outcome("unconcerned"),)), (elsewhere,))
    with pytest.raises(UsageError, match="declares no parameter 'limit'"):
        with_settings(profile, [Setting(None, "slo.p95_latency", "limit", 1)])
    with pytest.raises(UsageError, match="line slo.p95_cached: parameter 'latency_limit_us'"):
        with_settings(profile, [Setting("slo.p95_cached", "slo.p95_latency", "latency_limit_us", "fast")])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing is changed"),
        (("--param", "limit=1"), "sets no parameter"),
        (("--policies", "shipped", "--param", "slo.p95.limit=1"), "the pack has no control 'slo.p95'"),
        (("--policies", "shipped", "--param", "slo.p95_latency.limit=1"), "declares no parameter 'limit'"),
        (("--policies", "shipped", "--param", "slo.p95_latency.latency_limit_us=fast"), "'latency_limit_us'"),
        (("--policies", "."), "pack.lock"),
    ],
    ids=["nothing", "form", "control", "name", "type", "pack"],
)
def test_a_change_that_cannot_be_made_is_told_before_a_bundle_is_read(
    auditor: Run, words: tuple[str, ...], said: str
) -> None:
    given = [policies_dir() if one == "shipped" else one for one in words]
    done = auditor("backtest", FIRST / "bundle.tar", "--key", FIRST / "run-key.pub", *given)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_bundles_are_found_in_folders_and_archives_and_their_absence_is_told(tmp_path: Path) -> None:
    archive, folder = tmp_path / "archive", tmp_path / "runs"
    for path in (archive / "bundles" / "one" / "000000000002.tar", archive / "bundles" / "one" / "000000000001.tar"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "a").mkdir(parents=True)
    (folder / "a" / layout.DECLARATION).touch()
    (folder / "other").mkdir()
    found = find_bundles([archive, folder, folder / "a"])
    assert [one.name for one in found] == ["000000000001.tar", "000000000002.tar", "a"]
    with pytest.raises(UsageError, match="other: no bundle") as caught:
        find_bundles([folder / "other", tmp_path / "nowhere", folder])
    assert "nowhere: no bundle" in str(caught.value)


def outcome(standing: Any = "compared", **members: Any) -> Outcome:
    return Outcome("b", "b", standing, **members)


BROKEN, CHANGED = outcome(broken=True, changed=True), outcome(changed=True)
LACKS = outcome(blind=True, changed=True, lacking=(Lacking("l", "a.b", ("t",)),))


@pytest.mark.parametrize(
    ("bundles", "regress", "change", "never"),
    [
        ([outcome()], 0, 0, 0),
        ([CHANGED], 0, 1, 0),
        ([BROKEN, outcome("undecided")], 1, 1, 3),
        ([LACKS], 3, 1, 3),
        ([BROKEN, outcome("failed")], 5, 5, 5),
        ([BROKEN, outcome("failed"), outcome("refused")], 4, 4, 4),
    ],
    ids=["same", "changed", "broken", "lacks", "failed", "refused"],
)
def test_the_worst_that_was_found_ends_it(bundles: list[Outcome], regress: int, change: int, never: int) -> None:
    found = Backtest((), tuple(bundles))
    assert [_exit_code(found, one) for one in ("regress", "change", "never")] == [regress, change, never]


def test_a_child_that_was_taken_over_is_not_believed() -> None:
    good = {"decisions": {}, "lacking": [["l", "a.b", ["t"]]], "bound": 1}

    def answer(**lies: Any) -> Any:
        return read_reconsidered(0, json.dumps({"result": good | lies, "isolation": ["all"]}).encode(), b"")

    assert answer().lacking == (("l", "a.b", ("t",)),)
    for lies in (
        {"decisions": []},
        {"lacking": 1},
        {"lacking": [["l"]]},
        {"lacking": [["l", "c", [1]]]},
        {"bound": "1"},
    ):
        with pytest.raises(EngineError, match="another form"):
            answer(**lies)


def test_tables_are_lacking_whether_a_control_reads_them_itself_or_through_derived_ones() -> None:
    pack = load_pack(policies_dir())
    assert lacking_tables(pack, TABLES) == {}
    lacking = lacking_tables(pack, TABLES.keys() - {"coverage", "requests"})
    assert lacking["coverage.source_observed"] == ("coverage",)
    assert "requests" in lacking["slo.p95_latency"]
    assert known_problems(pack, [Setting(None, "slo.p95_latency", "latency_limit_us", 1)]) == []
