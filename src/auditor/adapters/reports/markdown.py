"""The Markdown report, rendered from ``decisions.json`` and the pack alone, so that anyone can render it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.core.reasons import quantity, sentence
from auditor.core.summary import ControlWords, summarise
from auditor.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEMPLATE = "report.md.j2"


def control_words(controls: Mapping[str, Any]) -> dict[str, ControlWords]:
    """Return how to word the findings of each control of a pack (id -> ``Control``)."""
    return {name: ControlWords(one.metadata.unit, one.metadata.trigger) for name, one in controls.items()}


def render_markdown(document: dict[str, Any], words: Mapping[str, ControlWords], templates: Path) -> bytes:
    """Return the report as UTF-8. ``templates`` is the folder that holds ``report.md.j2``."""
    import jinja2  # noqa: PLC0415 - heavy

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown; every value goes through the `cell` filter
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = cell
    environment.filters["quantity"] = quantity
    environment.globals["sentence"] = sentence
    try:
        template = environment.get_template(TEMPLATE)
    except jinja2.TemplateNotFound as error:
        raise EngineError(
            f"{templates / TEMPLATE}: the report template is missing", remedy="reinstall auditor"
        ) from error
    text = template.render(summary=summarise(document, words), document=document, words=words)
    return text.encode()


def cell(value: object) -> str:
    """Return ``value`` so that it can neither end a table cell nor become markup."""
    text = str(value).replace("\\", "\\\\").replace("\r", " ").replace("\n", " ")
    for character in "|`*_[]<>#":
        text = text.replace(character, f"\\{character}")
    return text
