"""Topological order of a graph of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def topological_order(graph: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the names of ``graph`` (name -> names it depends on) so that each comes after those it depends on.

    The order is stable: names that are ready together keep the order of ``graph``.

    Raises:
        ValueError: names depend on each other in a circle; the message shows it.
    """
    done: dict[str, None] = {}
    while len(done) < len(graph):
        ready = [
            name
            for name, needs in graph.items()
            if name not in done and all(n in done or n not in graph for n in needs)
        ]
        if not ready:
            waiting = [name for name in graph if name not in done]
            raise ValueError(f"these depend on each other in a circle: {', '.join(waiting)}")
        done |= dict.fromkeys(ready)
    return tuple(done)
