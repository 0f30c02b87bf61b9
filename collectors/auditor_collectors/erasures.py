"""Records of erasure, one JSON object a line: what became of the data of a request in one place.

Rules kept here: those of ``auditor_collectors.recorded``; a place that ``auditor.toml`` does not list is
``undeclared``; what expires by itself says until when it is there, and nothing else does.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from auditor.errors import CollectionError
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.local_days import local_day, zone_name
from auditor_collectors.mapping import Strict
from auditor_collectors.options import Values, problems_of
from auditor_collectors.recorded import RecordOptions, collected, halves, listed
from auditor_collectors.values import instant, not_after, one_of, optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.collector import Batch, CollectContext

State = Literal["deleted", "expires", "exempt", "absent"]
STATES: dict[str, State] = {name: name for name in get_args(State)}


class Members(Strict):
    """Where each fact stands in a record."""

    id: str = "id"
    request: str = "request"
    at: str = "at"
    place: str = "place"
    state: str = "state"
    expires_at: str | None = "expires_at"


class Options(RecordOptions):
    """``[sources.<name>]`` with ``kind = "erasures"``."""

    members: Members = Members()
    places: Values = Field(min_length=1)
    states: dict[str, State] = STATES
    time_zone: Annotated[str, AfterValidator(zone_name)]


EXAMPLE = """\
# Records of erasure, one JSON object a line for each place of each request. The request is that of the register.
[sources.erasures]
kind = "erasures"
files = ["privacy/erasures.jsonl"]
exports = ["privacy/erasures-exports.jsonl"]
places = ["primary", "backups", "caches", "vector_store"]
time_zone = "Europe/Berlin"
states = { deleted = "deleted", expires = "expires", kept = "exempt", nothing = "absent" }
members = { request = "request", expires_at = "expires_at" }
"""


class ErasuresCollector:
    """Reads records of erasure."""

    example = EXAMPLE

    def check(self, options: dict[str, Any]) -> list[str]:
        """Return what is wrong with ``options``."""
        return problems_of(Options, options)

    def collect(self, options: dict[str, Any], context: CollectContext) -> Iterator[Batch]:
        """Yield records of erasure and one coverage row. Raises ``CollectionError`` naming file, line and member."""
        wanted = Options.model_validate(options)
        read = partial(_erasure, wanted, ZoneInfo(wanted.time_zone), context)
        return collected("erasures", "erasure", wanted, context, read)


def _erasure(
    wanted: Options, zone: ZoneInfo, context: CollectContext, where: str, document: dict[str, Any]
) -> dict[str, Any]:
    names = wanted.members
    state = member(where, document, names.state, partial(one_of, known=wanted.states))
    expires = member(where, document, names.expires_at, optional(instant)) if names.expires_at else None
    if (expires is not None) != (state == "expires"):
        raise CollectionError(
            f"{where}: expected an instant of expiry where it expires, and nowhere else", remedy=AGAIN
        )
    return {
        "event_time": member(where, document, names.at, partial(not_after, context=context)),
        **halves("erasure", where, document, names.id),
        **halves("request", where, document, names.request),
        "place": member(where, document, names.place, listed(wanted.places)),
        "state": state,
        "expires_day": None if expires is None else local_day(expires, zone),
    }
