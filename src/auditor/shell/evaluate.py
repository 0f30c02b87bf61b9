"""``evaluate``: decide a profile over a snapshot, and seal what was decided into a signed bundle."""

from __future__ import annotations

import platform
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from auditor.adapters.bundle.manifest import policy_digest_of
from auditor.adapters.bundle.writer import SealRequest, seal
from auditor.adapters.policies.pack import Pack, load_pack, pack_files
from auditor.adapters.policies.profile import load_profile
from auditor.adapters.reports.markdown import control_words
from auditor.adapters.reports.sealed import REPORT, render_reports
from auditor.adapters.snapshot.reader import MAPPINGS, open_snapshot
from auditor.core.canonical import canonical_json
from auditor.core.evidence import NO_STATEMENTS
from auditor.core.summary import Summary, summarise
from auditor.errors import UsageError
from auditor.shell.decide import SLOT_US, Inputs, decide
from auditor.shell.engines import DEFAULT_ENGINE, EngineChoice, open_engine
from auditor.shell.query_engines import DEFAULT_QUERIES, QueryChoice, check_queries, open_queries
from auditor.shipped import policies_dir, reports_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.adapters.signing.sslib import Signer
    from auditor.adapters.signing.timestamps import Timestamper
    from auditor.core.decisions import Decisions
    from auditor.shell.trusted_run import TrustedRun

DEFAULT_PROFILE = "hybrid-routing-gates"
SETTINGS = {"TimeZone": "UTC", "slotSeconds": str(SLOT_US // 1_000_000)}
RECORDED = (
    "click",
    "duckdb",
    "jinja2",
    "opa-py-wasm",
    "opa-python-client",
    "pyarrow",
    "pydantic",
    "rfc3161-client",
    "rfc8785",
    "securesystemslib",
    "wasmtime",
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A sealed run: where its bundle and report lie, and what was decided; ``reports`` are all of them by name."""

    bundle: Path
    report: Path
    decisions: Decisions
    decisions_json: bytes
    reports: dict[str, bytes]
    summary: Summary
    notes: tuple[str, ...] = ()


def evaluate(
    snapshot_dir: Path,
    *,
    signer: Signer,
    output: Path,
    time_created: datetime,
    profile_name: str = DEFAULT_PROFILE,
    policies: Path | Pack | None = None,
    as_of: datetime | None = None,
    engine: EngineChoice = DEFAULT_ENGINE,
    queries: QueryChoice = DEFAULT_QUERIES,
    run: TrustedRun | None = None,
    timestamper: Timestamper | None = None,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> Evaluation:
    """Decide ``profile_name`` over the snapshot and seal the bundle into ``output``.

    ``policies`` is a folder, or the pack that was just loaded from one.
    ``as_of`` defaults to the instant of collection, rounded down to a 10 s slot. ``engine`` is named in the bundle, and
    any engine gives the same decisions, and so does any engine of ``queries``; ``notes`` of the result are things to
    know of it. Without ``run``, which a trust policy governs, everything is unapproved.

    Raises:
        AuditorError: whatever is at fault, by its class; nothing is left behind.
    """
    snapshot = open_snapshot(snapshot_dir)
    if run is not None and snapshot.scope != run.scope:
        raise UsageError(f"{snapshot_dir}: the snapshot is of {snapshot.scope}, the run began for {run.scope}")
    pack = policies if isinstance(policies, Pack) else load_pack(policies or policies_dir())
    root = pack.root
    profile = load_profile(pack, profile_name)
    moment = as_of or _floor(snapshot.collected_at)
    policy_files = pack_files(root)
    check_queries(queries, pack, profile)
    asked = {one.control.id for controls in profile.bound.values() for one in controls}
    with open_engine(pack, engine, asked) as policies_engine, open_queries(queries, pack, snapshot) as asked_of:
        policy_digest = policy_digest_of(root, policy_files, (snapshot_dir / MAPPINGS).read_bytes())
        evidence = run.evidence if run else NO_STATEMENTS
        inputs = Inputs(snapshot, pack, profile, moment, policy_digest, evidence)
        decisions, content = decide(inputs, policies_engine, queries=asked_of.open, progress=progress)
    words = control_words(pack.controls)
    unapproved = run.unapproved(decisions.document, pack, policy_digest, time_created) if run else {}
    approval = "approved" if run and not unapproved else "unapproved"
    trust = run.trust_member() if run else None
    reports = render_reports(
        decisions.document,
        pack,
        profile,
        reports_dir(),
        approval=approval,
        trust=trust,
        sign_offs=evidence.tables["sign_offs"],
    )
    environment = _environment(pack.opa) | dict(asked_of.versions)
    request = SealRequest(
        bundle_id=_bundle_id(snapshot.scope.system, snapshot.scope.environment, moment),
        snapshot=snapshot_dir,
        policies=root,
        policy_files=policy_files,
        decisions=content,
        document=decisions.document,
        reports=reports,
        environment_files={"environment.json": canonical_json(environment)},
        environment=environment,
        time_created=time_created,
        valid_until=moment + timedelta(seconds=profile.document.validity_seconds),
        settings=SETTINGS,
        development_key=run is None or not run.production,
        rego_engine=policies_engine.description,
        sql_engine=asked_of.recorded,
        evidence=evidence,
        statements=run.statements if run else {},
        prior=run.prior.files if run else {},
        approval=approval,
        trust=trust,
        chain=run.chain_member() if run else None,
        timestamper=run.timestamper if run else timestamper,
    )
    bundle = seal(request, output, signer)
    report = bundle / "data" / "report" / REPORT
    notes = (*policies_engine.notes, *(f"gate {gate} is UNAPPROVED: {why}" for gate, why in unapproved.items()))
    return Evaluation(bundle, report, decisions, content, reports, summarise(decisions.document, words), notes)


def _floor(moment: datetime) -> datetime:
    seconds = SLOT_US // 1_000_000
    return moment.replace(microsecond=0, second=moment.second - moment.second % seconds)


def _environment(opa: str) -> dict[str, str]:
    return {"python": platform.python_version(), "opa": opa} | {name: version(name) for name in RECORDED}


def _bundle_id(system: str, environment: str, as_of: datetime) -> str:
    """Return a name that sorts by time and is never given twice."""
    name = re.sub(r"[^a-z0-9-]+", "-", f"{system}-{environment}".lower()).strip("-")[:60] or "run"
    return f"{name}-{as_of:%Y%m%dt%H%M%Sz}-{secrets.token_hex(4)}"
