"""A headless Chromium for tests of pages: without it a test is skipped, but under ``CI=true`` it fails."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

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


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """Give a browser whose profile lies in the folder ``profile``, with nothing in its log."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium: tools/install-chromium.sh")
        pytest.skip("no Chromium: tools/install-chromium.sh")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    session = webdriver.Chrome(options, webdriver.ChromeService(driver))
    session.get("about:blank")
    session.get_log("performance")  # what the browser's own first page loaded
    yield session
    session.quit()


def asked_for(browser: Any) -> set[str]:
    """Return the addresses that were requested since the log was last read."""
    messages = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"}
    return {one for one in asked if not one.startswith("data:")}  # the browser's own pictures of its controls


def width_of(browser: Any, width: int) -> int:
    """Return how wide the page is in a window of ``width`` pixels."""
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert browser.execute_script("return innerWidth") == width
    found: int = browser.execute_script("return document.documentElement.scrollWidth")
    return found


def too_faint(browser: Any, scheme: str) -> list[Any]:
    """Return the texts whose contrast is below 4.5 in a colour scheme, and fail where there is no text at all."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    found = browser.execute_script(CONTRAST)
    assert found
    return [one for one in found if one[0] < 4.5]
