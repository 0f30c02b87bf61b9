"""The HTML report in a real browser: what it asks for, how it fits, how it prints, and what it holds."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import scene
from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.cli.html_output import html_report
from auditor.cli.main import run
from auditor.shell.sealed_run import sealed_decisions
from chromium import CONTRAST, asked_for, chromium, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

AXE_TOOL = Path(__file__).parents[3] / "tools" / "install-axe-core.sh"
# All of WCAG 2.2 at levels A and AA that axe-core can judge (https://www.deque.com/axe/core-documentation/api-documentation/).
JUDGE = """
const done = arguments[arguments.length - 1];
document.querySelectorAll('details').forEach(one => one.open = true);
const asked = {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']};
axe.run(document.querySelector(arguments[0]), asked).then(
  found => done({
    passed: found.passes.map(rule => rule.id),
    broken: found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.html, node.failureSummary])),
    open: found.incomplete.flatMap(rule => rule.nodes.map(node => node.failureSummary.split('\\n').pop().trim()))}));
"""
# A text of one letter is not judged: the zero of an axis.
NOT_JUDGED = {"Element content is too short to determine if it is actual text content"}


def write(bundle: Path, page: Path) -> str:
    assert run(["report", str(bundle), "-o", f"html={page}", "--quiet"]) == 0
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run with findings that fail."""
    return scene(tmp_path_factory.mktemp("html"), "slow_generation").bundle


@pytest.fixture(scope="module")
def page(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    write(bundle, path)
    return path


@pytest.fixture(scope="module")
def browser(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return Chromium with the page open."""
    with chromium(tmp_path_factory.mktemp("profile")) as session:
        session.get(page.as_uri())
        yield session


def test_it_asks_for_nothing(browser: Any, page: Path) -> None:
    asked = asked_for(browser)
    assert asked == {page.as_uri()}
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits(browser: Any, width: int) -> None:
    assert width_of(browser, width) == width


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the script of axe-core; without it a test is skipped, but under ``CI=true`` it fails."""
    found = subprocess.run([AXE_TOOL, "--find"], check=False, capture_output=True, text=True)
    if found.returncode:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs axe-core: {found.stderr}")
        pytest.skip(found.stderr)
    return Path(found.stdout.strip()).read_text(encoding="utf-8")


def judged(browser: Any, axe: str, scheme: str, part: str = "html") -> dict[str, Any]:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.execute_script(axe)
    found: dict[str, Any] = browser.execute_async_script(JUDGE, part)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser: Any, axe: str, scheme: str) -> None:
    found = judged(browser, axe, scheme)
    assert found["broken"] == []
    assert set(found["open"]) <= NOT_JUDGED
    rules = {"color-contrast", "svg-img-alt", "scrollable-region-focusable", "document-title", "html-has-lang"}
    assert rules <= set(found["passed"])


def test_the_judges_see_text_that_is_too_faint_and_a_drawing_without_a_name(browser: Any, page: Path, axe: str) -> None:
    browser.execute_script("document.documentElement.style.setProperty('--ink', '#999')")
    browser.execute_script("document.querySelector('svg').removeAttribute('aria-labelledby')")
    browser.execute_script("document.querySelectorAll('svg title').forEach(one => one.remove())")
    broken = {rule for rule, *_ in judged(browser, axe, "light", "section.control")["broken"]}
    faint = browser.execute_script(CONTRAST)
    browser.get(page.as_uri())
    assert any(ratio < 3 and text.startswith("generation/direct") for ratio, text in faint)
    assert broken == {"color-contrast", "svg-img-alt"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read(browser: Any, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    found = browser.execute_script(CONTRAST)
    assert len(found) > 100
    assert [one for one in found if one[0] < 4.5] == []


def test_it_prints(browser: Any) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    content = base64.b64decode(printed["data"])
    assert content.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 60


def test_every_control_and_every_failing_line_is_in_it(bundle: Path, page: Path) -> None:
    text = unescape(page.read_text(encoding="utf-8"))
    document = sealed_decisions(bundle)
    assert "fail" in {one["verdict"] for one in document["lines"]}
    for control in {one["control"] for one in document["findings"]}:
        assert f"<code>{control}</code>" in text
    for line in document["lines"]:
        assert line["title"] in text


def test_it_is_the_same_each_time(bundle: Path, page: Path, tmp_path: Path) -> None:
    assert write(bundle, tmp_path / "again.html") == page.read_text(encoding="utf-8")


MANY = 2_000
MOST_BYTES = 2_500_000


@pytest.fixture(scope="module")
def crowded(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a run whose inventory had 2,000 stores, 300 of them elsewhere."""
    document = sealed_decisions(bundle)
    store = next(one for one in document["findings"] if one["control"] == "residency.store_in_declared_region")
    elsewhere = {"verdict": "fail", "reason": "other_region", "observed": "us-east-1"}
    for number in range(MANY):
        name = {"resource": f"arn:aws:dynamodb:eu-central-1:111122223333:table/a-table-with-a-long-name-{number:04}"}
        document["findings"].append(store | name | (elsewhere if number % 20 < 3 else {}))
    pack = load_pack(bundle / layout.POLICIES)
    path = tmp_path_factory.mktemp("crowded") / "report.html"
    path.write_bytes(html_report((("html", path),), document, pack, bundle)["html"])
    return path


def test_a_page_of_two_thousand_findings_stays_usable(browser: Any, crowded: Path, page: Path) -> None:
    assert crowded.stat().st_size < MOST_BYTES
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get(crowded.as_uri())
    timing = "const [one] = performance.getEntriesByType('navigation'); return one.loadEventEnd / 1000"
    assert browser.execute_script(timing) > 0  # it was loaded to its end
    visible = "return [...document.querySelectorAll('tr')].filter(one => one.checkVisibility()).length"
    closed = browser.execute_script(visible)
    assert closed < 150
    test_it_fits(browser, 360)
    # every one is there and can be opened, without a script of the page
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    rows = "return [...document.querySelectorAll('td.wide')].filter(one => one.innerText.includes('a-table-')).length"
    assert browser.execute_script(rows) == MANY
    assert browser.execute_script(visible) > MANY
    test_it_fits(browser, 360)
    browser.get(page.as_uri())


def test_a_page_has_an_end_and_says_what_it_leaves_out(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.adapters.reports.html.sections.PAGE", 10)
    monkeypatch.setattr("auditor.adapters.reports.html.sections.OPEN", 5)
    monkeypatch.setattr("auditor.adapters.reports.html.sections.OBSERVED", 0)
    monkeypatch.setattr("auditor.adapters.reports.html.exhibits.PAGE", 1)
    pack = load_pack(bundle / layout.POLICIES)
    text = html_report((("html", None),), sealed_decisions(bundle), pack, bundle)["html"].decode()
    assert "and 23 more, none of them worse in verdict" in text  # of 28 findings of coverage
    assert text.count("<svg") == 1
    assert "1 more of this control&#39;s lines not drawn" in text
