"""Works at several places at the same time, and gives what each yields in the order of the places.

Rules kept here: memory stays flat, for whoever is ahead waits until what it has is taken; the first error, in the order
of the places, ends the work of all.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

P = TypeVar("P")
T = TypeVar("T")
AHEAD = 4
WAIT_SECONDS = 0.5


class _Stopped(Exception):  # noqa: N818 - no error: nobody takes any more
    """Nobody takes what is yielded."""


class _Worker(Generic[T]):
    """What one place yields, a few items ahead of who takes it."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._items: queue.Queue[tuple[str, Any]] = queue.Queue(AHEAD)

    def run(self, made: Callable[[], Iterator[T]]) -> None:
        """Work, until it is done or nobody takes any more."""
        try:
            for one in made():
                self._put("item", one)
            self._put("end", None)
        except _Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - is raised where it is waited for
            self._fail(error)

    def taken(self) -> Iterator[T]:
        """Yield what there is, as it comes."""
        while True:
            kind, value = self._items.get()
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value

    def _fail(self, error: BaseException) -> None:
        try:
            self._put("error", error)
        except _Stopped:
            return

    def _put(self, kind: str, value: Any) -> None:
        while not self._stop.is_set():
            try:
                self._items.put((kind, value), timeout=WAIT_SECONDS)
            except queue.Full:
                continue
            return
        raise _Stopped


def in_order(places: Sequence[P], work: Callable[[P], Iterator[T]], workers: int) -> Iterator[T]:
    """Yield what ``work`` yields of each place."""
    stop = threading.Event()
    working: list[_Worker[T]] = [_Worker(stop) for _ in places]
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="aws") as pool:
        try:
            for place, one in zip(places, working, strict=True):
                pool.submit(one.run, lambda place=place: work(place))  # type: ignore[misc]
            for one in working:
                yield from one.taken()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
