"""What every source of AWS is to the program: it asks at each place that it reaches, and accounts for every call.

A source module subclasses ``AwsCollector`` and gives it a ``source`` (``auditor_collectors.aws.seam.Source``). Rules
kept here: accounts and regions are those of ``auditor.toml``, or those that AWS names when it is asked; what could not
be asked is a row of coverage; rows are yielded in the order of the places, in batches of bounded size.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from auditor_collectors.aws.asking import Asker, Recorded
from auditor_collectors.aws.concurrent import in_order
from auditor_collectors.aws.identity import OPERATIONS as IDENTITY
from auditor_collectors.aws.options import AwsOptions
from auditor_collectors.aws.places import places_of
from auditor_collectors.aws.plan import planned
from auditor_collectors.aws.recording import Recording
from auditor_collectors.aws.tally import Tally
from auditor_collectors.batches import rows
from auditor_collectors.options import problems_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel

    from auditor.collector import Batch, CollectContext, PlannedCall
    from auditor_collectors.aws.operation import Operation, Place, Request
    from auditor_collectors.aws.seam import Source

ROWS = 1 << 12


class AwsCollector:
    """A source of AWS as a collector."""

    source: ClassVar[Source]

    example: ClassVar[str]
    operations: ClassVar[tuple[Operation, ...]]

    def __init_subclass__(cls) -> None:
        """Take over what the source says of itself."""
        cls.example = cls.source.example
        cls.operations = cls.source.operations

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        common, own = _parts(options)
        return problems_of(AwsOptions, common) + problems_of(self.source.options, own)

    def plan(self, options: dict[str, Any]) -> list[PlannedCall]:
        """Return every call that ``options`` would make, each once: some are made for each subject that is found."""
        common, _ = _parts(options)
        return planned(AwsOptions.model_validate(common), self.source.reach, self.operations)

    def permissions(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the IAM actions of every call, with what they are needed on."""
        return [(action, one.resources) for one in (*IDENTITY, *self.operations) for action in one.actions]

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield the facts of every place, and the coverage of every call."""
        common, own = _parts(options)
        wanted, settings = AwsOptions.model_validate(common), self.source.options.model_validate(own)
        tally = Tally(self.source.reach)
        ask = _Accounted(asker_of(wanted, context), tally, context)
        places = places_of(wanted, self.source.reach, ask)
        ask.expect(len(places) * len(self.operations))
        work = partial(self._batches, settings, ask, tally, context)
        yield from in_order(places, work, wanted.max_concurrency)
        yield rows("coverage", tally.rows(places, context))

    def _batches(
        self, settings: BaseModel, ask: _Accounted, tally: Tally, context: CollectContext, place: Place
    ) -> Iterator[Batch]:
        scope = {
            "system": context.scope.system,
            "environment": context.scope.environment,
            "source": context.source,
        }
        waiting: dict[str, list[dict[str, Any]]] = {}
        for table, row in self.source.facts(settings, ask.only(self.operations), place, context):
            tally.found(table, row)
            kept = waiting.setdefault(table, [])
            kept.append(scope | row)
            if len(kept) >= ROWS:
                yield rows(table, waiting.pop(table))
        for table, kept in waiting.items():
            yield rows(table, kept)


class _Accounted:
    """Asks, counts, and shows how far it is."""

    def __init__(self, asker: Asker, tally: Tally, context: CollectContext) -> None:
        self._asker = asker
        self._tally = tally
        self._context = context
        self._done = self._expected = 0
        self._lock = threading.Lock()

    def expect(self, calls: int) -> None:
        """Say how many calls there will be, about."""
        self._expected = self._done + calls

    def __call__(
        self, operation: Operation, place: Place, request: Request | None = None, *, subject: str = ""
    ) -> Recorded:
        """Ask, and return the reply."""
        entered = self._asker.enter(place.account)
        if entered is not None:
            self._tally.answered(entered)
        entry, reply = self._asker.ask(operation, place, dict(request or {}), subject)
        self._tally.answered(entry)
        with self._lock:
            self._done += 1
            self._context.progress(self._done, max(self._done, self._expected))
        return reply

    def only(self, operations: tuple[Operation, ...]) -> Callable[..., Recorded]:
        """Return what asks nothing but ``operations``."""

        def ask(operation: Operation, place: Place, request: Request | None = None, *, subject: str = "") -> Recorded:
            if operation not in operations:
                raise RuntimeError(f"{operation.service} {operation.name} is asked, but not declared")
            return self(operation, place, request, subject=subject)

        return ask


def asker_of(options: AwsOptions, context: CollectContext) -> Asker:
    """Return who asks for every source of this collection that has the same identity."""
    identity = (options.role, options.external_id, options.session_name, options.partition, options.endpoint_url)
    with context.lock:
        recording = context.shared.get("aws recording")
        if recording is None:
            folder = context.recording or context.work / "recording"
            recording = context.shared["aws recording"] = Recording(folder, replayed=context.replayed)
        key = ("aws asker", *identity, options.home_region)
        if key not in context.shared:
            context.shared[key] = Asker(options, recording, context.now)
        asker: Asker = context.shared[key]
        return asker


def _parts(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options that every source of AWS has, and the source's own."""
    common = AwsOptions.model_fields
    return (
        {key: value for key, value in options.items() if key in common},
        {key: value for key, value in options.items() if key not in common},
    )
