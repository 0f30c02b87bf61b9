"""The next page of an answer: by botocore's own description of the call's pages, or by the operation's.

Rules kept here: a token that comes back a second time ends the answer, which is then cut, for it would go on for ever.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor_collectors.aws.operation import Operation, Request


def following(operation: Operation, page: dict[str, Any]) -> Request:
    """Return the parameters that ask for the page after ``page``; empty when there is none."""
    import jmespath  # noqa: PLC0415 - heavy

    described = _described(operation.service, operation.name)
    if operation.token is not None:
        described = {"input_token": operation.token[0], "output_token": operation.token[1]}
    if not described or ("more_results" in described and not jmespath.search(described["more_results"], page)):
        return {}
    found = {}
    for name, expression in zip(_several(described["input_token"]), _several(described["output_token"]), strict=True):
        token = jmespath.search(expression, page)
        if token:
            found[name] = token
    return found


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@cache
def _described(service: str, name: str) -> dict[str, Any]:
    import botocore.session  # noqa: PLC0415 - heavy
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415 - heavy

    try:
        model = botocore.session.get_session().get_paginator_model(service)
        return dict(model.get_paginator(name))
    except (UnknownServiceError, ValueError):
        return {}


def records(page: dict[str, Any]) -> int:
    """Return how many records a page holds: the entries of its lists, or itself where it is about one thing."""
    lists = [one for one in page.values() if isinstance(one, list)]
    return sum(len(one) for one in lists) if lists else int(bool(page))
