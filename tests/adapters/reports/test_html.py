"""The HTML report in a real browser: what it asks for, how it fits, how it prints, and what it holds."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from attacks.scene import scene
from auditor.cli.main import run
from auditor.shell.sealed_run import sealed_decisions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Contrast by WCAG 2.1 (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio) of every element with text of its own.
CONTRAST = """
const part = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
  if (c !== 'rgba(0, 0, 0, 0)') return c; } throw new Error('no background'); };
const texts = [...document.body.querySelectorAll('*')].filter(
  e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !e.closest('title, desc, style'));
return texts.map(e => { const s = getComputedStyle(e);
  const a = light(e.namespaceURI.endsWith('svg') ? s.fill : s.color), b = light(ground(e));
  return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.slice(0, 40)]; });
"""


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
    """Return Chromium with the page open; without it a test is skipped, but under ``CI=true`` it fails."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium: tools/install-chromium.sh")
        pytest.skip("no Chromium: tools/install-chromium.sh")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    session = webdriver.Chrome(options, webdriver.ChromeService(driver))
    session.get("about:blank")
    session.get_log("performance")  # what the browser's own first page loaded
    session.get(page.as_uri())
    yield session
    session.quit()


def test_it_asks_for_nothing(browser: Any, page: Path) -> None:
    messages = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"}
    assert asked == {page.as_uri()}
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits(browser: Any, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert browser.execute_script("return innerWidth") == width
    assert browser.execute_script("return document.documentElement.scrollWidth") == width


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
