"""``auditor controls frameworks``: what bears on each article, what a run proved of it, and what stays unproven."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from attacks.scene import scene
from auditor.adapters.policies.framework import evidence, load_frameworks, refuse_unknown
from auditor.adapters.policies.pack import load_pack
from auditor.errors import ControlError
from auditor.shipped import policies_dir
from policies.framework_pages import PAGES, pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from console import Said

    Run = Callable[..., Said]

FRAMEWORKS = load_frameworks(policies_dir())
# The articles that issue 6 names, whatever else is there.
NAMED = {
    "gdpr": "5-1-a 5-1-b 5-1-c 5-1-d 5-1-e 5-1-f 5-2 6 7 12-3 15 16 17 20 25 28 30 32 33 35 44 45 46 49",
    "ai-act": "12 19 26-6 50",
    "nis2": "21 23",
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of a run in which a store lay in another region."""
    return scene(tmp_path_factory.mktemp("frameworks"), "store_abroad").bundle


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of a run whose trail lacks an hour of a region."""
    return scene(tmp_path_factory.mktemp("frameworks"), "trail_gap").bundle


def article(said: str, number: str) -> str:
    """Return what is said of one article."""
    _, _, rest = f"\n{said}".partition(f"\n{number}  ")
    return rest.partition("\n\n")[0]


def test_the_articles_that_were_asked_for_are_there() -> None:
    for framework, numbers in NAMED.items():
        there = {one.id for one in FRAMEWORKS[framework].articles}
        assert {f"art-{number}" for number in numbers.split()} <= there
    assert {"iso-27001", "soc2"} < FRAMEWORKS.keys()


def test_the_list_says_how_many_articles_have_a_control(auditor: Run) -> None:
    listed = json.loads(auditor("controls", "frameworks", "--json").out)
    assert [one["id"] for one in listed] == sorted(FRAMEWORKS)
    pack = load_pack(policies_dir())
    for one in listed:
        given = evidence(pack, FRAMEWORKS[one["id"]])
        assert (one["articles"], one["withEvidence"]) == (len(given), sum(bool(found) for found in given.values()))
        assert 0 < one["withEvidence"] < one["articles"] or one["id"] == "ai-act"


def test_an_article_without_control_is_wholly_unproven(auditor: Run) -> None:
    done = auditor("controls", "frameworks", "gdpr")
    assert (done.code, done.err) == (0, "")
    assert article(done.out, "5(1)(d)").splitlines()[3:5] == [
        "    not proven:",
        "      - everything: no control gives evidence for it",
    ]
    assert "residency.store_in_declared_region" in article(done.out, "44")


def test_a_date_that_was_not_confirmed_says_so(auditor: Run) -> None:
    said = article(auditor("controls", "frameworks", "ai-act").out, "26(6)")
    assert "applies from 2027-12-02 (not confirmed: as Article 12)" in said


def test_a_run_proves_what_passed_over_its_population_and_shows_what_failed(auditor: Run, bundle: Path) -> None:
    done = auditor("controls", "frameworks", "gdpr", "--bundle", bundle)
    said = article(done.out, "44")
    proven, _, failed = said.partition("shown not to hold:")
    assert "residency.inference_in_declared_regions" in proven
    assert "over a population of 874, 2025-01-14T10:00:00Z to 2025-01-14T12:00:00Z; from audit_events, " in proven
    assert "residency.store_in_declared_region" in failed.partition("not proven:")[0]
    assert "access from a third country to data that stays in the Union" in failed.partition("not proven:")[2]


def test_what_a_run_did_not_decide_is_unproven(auditor: Run, blind: Path) -> None:
    said = article(auditor("controls", "frameworks", "gdpr", "--bundle", blind).out, "44")
    assert "residency.inference_in_declared_regions): inconclusive" in said.partition("not proven:")[2]
    assert "residency.inference_in_declared_regions" not in said.partition("not proven:")[0]


def test_json_says_the_same(auditor: Run, bundle: Path) -> None:
    page = json.loads(auditor("controls", "frameworks", "nis2", "--bundle", bundle, "--json").out)
    assert page["as_of"] == "2025-01-14T12:00:00Z"
    (handling,) = (one for one in page["articles"] if one["id"] == "art-21-2-b")
    assert {(one["line"], one["verdict"]) for one in handling["proofs"]} == {("rollback.security_alert", "pass")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hipaa"], "no framework 'hipaa'; the pack has ai-act, gdpr, iso-27001, nis2, soc2"),
        (["gdpr", "--bundle", "nowhere"], "nowhere: no sealed run"),
        (["--bundle", "nowhere"], "a bundle is shown for one framework"),
        (["gdpr", "--bundle", "nowhere", "--profile", "eu-compliance"], "a bundle brings its own policies and profile"),
    ],
)
def test_what_cannot_be_shown_says_why(auditor: Run, arguments: list[str], said: str) -> None:
    done = auditor("controls", "frameworks", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "what to do: " in done.err


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the frameworks, to be spoiled."""
    return Path(shutil.copytree(policies_dir() / "frameworks", tmp_path / "frameworks")).parent


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "nis2"', 'id = "nis"', "its id is 'nis', expected 'nis2'"),
        ('id = "art-23"', 'id = "art-21"', "has art-21 twice"),
        ("as_of = 2026-12-01\n", "", "as_of: Field required"),
        ('source = "', "source = ", "no framework ("),
    ],
)
def test_a_framework_that_is_not_whole_is_refused(copy: Path, old: str, new: str, said: str) -> None:
    file = copy / "frameworks" / "nis2.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(ControlError) as refused:
        load_frameworks(copy)
    assert str(file) in str(refused.value)
    assert said in str(refused.value)


def test_an_unconfirmed_date_needs_a_note(copy: Path) -> None:
    file = copy / "frameworks" / "ai-act.toml"
    file.write_text(file.read_text().replace('note = "as Article 12"\n', ""))
    with pytest.raises(ControlError, match="is not confirmed, but its note does not say what"):
        load_frameworks(copy)


def test_a_control_for_what_no_framework_has_is_refused() -> None:
    pack = load_pack(policies_dir())
    refuse_unknown(pack, FRAMEWORKS)
    kept = {name: one for name, one in FRAMEWORKS.items() if name != "nis2"}
    with pytest.raises(ControlError, match="evidence for 'nis2/art-21-2-c', of a framework that is none of checklist"):
        refuse_unknown(pack, kept)
    fewer = FRAMEWORKS["gdpr"].model_copy(
        update={"articles": [one for one in FRAMEWORKS["gdpr"].articles if one.id != "art-44"]}
    )
    with pytest.raises(ControlError, match=r"evidence for 'gdpr/art-44', which frameworks/gdpr\.toml does not list"):
        refuse_unknown(pack, {**FRAMEWORKS, "gdpr": fewer})


def test_the_pages_are_those_that_are_committed() -> None:
    written = pages()
    assert {name: (PAGES / name).read_text() for name in written} == written
