"""The earlier runs of a release that a run takes in: their signed statements and decisions, and the rows made of them.

Rules kept here: the same function reads them when a run is made and when it is verified; a run counts when its key
could sign runs then, it is of this release, and its decisions are those that it signed; which runs there were is the
ledger's to say, so that none is forgotten; every run speaks for itself, and what another tells of it must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from auditor.adapters.bundle import layout
from auditor.adapters.bundle.reader import check_decisions
from auditor.adapters.signing.envelope import MAX_BYTES, open_envelope, payload_digest
from auditor.adapters.trust.opening import open_signed
from auditor.core.canonical import StrictJSONError, sha256_hex, strict_json
from auditor.core.evidence import read_tables
from auditor.core.prior_verdicts import HistoriesDifferError, Row, handed_on, history_document, merged, place_rows
from auditor.core.run_predicate import RUN_PREDICATE, RunPredicate, read_run_statement
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from auditor.adapters.bundle.reader import CheckedBundle
    from auditor.adapters.signing.sslib import Key
    from auditor.adapters.trust.reader import LoadedTrust
    from auditor.core.run_predicate import ChainMember
    from auditor.core.statement import ScopeMember

    Opener = Callable[[bytes, str], tuple[str, RunPredicate]]


@dataclass(frozen=True, slots=True)
class PriorRuns:
    """Earlier runs as a bundle holds them: ``files`` by path, and the ``rows`` of table ``prior_verdicts``."""

    files: Mapping[str, bytes]
    rows: Sequence[Row]


NO_PRIOR_RUNS = PriorRuns({}, ())


def opened_under(trust: LoadedTrust, environment: str) -> Opener:
    """Return what opens the envelope of a run that a key of the trust policy could seal."""

    def opener(content: bytes, where: str) -> tuple[str, RunPredicate]:
        signed = open_signed(content, trust, {RUN_PREDICATE: RunPredicate}, environment, where)
        return signed.digest, cast("RunPredicate", signed.statement.predicate)

    return opener


def opened_by(key: Key) -> Opener:
    """Return what opens the envelope of a run that one public key signed: of a key alone nobody knows when it might."""

    def opener(content: bytes, where: str) -> tuple[str, RunPredicate]:
        payload = open_envelope(content, key, where).payload
        try:
            statement = strict_json(payload, max_bytes=MAX_BYTES)
        except StrictJSONError as error:
            raise VerificationError("statement-malformed", f"{where}: the statement {error}") from error
        return sha256_hex(payload), read_run_statement(statement)[1]

    return opener


def take_in(needed: Sequence[str], bundles: Iterable[Path], opener: Opener, scope: ScopeMember) -> PriorRuns:
    """Return the runs with the statements ``needed``, read from among ``bundles``.

    Raises:
        UsageError: a run that is needed is in none of them.
        EngineError: a file of one of them cannot be read.
        VerificationError: one of them is not what it says, or of another release.
    """
    at_hand = {digest: path for path in bundles for digest in [_statement_of(path)] if digest} if needed else {}
    files: dict[str, bytes] = {}
    handed: list[list[Row]] = []
    for statement in needed:
        if statement not in at_hand:
            raise UsageError(
                f"the release has an earlier run, whose statement is {statement}, and no bundle of it is at hand",
                remedy="name its folder with --previous, or write to the --output that earlier runs wrote to",
            )
        envelope, decisions = (_read(at_hand[statement] / name) for name in (layout.ATTESTATION, layout.DECISIONS))
        handed.append(_rows(statement, envelope, decisions, opener, scope))
        files |= {layout.prior_name(statement): envelope, layout.prior_decisions_name(statement): decisions}
    rows = _merged(handed)
    _speak_for_themselves(needed, rows)
    return PriorRuns(files, rows)


def statements_of(bundles: Iterable[Path]) -> list[str]:
    """Return the digests of the statements of bundles that are named as earlier runs. Raises ``UsageError``."""
    found = []
    for path in bundles:
        digest = _statement_of(path)
        if not digest:
            raise UsageError(f"{path}: no folder of a bundle", remedy="name the folder of an earlier run; unpack a tar")
        found.append(digest)
    return found


def check_prior(bundle: CheckedBundle, opener: Opener) -> Sequence[Row]:
    """Return the rows of ``prior_verdicts``, made again from the earlier runs in a bundle, and compared.

    Raises:
        VerificationError: one of ``prior-``, or what keeps the statement or the decisions of such a run from holding.
    """
    named = sorted(name for name in bundle.present if name.startswith(f"{layout.PRIOR}/"))
    digests = sorted({name.removeprefix(f"{layout.PRIOR}/").split(".")[0] for name in named})
    pairs = [pair for one in digests for pair in (layout.prior_decisions_name(one), layout.prior_name(one))]
    if sorted(pairs) != named:
        odd = min({*pairs} ^ {*named})
        raise VerificationError(
            "prior-misnamed", f"{odd}: each earlier run has exactly its statement and its decisions"
        )
    scope = bundle.predicate.scope
    rows = _merged(
        _rows(
            one,
            (bundle.root / layout.prior_name(one)).read_bytes(),
            (bundle.root / layout.prior_decisions_name(one)).read_bytes(),
            opener,
            scope,
        )
        for one in digests
    )
    _speak_for_themselves(digests, rows)
    chain = bundle.predicate.chain
    if chain is not None and chain.previousStatement is not None:
        check_complete({chain.previousStatement}, rows)
    _check_tables(bundle, rows)
    return rows


def check_complete(runs: Iterable[str], rows: Iterable[Row]) -> None:
    """Refuse rows that lack an earlier run. Raises ``VerificationError`` (``prior-missing``)."""
    missing = sorted({*runs} - {row["run"] for row in rows})
    if missing:
        raise VerificationError(
            "prior-missing", f"{layout.PRIOR}: nothing of the earlier run with the statement {missing[0][:16]}"
        )


def places(chain: ChainMember | None) -> list[Row]:
    """Return the rows of table ``ledger_places`` of a run with that chain."""
    return [] if chain is None else place_rows(chain.ledger, chain.sequence, chain.previousStatement)


def _statement_of(path: Path) -> str:
    """Return the digest of the statement in a bundle's folder, unverified; nothing where there is none."""
    attestation = path / layout.ATTESTATION
    if not attestation.is_file() or attestation.stat().st_size > MAX_BYTES:
        return ""
    try:
        return payload_digest(attestation.read_bytes(), str(attestation))
    except VerificationError:  # a folder beside the bundles that is none: it cannot be the one that is looked for
        return ""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(f"{path}: a file of an earlier run cannot be read ({error.strerror})") from error


