"""What ``-o html`` writes: the page of a bundle, beside it and never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.adapters.policies.pack import Pack
    from auditor.cli.outputs import Outputs


def html_report(outputs: Outputs, document: dict[str, Any], pack: Pack | None, bundle: Path) -> dict[str, bytes]:
    """Return the page when it is asked for. Raises ``VerificationError`` for a statement of another form."""
    if pack is None or "html" not in {name for name, _ in outputs}:
        return {}
    from auditor.adapters.bundle import layout  # noqa: PLC0415 - lazy
    from auditor.adapters.reports.html.facts import Facts  # noqa: PLC0415 - lazy
    from auditor.adapters.reports.html.page import render_html  # noqa: PLC0415 - lazy
    from auditor.adapters.reports.machine import Run  # noqa: PLC0415 - lazy
    from auditor.adapters.reports.markdown import control_words  # noqa: PLC0415 - lazy
    from auditor.adapters.signing.envelope import unverified_payload  # noqa: PLC0415 - lazy
    from auditor.core.canonical import strict_json  # noqa: PLC0415 - lazy
    from auditor.core.run_predicate import read_run_statement  # noqa: PLC0415 - lazy
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy
    from auditor.shipped import reports_dir  # noqa: PLC0415 - lazy

    path = bundle / layout.ATTESTATION
    try:
        payload, _ = unverified_payload(path.read_bytes(), str(path))
        _, predicate = read_run_statement(strict_json(payload, max_bytes=layout.MAX_TAG_BYTES))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}: no statement of a run ({error})", remedy="name the folder of a bundle; see `auditor verify`"
        ) from error
    run = Run(document, pack, control_words(pack.controls), bundle.resolve().name)
    with Facts(bundle) as facts:
        return {"html": render_html(run, predicate, facts, reports_dir())}
