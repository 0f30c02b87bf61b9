"""The web application: GET and HEAD, pages made here, and nothing that a page of elsewhere could use.

Rules kept here: the host that a browser asks for is one of ours (else a page elsewhere could have its name resolved to
this machine and read the archive: DNS rebinding); no script runs and nothing is fetched (Content-Security-Policy);
a page of another site begins nothing but the list (Sec-Fetch-Site); what costs seconds is done one at a time; every
text of a bundle is escaped by the templates; a bundle is named by a number that the listing gave.
Sources: https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from auditor.adapters.reports.templates import render
from auditor.serve import costly
from auditor.serve.claims import Unreadable, read_decisions
from auditor.serve.listing import MAX_BUNDLES, Filter
from auditor.serve.trends import owed, series_of
from auditor.shipped import reports_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from auditor.serve.listing import Archive, Run
    from auditor.shell.reliance import Reliance

PER_PAGE = 100
SHOWN_RUNS = 40
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the application is given.

    ``hosts`` are the values of Host that it answers; None: whatever is asked. ``relying`` opens what a bundle is
    verified on, each time, so that a trust policy which was replaced meanwhile counts.
    """

    archive: Archive
    hosts: Collection[str] | None
    relying: Callable[[], Reliance] | None


def make_app(settings: Settings) -> Flask:
    """Return the application."""
    app = Flask("auditor.serve", static_folder=None, template_folder=None)
    pages = Pages(settings)
    busy = threading.Lock()

    @app.before_request
    def guard() -> None:
        if settings.hosts is not None and request.host.lower() not in settings.hosts:
            abort(421, "this server does not answer for that host")
        if request.method not in ("GET", "HEAD"):
            abort(405, "this archive can only be read")
        if request.path != "/" and request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            abort(403, "another site's page may not begin this")

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @app.errorhandler(HTTPException)
    def told(error: HTTPException) -> Response:
        return Response(_page("message", title=error.name, text=error.description or ""), error.code or 500)

    views: dict[str, Callable[..., bytes]] = {
        "/": pages.index,
        "/runs/<number>": pages.one,
        "/trend/<number>": _at_a_time(pages.trend, busy),
        "/outstanding": _at_a_time(pages.outstanding, busy),
        "/runs/<number>/report": _at_a_time(pages.report, busy),
        "/runs/<number>/verify": _at_a_time(pages.verify, busy),
        "/compare": _at_a_time(pages.compare, busy),
    }
    for address, view in views.items():
        app.add_url_rule(address, address, view, methods=["GET"])
    return app


def _at_a_time(view: Callable[..., bytes], busy: threading.Lock) -> Callable[..., bytes]:
    """Return a view of which one answers at a time."""

    def guarded(**of: str) -> bytes:
        if not busy.acquire(blocking=False):
            abort(503, "another bundle is being worked on; ask again in a moment")
        try:
            return view(**of)
        finally:
            busy.release()

    return guarded


class Pages:
    """What each address shows."""

    def __init__(self, settings: Settings) -> None:
        self._archive = settings.archive
        self._relying = settings.relying

    def index(self) -> bytes:
        """List what passes the filter, a page of it."""
        runs = self._archive.runs()
        names = ("text", "result", "profile", "release", "since", "until")
        asked = Filter(**{name: request.args.get(name, "")[:200] for name in names})
        listed = [run for run in runs if asked.matches(run)]
        page = max(request.args.get("page", 1, int), 1)
        said = [run.claims.predicate for run in runs if run.claims]
        return _page(
            "list",
            root=self._archive.root.resolve().name,
            total=len(runs),
            cut=len(runs) == MAX_BUNDLES,
            found=len(listed),
            runs=listed[(page - 1) * PER_PAGE : page * PER_PAGE],
            page=page,
            pages=max((len(listed) + PER_PAGE - 1) // PER_PAGE, 1),
            asked=asked,
            query={name: value for name in names if (value := getattr(asked, name))},
            profiles=sorted({one.profile.id for one in said}),
            releases=sorted({one.scope.release for one in said}),
        )

    def one(self, number: str) -> bytes:
        """Show one run: what it claims, its lines, what it waits for."""
        run, runs = self._run(number)
        document, problem = self._decisions(run)
        return _page(
            "run",
            run=run,
            document=document,
            problem=problem,
            owed=owed(document) if document else [],
            before=_before(run, runs),
            can_verify=self._relying is not None,
        )

    def trend(self, number: str) -> bytes:
        """Show each line over the latest runs of the same profile, system, environment and release, up to this one."""
        run, runs = self._run(number)
        alike = [run, *(one for one in runs if _alike(one, run) and one.as_of < run.as_of)][:SHOWN_RUNS]
        read = [(one, self._decisions(one)[0]) for one in reversed(alike)]
        shown = [(one, document) for one, document in read if document]
        return _page("trend", run=run, runs=[one for one, _ in shown], series=series_of([each for _, each in shown]))

    def outstanding(self) -> bytes:
        """Show which signatures the latest run of each release waits for."""
        latest: list[Run] = []
        for run in self._archive.runs():
            if run.claims and not any(_alike(run, one) for one in latest):
                latest.append(run)
        read = [(run, *self._decisions(run)) for run in latest[:SHOWN_RUNS]]
        found = [(run, owed(document) if document else [], problem) for run, document, problem in read]
        return _page("outstanding", found=found, left=len(latest) - len(found))

    def report(self, number: str) -> bytes:
        """Show the HTML report of a run."""
        run, _ = self._run(number)
        page: bytes = _or_told(lambda: costly.report(self._archive.root, run.parts))
        return page

    def compare(self) -> bytes:
        """Show what changed between two runs."""
        first, second = (self._run(request.args.get(name, ""))[0] for name in ("old", "new"))
        found = _or_told(lambda: costly.compare(self._archive.root, first.parts, second.parts))
        return _page("compare", old=first, new=second, found=found)

    def verify(self, number: str) -> bytes:
        """Verify a run on what the command line brought, and say what came of it."""
        run, _ = self._run(number)
        if self._relying is None:
            abort(404, "the server was started without --key or --trust, so nothing can be verified")
        done = costly.verify(self._archive.root, run.parts, self._relying)
        return _page("verified", run=run, done=done)

    def _run(self, number: str) -> tuple[Run, list[Run]]:
        runs = self._archive.runs()
        for run in runs:
            if run.number == number:
                return run, runs
        return abort(404, "no such bundle in the archive; it may have been moved")

    def _decisions(self, run: Run) -> tuple[dict[str, Any] | None, str]:
        if run.claims is None:
            return None, run.problem
        try:
            return read_decisions(self._archive.root, run.parts), ""
        except Unreadable as error:
            return None, str(error)


def _or_told(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Unreadable as error:
        return abort(422, str(error))


def _alike(one: Run, other: Run) -> bool:
    if one.claims is None or other.claims is None:
        return False
    first, second = one.claims.predicate, other.claims.predicate
    of = [(each.profile.id, each.scope.system, each.scope.environment, each.scope.release) for each in (first, second)]
    return of[0] == of[1]


def _before(run: Run, runs: list[Run]) -> Run | None:
    return next((one for one in runs if _alike(one, run) and one.as_of < run.as_of), None)


def _page(name: str, **values: Any) -> bytes:
    return render(reports_dir(), f"serve/{name}.html.j2", **values)
