"""How many examples a law tries whose every example costs about a second of CPU or more."""

from __future__ import annotations

from hypothesis import settings

FEW, MANY = 15, 1000


def examples_of(share: int) -> settings:
    """Return settings with the profile's examples divided by ``share``.

    A profile of at most ``FEW`` keeps its number, and so does one of ``MANY`` or more: who asked for a thorough run
    gets it.
    """
    wanted = settings.default.max_examples
    divided = wanted if wanted >= MANY else max(min(wanted, FEW), wanted // share)
    return settings(max_examples=divided, deadline=None)
