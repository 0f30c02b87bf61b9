"""How often a call may be made: a bucket of tokens for each call that AWS rates more strictly than we might ask."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class Buckets:
    """Buckets by key, each filled at its own rate up to one token; a take waits its turn."""

    def __init__(self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free: dict[Hashable, float] = {}

    def take(self, key: Hashable, per_second: float | None) -> None:
        """Wait until one more request of ``key`` keeps to ``per_second``; None is no limit of ours."""
        if per_second is None:
            return
        with self._lock:
            now = self._now()
            turn = max(now, self._free.get(key, now))
            self._free[key] = turn + 1 / per_second
        if turn > now:
            self._sleep(turn - now)
