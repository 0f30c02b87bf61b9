"""Feature flags and their changes, from documents and logs: AWS AppConfig, flagd, KEY=value lines, a change log.

Rules kept here: a flag is known by the plan's name, and two keys never share one; what a document does not decide for
everybody is null; changes leave memory flat. Who changed a flag does not leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables import schema
from auditor_collectors import files
from auditor_collectors.batches import connect, coverage, exactly, rows, stream
from auditor_collectors.flag_changes import logged
from auditor_collectors.flag_deployments import Deployments
from auditor_collectors.flag_documents import MAX_DOCUMENT, flags_of
from auditor_collectors.flag_options import ChangesOptions, DeploymentsOptions, EnvOptions, model_of
from auditor_collectors.options import problems_of
from auditor_collectors.spilled import spill

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.collector import Batch, CollectContext
    from auditor_collectors.flag_options import FlagOptions


EXAMPLE = """\
# Feature flags as their document states them, by the plan's names. Also: flagd, env, changes, appconfig_deployments.
[sources.flags]
kind = "flags"
files = ["flags/appconfig.json"]
format = "appconfig"
aliases = { enableDirectBedrock = "ENABLE_DIRECT_BEDROCK" }  # key of the document = name in the plan
"""


class FlagsCollector:
    """Reads feature flags, or changes of feature flags."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(model_of(options), options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield flags or their changes and one coverage row. Raises ``CollectionError`` naming file and flag."""
        wanted = model_of(options).model_validate(options)
        paths = files.find(context.root, wanted.files, context.source)
        found = files.inspect_all(context.root, paths, max_line=MAX_DOCUMENT, progress=context.progress)
        if isinstance(wanted, ChangesOptions):
            yield from _changes(found, logged(found, wanted, context), wanted, context, [])
        elif isinstance(wanted, DeploymentsOptions):
            deployments = Deployments(found, wanted, context)
            everything = [*found, *deployments.versions]
            yield from _changes(everything, deployments.changes(), wanted, context, deployments.gaps())
        else:
            yield from _flags(found, wanted, context)


def _flags(found: Sequence[files.SourceFile], wanted: FlagOptions, context: CollectContext) -> Iterator[Batch]:
    places: dict[str, tuple[str, str]] = {}
    unused = set(wanted.aliases)
    unseen = set(wanted.only or ()) if isinstance(wanted, EnvOptions) else set()
    provider: dict[str, Any] = {"provider": wanted.format, **_scope(context)}
    for file in found:
        batch = []
        for flag in flags_of(file, wanted, context):
            name = wanted.aliases.get(flag.key, flag.key)
            if flag.variant is None:
                if name in places:
                    key, place = places[name]
                    raise CollectionError(
                        f"{flag.where}: key {flag.key!r} is flag {name!r}, which is already key {key!r} at {place}",
                        remedy="export each flag once, or correct `aliases` in auditor.toml",
                    )
                places[name] = flag.key, flag.where
                unused.discard(flag.key)
                unseen.discard(flag.key)
            values = {"flag": name, "variant": flag.variant, "enabled": flag.enabled, "updated_at": flag.updated_at}
            batch.append(provider | values)
        yield rows("flags", batch)
    files.refuse_changed(found)
    if not places:
        raise CollectionError(f"source {context.source!r}: its files hold no flag", remedy="export them again")
    notes = [f"alias {key!r} names no key here" for key in sorted(unused)]
    notes += [f"key {key!r} of only is not here" for key in sorted(unseen)]
    yield rows("coverage", [_coverage(found, len(places), 0, notes, context)])


def _changes(
    found: Sequence[files.SourceFile],
    changes: Iterator[dict[str, Any]],
    wanted: FlagOptions,
    context: CollectContext,
    gaps: list[str],
) -> Iterator[Batch]:
    scope, unused = _scope(context), set(wanted.aliases)

    def named() -> Iterator[dict[str, Any]]:
        for change in changes:
            unused.discard(change["flag"])
            yield scope | change | {"flag": wanted.aliases.get(change["flag"], change["flag"])}

    with connect(context) as connection:
        part = context.work / "changes.parquet"
        count = spill(part, schema("flag_changes"), named())
        files.refuse_changed(found)
        if not count:
            raise CollectionError(
                f"source {context.source!r}: its files hold no change of a flag", remedy="export them again"
            )
        names, kept = ", ".join(schema("flag_changes").names), 0
        for batch in stream(connection, "flag_changes", f"select distinct {names} from read_parquet({exactly(part)})"):
            kept += batch.rows.num_rows
            yield batch
    notes = [*gaps, *(f"alias {key!r} names no key here" for key in sorted(unused))]
    row = _coverage(found, count, count - kept, notes, context)
    yield rows("coverage", [row | ({"status": "partial"} if gaps else {})])


def _scope(context: CollectContext) -> dict[str, str]:
    return {"system": context.scope.system, "environment": context.scope.environment, "source": context.source}


def _coverage(
    found: Sequence[files.SourceFile], records: int, duplicates: int, notes: list[str], context: CollectContext
) -> dict[str, Any]:
    return coverage(
        context,
        pages=len(found),
        records=records,
        duplicates=duplicates,
        sha256=files.listing_digest(found),
        detail=", ".join(notes) or None,
    )
