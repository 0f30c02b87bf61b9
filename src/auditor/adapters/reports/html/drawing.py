"""Draws with matplotlib and returns SVG that stands in a page: its colours are the page's, its bytes always the same.

Rules kept here: a drawing has a title and a description for who cannot see it; its text is text in the reader's own
font; it names no colour but those that the page's style gives for light, dark and print; no date, no version, no
address is in it; its ids are its own, so that many stand in one page.
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# What matplotlib is told -> what the page's style says instead. The colours are stand-ins and are never shown.
INKS = {
    "#010101": "currentColor",
    "#020202": "var(--pass)",
    "#030303": "var(--fail)",
    "#040404": "var(--unknown)",
    "#050505": "var(--rule)",
    "#060606": "var(--limit)",
}
TEXT, PASS, FAIL, UNKNOWN, RULE, LIMIT = INKS
METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
IDS = re.compile(r'(?<=\bid=")|(?<=href="#)|(?<=url\(#)')
# Narrow, so that its text is still read where a phone shows it whole, and not too large where a desk does.
WIDTH_IN = 5.0
# Room for what stands around the axes; to measure it instead would take longer than to draw.
LEFT_IN, SIDE_IN, BELOW_IN, LINE_IN, ABOVE_IN = 0.86, 0.22, 0.5, 0.16, 0.09


def draw(name: str, title: str, description: str, height_in: float, plot: Callable[[Any], None]) -> str:
    """Return the SVG of what ``plot`` puts on the axes it is given. ``name`` is distinct within the page."""
    import matplotlib as mpl  # noqa: PLC0415 - heavy
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 - heavy
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy

    settings: dict[Any, Any] = {
        "svg.hashsalt": name,
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10,
        "hatch.linewidth": 0.7,
        "text.parse_math": False,
        "text.color": TEXT,
        "axes.edgecolor": RULE,
        "axes.labelcolor": TEXT,
        "xtick.color": RULE,
        "ytick.color": RULE,
        "xtick.labelcolor": TEXT,
        "ytick.labelcolor": TEXT,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH_IN, height_in))
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        figure.patch.set_visible(False)
        plot(axes)
        left = LEFT_IN if len(axes.get_yticks()) else SIDE_IN
        figure.subplots_adjust(
            left=left / WIDTH_IN,
            right=1 - SIDE_IN / WIDTH_IN,
            bottom=(BELOW_IN + axes.get_xticklabels()[0].get_text().count("\n") * LINE_IN) / height_in,
            top=1 - ABOVE_IN / height_in,
        )
        written = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=nothing, transparent=True)
    return _standing(written.getvalue(), name, title, description)


def _standing(svg: str, name: str, title: str, description: str) -> str:
    """Return the drawing as an element of a page."""
    body = METADATA.sub("", svg[svg.index("<svg") :])
    body = IDS.sub(f"{name}-", body)
    for ink, ours in INKS.items():
        body = body.replace(ink, ours)
    start, rest = body.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', start)
    view = box[0] if box else ""
    labels = f'role="img" aria-labelledby="{name}-t {name}-d"'
    told = f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
    return f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" {view} {labels}>{told}{rest}'