def _rows(statement: str, envelope: bytes, decisions: bytes, opener: Opener, scope: ScopeMember) -> list[Row]:
    """Return what one earlier run hands on, once it is what it says."""
    where = layout.prior_name(statement)
    digest, predicate = opener(envelope, where)
    if digest != statement:
        raise VerificationError("prior-misnamed", f"{where}: the statement's digest is {digest[:16]}")
    asked = (scope.system, scope.environment, scope.release)
    found = (predicate.scope.system, predicate.scope.environment, predicate.scope.release)
    if found != asked:
        raise VerificationError("prior-foreign", f"{where}: is of {'/'.join(found)}, not of {'/'.join(asked)}")
    return handed_on(statement, check_decisions(decisions, predicate, layout.prior_decisions_name(statement)))


def _merged(handed: Iterable[Sequence[Row]]) -> list[Row]:
    try:
        return merged(handed)
    except HistoriesDifferError as error:
        raise VerificationError("prior-contradicts", f"{layout.PRIOR}: {error}") from error


def _speak_for_themselves(taken_in: Iterable[str], rows: Iterable[Row]) -> None:
    """Refuse a run that is only told of by another: that one might lie."""
    told = sorted({row["run"] for row in rows} - {*taken_in})
    if told:
        raise VerificationError(
            "prior-missing", f"{layout.PRIOR}: nothing of run {told[0][:16]}, of which another earlier run tells"
        )


def _check_tables(bundle: CheckedBundle, rows: Sequence[Row]) -> None:
    """Compare what policies read of earlier runs, and what is handed on, with the rows."""
    try:
        content = (bundle.root / layout.EVIDENCE_TABLES).read_bytes()
        tables: Mapping[str, Any] = read_tables(strict_json(content, max_bytes=layout.MAX_TAG_BYTES)).tables
    except (OSError, ValueError) as error:
        raise VerificationError("evidence-differs", f"{layout.EVIDENCE_TABLES}: no such tables ({error})") from error
    if [*tables["prior_verdicts"]] != [*rows]:
        raise VerificationError(
            "prior-differs", f"{layout.EVIDENCE_TABLES}: prior_verdicts is not what the earlier runs beside it decided"
        )
    if [*tables["ledger_places"]] != places(bundle.predicate.chain):
        raise VerificationError(
            "prior-differs", f"{layout.EVIDENCE_TABLES}: ledger_places is not the place that the statement names"
        )
    if bundle.document["history"] != history_document(rows):
        raise VerificationError("prior-differs", f"{layout.DECISIONS}: history is not what earlier runs decided")
