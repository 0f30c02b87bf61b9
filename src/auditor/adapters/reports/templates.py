"""The report templates: where they are found, and how what goes into them is made harmless.

Rules kept here: an undefined name is an error, never an empty string; HTML escapes everything by itself, and Markdown
goes through the ``cell`` filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.core.reasons import quantity, sentence
from auditor.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path


def render(templates: Path, name: str, **values: Any) -> bytes:
    """Return the template ``name`` of the folder ``templates``, filled in, as UTF-8. Raises ``EngineError``."""
    import jinja2  # noqa: PLC0415 - heavy

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = cell
    environment.filters["quantity"] = quantity
    environment.globals["sentence"] = sentence
    try:
        template = environment.get_template(name)
    except jinja2.TemplateNotFound as error:
        raise EngineError(f"{templates / name}: the report template is missing", remedy="reinstall auditor") from error
    return template.render(**values).encode()


def cell(value: object) -> str:
    """Return ``value`` so that it can neither end a table cell nor become markup."""
    text = str(value).replace("\\", "\\\\").replace("\r", " ").replace("\n", " ")
    for character in "|`*_[]<>#":
        text = text.replace(character, f"\\{character}")
    return text
