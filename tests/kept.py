"""What is long in the making, made once in a process; and once for many, where a folder is named to keep it in.

``tools/mutate`` names one: each of its mutants is a process, and none of them is a mutant of what is kept. So does a
run of pytest that is shared out to workers: whoever comes first makes it, and the others wait for it.
"""

from __future__ import annotations

import fcntl
import os
import pickle
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
KEEP = "AUDITOR_TESTS_KEEP"


def kept(make: Callable[..., T]) -> Callable[..., T]:
    """Return ``make``, called once for the same words."""

    @cache
    @wraps(make)
    def call(*words: str) -> T:
        folder = os.environ.get(KEEP)
        if not folder:
            return make(*words)
        path = Path(folder) / "-".join((make.__module__, make.__name__, *words))
        with path.with_name(f"{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                made = pickle.dumps(make(*words))
                partial = path.with_name(f"{path.name}.{os.getpid()}")
                partial.write_bytes(made)
                partial.rename(path)
        found: T = pickle.loads(path.read_bytes())  # noqa: S301 - written above
        return found

    return call
