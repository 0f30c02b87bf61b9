"""JUnit XML read with expat: the cases of a report, in which suites each lies, and what its suites state.

Rules kept here: a document type is refused, and with it every entity, inside or outside; what is not well-formed, nests
too deep or holds fewer cases or failures than its suites count is refused with its line; no text of a test (messages,
output) is looked at. There is no standard: read is what Ant, Maven Surefire, pytest, jest-junit and GoogleTest write.
Sources: https://github.com/testmoapp/junitxml and https://docs.python.org/3/library/xml.html#xml-security
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from auditor.errors import CollectionError

if TYPE_CHECKING:
    from auditor_collectors.files import SourceFile

AGAIN = "write the report again"
MAX_REPORT = 64 << 20
MAX_DEPTH = 32
SUITES = ("testsuites", "testsuite")
WORST = ("error", "failed", "skipped", "passed")
CHILDREN = {"error": "error", "failure": "failed", "skipped": "skipped", "disabled": "skipped"}
NOT_RUN = frozenset({"notrun", "disabled", "skipped", "suppressed"})


@dataclass(slots=True)
class Suite:
    """An open element that holds cases: what it states, and what was found in it so far."""

    name: str
    timestamp: str | None
    line: int
    tests: str | None
    failures: str | None
    errors: str | None
    found: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the names of its suites, the innermost first, its own, its state, and the nearest timestamp."""

    line: int
    suites: tuple[str, ...]
    test: str
    status: str
    timestamp: str | None


@dataclass(slots=True)
class Report:
    """A whole report: its cases in order, and the values of each property of its suites."""

    cases: list[Case] = field(default_factory=list)
    properties: dict[str, set[str]] = field(default_factory=dict)


def read_report(file: SourceFile) -> Report:
    """Return what ``file`` reports. Raises ``CollectionError`` naming file and line."""
    if file.content > MAX_REPORT:
        raise CollectionError(
            f"{file.name}: {file.content >> 20} MiB in one report, at most {MAX_REPORT >> 20} are read",
            remedy="write a report for each suite",
        )
    reading = _Reading(file.name)
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            reading.parser.ParseFile(stream)
    except expat.ExpatError as error:
        message = expat.errors.messages[error.code]
        raise CollectionError(f"{file.name}, line {error.lineno}: not XML ({message})", remedy=AGAIN) from error
    except (OSError, EOFError, zlib.error) as error:
        raise CollectionError(f"{file.name}: cannot be read a second time ({error})", remedy=AGAIN) from error
    except (ValueError, LookupError) as error:
        raise CollectionError(f"{file.name}: in an encoding that is not read ({error})", remedy=AGAIN) from error
    return reading.report


class _Reading:
    """Handlers of one parser, and where in the document they are."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.report = Report()
        self._open: list[str] = []
        self._suites: list[Suite] = []
        self._case: tuple[int, str] | None = None
        self._status = WORST[-1]
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _refuse(self, what: str, line: int | None = None) -> CollectionError:
        return CollectionError(f"{self._name}, line {line or self.parser.CurrentLineNumber}: {what}", remedy=AGAIN)

    def _doctype(self, *_: object) -> None:
        raise self._refuse("declares a document type, which may declare entities; expected none")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if not self._open and tag not in SUITES:
            raise self._refuse(f"found <{tag[:40]}>, expected <testsuites> or <testsuite>")
        if len(self._open) == MAX_DEPTH:
            raise self._refuse(f"elements nest more than {MAX_DEPTH} deep")
        parent = self._open[-1] if self._open else ""
        self._open.append(tag)
        if tag in SUITES:
            line = self.parser.CurrentLineNumber
            tests, failures, errors = (given.get(name) for name in ("tests", "failures", "errors"))
            name, timestamp = given.get("name", ""), given.get("timestamp")
            self._suites.append(Suite(name, timestamp, line, tests, failures, errors))
        elif tag == "testcase":
            self._begin(given)
        elif tag in CHILDREN and parent == "testcase":
            self._status = min(self._status, CHILDREN[tag], key=WORST.index)
        elif tag == "property" and self._case is None:
            self.report.properties.setdefault(given.get("name", ""), set()).add(given.get("value", ""))

    def _begin(self, given: dict[str, str]) -> None:
        if self._open[-2] != "testsuite":
            raise self._refuse("found a <testcase> outside a <testsuite>")
        self._case = (self.parser.CurrentLineNumber, f"{given.get('classname', '')}\n{given.get('name', '')}")
        not_run = NOT_RUN & {given.get("status", ""), given.get("result", "")}
        self._status = "skipped" if not_run else WORST[-1]

    def _end(self, tag: str) -> None:
        self._open.pop()
        if tag == "testcase" and self._case is not None:
            names = tuple(suite.name for suite in reversed(self._suites))
            at = next((suite.timestamp for suite in reversed(self._suites) if suite.timestamp), None)
            self.report.cases.append(Case(self._case[0], names, self._case[1], self._status, at))
            for suite in self._suites:
                suite.found += 1
                suite.failed += self._status in WORST[:2]
            self._case = None
        elif tag in SUITES:
            self._close(self._suites.pop())

    def _close(self, suite: Suite) -> None:
        """Refuse a suite that holds less than it counts; more may be (pytest counts a case that fails twice once)."""
        stated = [self._count(suite, text) for text in (suite.tests, suite.failures, suite.errors)]
        failed = stated[1] + stated[2]
        if suite.found < stated[0] or suite.failed < failed:
            raise self._refuse(
                f"the suite counts {stated[0]} cases, {failed} of them failed; found {suite.found} and {suite.failed}",
                suite.line,
            )

    def _count(self, suite: Suite, text: str | None) -> int:
        if text is None:
            return 0
        if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - digits of a count
            raise self._refuse(f"the suite counts {text[:20]!r}, expected a whole number", suite.line)
        return int(text)
