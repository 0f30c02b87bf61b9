"""JUnit XML of a run, for continuous integration: one suite for each gate, one case for each finding.

Rules kept here: a fail is a failure, an inconclusive finding an error, a not-applicable one is skipped, and a pass is
the only case without a child; lines of no gate have a suite of their own, so nothing decided is left out; nothing that
XML cannot hold gets in. There is no standard: the form is one that the schemas of Apache Ant's JUnit task and of
Jenkins' xUnit plugin both accept (they ask for ``time``; nothing is timed here, so it is 0).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from auditor.core.reasons import sentence
from auditor.core.summary import GATE_WORDS, ControlWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.adapters.reports.machine import Run

CHILD = {"fail": "failure", "inconclusive": "error", "not_applicable": "skipped"}
COUNT = {"failure": "failures", "error": "errors", "skipped": "skipped"}
NO_GATE = "(lines of no gate)"
# Everything but Char (https://www.w3.org/TR/xml/#charsets); a bare carriage return would come back as a line feed.
ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(run: Run) -> bytes:
    """Return the run as JUnit XML in UTF-8."""
    document, words = run.document, run.words
    root = ET.Element("testsuites", {"name": legal(f"auditor {document['profile']['id']}")})
    totals = dict.fromkeys(("tests", "failures", "errors"), 0)
    shared = _properties(document, run.bundle)
    for number, (name, lines, own) in enumerate(_suites(document)):
        cases = [_case(one, words) for one in document["findings"] if one["line"] in lines]
        counts = {"tests": len(cases), **dict.fromkeys(COUNT.values(), 0)}
        for case in cases:
            for child in case:
                counts[COUNT[child.tag]] += 1
        suite = ET.SubElement(
            root,
            "testsuite",
            {
                "name": legal(name),
                "package": legal(document["profile"]["id"]),
                "id": str(number),
                "timestamp": document["asOf"][:19],
                "hostname": "localhost",
                "time": "0",
                **{key: str(value) for key, value in counts.items()},
            },
        )
        properties = ET.SubElement(suite, "properties")
        for key, value in {**shared, **own}.items():
            ET.SubElement(properties, "property", {"name": key, "value": legal(value)})
        suite.extend(cases)
        ET.SubElement(suite, "system-out")
        ET.SubElement(suite, "system-err")
        for key in totals:
            totals[key] += counts[key]
    root.attrib.update({key: str(value) for key, value in totals.items()})
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def legal(text: str) -> str:
    r"""Return ``text`` with what XML 1.0 cannot hold written as an escape, e.g. ``\x00``."""
    return ILLEGAL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _suites(document: dict[str, Any]) -> Iterator[tuple[str, set[str], dict[str, str]]]:
    """Yield name, lines and properties of each suite: the gates in the profile's order, then what no gate holds."""
    members = {line["line"]: line["members"] for line in document["lines"]}
    held: set[str] = set()
    for gate in document["gates"]:
        lines = _closure(gate["lines"], members)
        held |= lines
        own = {"gate": gate["gate"], "gate.verdict": gate["verdict"], "gate.decision": GATE_WORDS[gate["decision"]]}
        yield f"{gate['gate']}: {gate['title']}", lines, own
    rest = members.keys() - held
    if rest:
        yield NO_GATE, set(rest), {}


def _closure(lines: Sequence[str], members: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(lines)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += members[one]
    return found


def _properties(document: dict[str, Any], bundle: str) -> dict[str, str]:
    scope = {f"scope.{name}": value for name, value in document["scope"].items()}
    profile = {"profile": document["profile"]["id"], "profile.sha256": document["profile"]["sha256"]}
    return {**scope, "asOf": document["asOf"], **profile, "result": document["result"], "bundle": bundle}


def _case(one: dict[str, Any], words: Mapping[str, ControlWords]) -> ET.Element:
    case = ET.Element(
        "testcase",
        {"classname": legal(one["line"]), "name": legal(f"{one['control']}: {one['resource']}"), "time": "0"},
    )
    child = CHILD.get(one["verdict"])
    if child is not None:
        unit = words.get(one["control"], ControlWords()).unit
        said = sentence(one["reason"], one["observed"], one["limit"], unit)
        node = ET.SubElement(case, child, {"type": legal(one["reason"]), "message": legal(said)})
        window = one["window"] or {"start": "an instant not known yet", "end": "one not known yet"}
        count = f"\nmembers: {one['members']}" if one["members"] != 1 else ""
        node.text = legal(f"{one['resource']}: {said}\nwindow: {window['start']} to {window['end']}{count}")
    return case
