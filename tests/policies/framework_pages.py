"""docs/reference/frameworks: which controls give evidence for each article, and what is not proven; this writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.policies.framework import load_frameworks
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.policies.profile_files import profile_names
from auditor.shell.framework_page import pack_page

if TYPE_CHECKING:
    from auditor.shell.framework_page import ArticlePage, FrameworkPage

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "frameworks"
HEAD = """# {title}

{cited}; [source]({source}), looked at on {looked_at}. Made by `python tests/policies/framework_pages.py`; do not edit.

`auditor controls frameworks {id} --bundle BUNDLE` says the same of a run: what it proved, by which facts and over which
population, what it showed not to hold, and what remains unproven. A verdict is evidence for an article and never says
that anybody complies with it.
"""


def pages() -> dict[str, str]:
    """Return each page by its name."""
    pack = load_pack(ROOT / "policies")
    profiles = [load_profile(pack, name) for name in profile_names(pack.root)]
    return {f"{name}.md": _page(pack_page(pack, profiles, name)) for name in load_frameworks(pack.root)}


def _page(page: FrameworkPage) -> str:
    head = HEAD.format(title=page.title, cited=page.cited_as, source=page.source, looked_at=page.looked_at, id=page.id)
    covered = sum(bool(one.evidence) for one in page.articles)
    parts = [head, f"{covered} of the {len(page.articles)} articles listed here have a control.\n"]
    return "\n".join(parts + [_article(one) for one in page.articles])


def _article(one: ArticlePage) -> str:
    lines = [f"## {one.number} {one.title}\n"]
    lines += [f"{one.asks}\n"] if one.asks else []
    lines += [f"{one.applies[0].upper()}{one.applies[1:]}.\n"]
    if one.evidence:
        lines += ["| control | reads | lines |", "| --- | --- | --- |"]
        lines += [
            f"| `{given.control}`: {given.title} | {', '.join(given.tables)} | {_bound(given.bindings)} |"
            for given in one.evidence
        ]
        lines.append("")
    lines += ["Not proven:\n", *(f"- {sentence}" for sentence in one.unproven), ""]
    return "\n".join(lines)


def _bound(bindings) -> str:
    counted = {
        profile: sum(one.profile == profile for one in bindings) for profile in (one.profile for one in bindings)
    }
    return ", ".join(f"{count} of {profile}" for profile, count in counted.items()) or "none"


if __name__ == "__main__":
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{PAGES}\n")
