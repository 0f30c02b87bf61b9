"""Where Bedrock of a region logs calls: an answer with nothing in it says that it logs none, and is a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor_collectors.aws.parsed import stated
from auditor_collectors.aws_answers import parsed_of

if TYPE_CHECKING:
    from auditor_collectors.answers import Page
    from auditor_collectors.aws.seam import Fact, Reply


def logging_facts(reply: Reply) -> tuple[list[Page], list[Fact]]:
    """Return the pages of ``reply``, also empty ones, and the facts that they state."""
    pages = list(reply.pages)
    return pages, list(stated(reply.answer, parsed_of(reply.answer, pages, {})))
