"""``watch``: decide one rollback gate again and again over growing sources, and set off what a rollback needs, once.

Rules kept here: each look collects a copy that stands still, of the sources that the gate reads and of those that
observe them, and speaks of the latest 10 s slot that an observer has seen; the verdict is the gate's own, so a gap
never fires and a certain breach does at once. The first ``rollback`` latches: it is recorded, its evidence is sealed,
and what is set off is recorded before it is begun (``auditor.core.watching``). A source that cannot be collected is
said and looked at again; whatever else fails ends the watch, and what it had come to stays recorded.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.snapshot.reader import open_snapshot
from auditor.adapters.watch.action import Ended, call_webhook, run_command
from auditor.adapters.watch.mirror import Mirror
from auditor.adapters.watch.state import hold_state
from auditor.core.watching import Due, Status, Watch
from auditor.errors import CollectionError
from auditor.model import isoformat
from auditor.shell.collect import collect_sources
from auditor.shell.decide import Inputs, decide
from auditor.shell.engines import open_engine
from auditor.shell.evaluate import evaluate
from auditor.shell.watch_scope import observed_until, of_gate, patterns_of, sources_of
from auditor.shipped import policies_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.policies.profile import Profile
    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.watch.settings import WatchSettings
    from auditor.adapters.watch.state import WatchState
    from auditor.config import Config
    from auditor.shell.decide import PolicyEngine
    from auditor.shell.engines import EngineChoice


@dataclass(frozen=True, slots=True)
class World:
    """What a watch needs of the world: its clock, ``wait(seconds)`` that says whether to stop, and who listens."""

    now: Callable[[], datetime]
    wait: Callable[[float], bool]
    say: Callable[[Look], None]


@dataclass(frozen=True, slots=True)
class Look:
    """One look, or one thing done: ``decision`` is the gate's, ``blind`` without a snapshot, else what was done."""

    at: datetime
    decision: str
    words: str
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What is watched, and what may be done about it."""

    config: Config
    settings: WatchSettings
    profile: str
    policies: Path | None
    engine: EngineChoice
    signer: Signer
    output: Path
    state: Path
    act: bool = False
    again: bool = False
    evaluations: int | None = None


@dataclass(frozen=True, slots=True)
class WatchEnd:
    """How a watch ended: what it had come to, the last decision of the gate, and whether it was told to stop."""

    watch: Watch
    decision: str | None
    stopped: bool


def watch(request: WatchRequest, world: World) -> WatchEnd:
    """Watch until the gate fires and is dealt with, ``wait`` says stop, or ``evaluations`` looks were taken.

    Raises:
        UsageError: the profile has no such rollback gate, or the state is another's.
        AuditorError: whatever else is at fault, by its class; what was come to is recorded.
    """
    pack = load_pack(request.policies or policies_dir())
    whole = load_profile(pack, request.profile)
    profile = of_gate(whole, request.settings.gate)
    asked = {one.control.id for controls in profile.bound.values() for one in controls}
    scope = request.config.scope
    subject = f"{scope.system}/{scope.environment}, release {scope.release}: {request.profile}, {request.settings.gate}"
    with (
        hold_state(request.state) as state,
        open_engine(pack, request.engine, asked) as engine,
        tempfile.TemporaryDirectory(prefix="auditor-watch-") as scratch,
    ):
        watched = replace(request.config, sources=sources_of(profile, request.config))
        return _Watcher(request, world, pack, profile, engine, state, watched, Path(scratch)).run(subject)


class _Watcher:
    """A watch at work."""

    def __init__(
        self,
        request: WatchRequest,
        world: World,
        pack: Pack,
        profile: Profile,
        engine: PolicyEngine,
        state: WatchState,
        config: Config,
        scratch: Path,
    ) -> None:
        self._request = request
        self._world = world
        self._pack = pack
        self._profile = profile
        self._engine = engine
        self._state = state
        self._config = replace(config, root=scratch / "sources")
        self._config.root.mkdir()
        self._mirror = Mirror(config.root, self._config.root)
        self._scratch = scratch

    def run(self, subject: str) -> WatchEnd:
        kept = self._state.load(subject)
        current = kept.resumed(again=self._request.again)
        if current != kept:
            self._state.save(current)
        current, decision, stopped = self._until_fired(current)
        if stopped or current.status is Status.WATCHING:
            return WatchEnd(current, decision, stopped)
        if current.due(act=False, most_attempts=1) is Due.SEAL:
            current = self._keep(current.sealed(str(self._seal(current).resolve())))
        while current.due(act=self._request.act, most_attempts=self._request.settings.attempts) is Due.ACT:
            if current.status is Status.FAILED and self._wait():
                return WatchEnd(current, decision, stopped=True)
            current = self._act(current)
        self._say(current.status.value, _closing(current))
        return WatchEnd(current, decision, stopped=False)

    def _until_fired(self, current: Watch) -> tuple[Watch, str | None, bool]:
        """Look until the gate fires, the looks are used up, or ``wait`` says stop; return whether it did."""
        decision: str | None = None
        looks = 0
        while current.due(act=False, most_attempts=1) is Due.EVALUATE:
            decision, as_of = self._look()
            looks += 1
            if decision == "rollback" and as_of is not None:
                current = self._keep(current.fired(isoformat(as_of)))
            elif looks == self._request.evaluations:
                return current, decision, False
            elif self._wait():
                return current, decision, True
        return current, decision, False

    def _wait(self) -> bool:
        return self._world.wait(self._request.settings.interval_seconds)

    def _keep(self, watch: Watch) -> Watch:
        self._state.save(watch)
        return watch

    def _say(self, decision: str, words: str, as_of: datetime | None = None) -> None:
        self._world.say(Look(self._world.now(), decision, words, as_of))

    def _look(self) -> tuple[str | None, datetime | None]:
        """Collect and decide once; return the gate's decision and its as-of, or nothing while a source is blind."""
        try:
            with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
                snapshot = open_snapshot(self._collect(Path(folder) / "snapshot"))
                as_of = observed_until(snapshot)
                decisions, _ = decide(Inputs(snapshot, self._pack, self._profile, as_of), self._engine)
        except CollectionError as error:
            self._say("blind", str(error))
            return None, None
        [gate] = decisions.gates
        lines = {one.line: one for one in decisions.lines if one.line in gate.lines}
        deciding = [one.title for one in lines.values() if one.verdict is gate.verdict]
        self._say(gate.decision, "; ".join(deciding), as_of)
        return gate.decision, as_of

    def _collect(self, output: Path) -> Path:
        self._mirror.refresh(pattern for source in self._config.sources for pattern in patterns_of(source))
        return collect_sources(self._config, output, collected_at=self._world.now(), clock=self._world.now)

    def _seal(self, current: Watch) -> Path:
        """Seal the evidence of the whole profile at the instant at which the gate fired."""
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            snapshot = self._collect(Path(folder) / "snapshot")
            done = evaluate(
                snapshot,
                signer=self._request.signer,
                output=self._request.output,
                time_created=self._world.now(),
                profile_name=self._request.profile,
                policies=self._request.policies,
                as_of=datetime.fromisoformat(current.as_of or ""),
                engine=self._request.engine,
            )
        self._say("sealed", str(done.bundle))
        return done.bundle

    def _act(self, current: Watch) -> Watch:
        settings, bundle = self._request.settings, current.bundle or ""
        begun = self._keep(current.acting())
        if settings.command is not None:
            ended = run_command(settings.command, bundle, settings.timeout_seconds)
        elif settings.url is not None:
            body = {"decision": "rollback", "subject": current.subject, "asOf": current.as_of or "", "bundle": bundle}
            ended = call_webhook(settings.url, body, Path(bundle).name, settings.timeout_seconds)
        else:
            ended = Ended(Status.ACTED, "nothing is configured to be set off")
        self._say(ended.status.value, ended.outcome)
        return self._keep(begun.ended(ended.status, ended.outcome))


def _closing(current: Watch) -> str:
    if current.status is Status.FIRED:
        return f"fired as of {current.as_of}; nothing was set off, for that needs --act"
    return f"fired as of {current.as_of}; {current.outcome}"
