"""What a person is shown: the same words everywhere, what decided first, and nothing cut in silence."""

import pytest

from auditor.core.summary import ControlWords, summarise

WORDS = {"slo.p95": ControlWords(unit="us"), "rollback.brief": ControlWords(unit="min", trigger=True)}


def line(name, verdict, control=None, members=()):
    controls = [{"control": control}, {"control": "coverage.seen"}] if control else []
    return {
        "line": name,
        "title": name.upper(),
        "verdict": verdict,
        "checklist": ["52"],
        "controls": controls,
        "members": list(members),
        "reason": "ci_straddles" if verdict == "inconclusive" else "over_limit",
    }


def finding(resource, verdict, reason, control="slo.p95", members=1, observed=2_000_000, limit=1_500_000):
    return {
        "line": "a",
        "control": control,
        "resource": resource,
        "members": members,
        "verdict": verdict,
        "reason": reason,
        "observed": observed,
        "limit": limit,
        "waivers": [],
        "adjudications": [],
    }


def document(lines, findings=(), result="pass", gates=()):
    return {
        "scope": {"system": "s"},
        "asOf": "2026-03-01T12:00:00Z",
        "profile": {"id": "small"},
        "result": result,
        "gates": list(gates),
        "lines": lines,
        "findings": list(findings),
    }


def why(verdict, *findings, control="slo.p95"):
    (entry,) = summarise(document([line("a", verdict, control)], findings), WORDS).lines
    return entry.why


@pytest.mark.parametrize(
    ("result", "begins"),
    [("pass", "PASS"), ("fail", "FAIL"), ("inconclusive", "INCONCLUSIVE"), ("not_applicable", "NOT APPLICABLE")],
)
def test_the_headline_is_the_result(result, begins):
    found = summarise(document([], result=result), WORDS)
    assert found.headline.startswith(f"{begins}:")
    assert (found.result, found.as_of, found.profile, found.scope) == (
        result, "2026-03-01T12:00:00Z", "small", {"system": "s"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ("go", "GO"),
        ("pass_with_waiver", "PASS WITH WAIVER"),
        ("no_go", "NO-GO"),
        ("rollback", "ROLL BACK"),
        ("continue", "CONTINUE"),
        ("undecided", "UNDECIDED"),
        ("successful", "SUCCESSFUL"),
        ("partial", "PARTIAL"),
        ("failed", "FAILED"),
    ],
)
def test_a_gate_says_its_decision(decision, words):
    gate = {"gate": "g", "title": "G", "decision": decision, "verdict": "fail", "provisional": False}
    (entry,) = summarise(document([], gates=[gate]), WORDS).gates
    assert (entry.gate, entry.title, entry.words, entry.verdict) == ("g", "G", words, "fail")
    assert entry.waived == (decision == "pass_with_waiver")


def test_what_people_signed_stands_beside_the_finding():
    waived = finding("y", "fail", "over_limit") | {"waivers": ["a" * 64, "b" * 64]}
    assert why("fail", waived)[0].endswith("; waived by aaaaaaaaaaaa, bbbbbbbbbbbb")
    adjudicated = finding("y", "fail", "over_limit") | {"adjudications": ["c" * 64]}
    assert why("fail", adjudicated)[0].endswith("; adjudicated a false positive by cccccccccccc")


@pytest.mark.parametrize(
    ("verdict", "control", "mark"),
    [
        ("pass", "slo.p95", "[x]"),
        ("fail", "slo.p95", "[ ]"),
        ("inconclusive", "slo.p95", "[ ]"),
        ("not_applicable", "slo.p95", "[n/a]"),
        ("pass", "unknown.control", "[x]"),
        ("pass", "rollback.brief", "not fired"),
        ("fail", "rollback.brief", "FIRED"),
        ("inconclusive", "rollback.brief", "[ ]"),
        ("not_applicable", "rollback.brief", "[ ]"),
    ],
)
def test_a_box_is_crossed_by_a_pass_alone(verdict, control, mark):
    (entry,) = summarise(document([line("a", verdict, control)]), WORDS).lines
    assert (entry.line, entry.title, entry.verdict, entry.checklist, entry.mark) == ("a", "A", verdict, ("52",), mark)


def test_a_group_names_the_members_that_decided():
    lines = [line("a", "fail", "slo.p95"), line("b", "pass", "slo.p95"), line("g", "fail", members=["a", "b"])]
    group = summarise(document(lines), WORDS).lines[2]
    assert group.why == ("A: fail",)
    assert group.mark == "[ ]"


def test_what_decided_comes_with_the_lines_own_control_first():
    assert why(
        "fail",
        finding("cell", "fail", "count_mismatch", "coverage.seen", observed=3, limit=4),
        finding("fine", "pass", "within_limit"),
        finding("mcp", "fail", "over_limit", members=3),
        finding("direct", "fail", "over_limit"),
    )[:2] == (
        "mcp: P95 2.000 s is over the limit 1.500 s (3 times)",
        "direct: P95 2.000 s is over the limit 1.500 s",
    )


@pytest.mark.parametrize(("members", "times"), [(1, ""), (2, " (2 times)")])
def test_what_happened_more_than_once_says_how_often(members, times):
    found = why("fail", finding("mcp", "fail", "over_limit", members=members))
    assert found == (f"mcp: P95 2.000 s is over the limit 1.500 s{times}",)


def test_findings_of_another_line_are_not_of_this_one():
    assert why("fail", finding("x", "fail", "over_limit") | {"line": "other"}) == ()


def test_a_pass_is_told_by_its_own_control():
    found = why("pass", finding("cell", "pass", "observed", "coverage.seen"), finding("x", "pass", "within_limit"))
    assert found == ("x: P95 2.000 s is within 1.500 s",)


def test_a_list_that_is_cut_says_how_many_it_leaves_out():
    many = [finding(f"r{number}", "fail", "over_limit") for number in range(6)]
    assert why("fail", *many[:4])[-1].startswith("r3: ")
    assert why("fail", *many[:5])[-1] == "and 1 more"
    assert why("fail", *many)[-1] == "and 2 more"
    assert len(why("fail", *many)) == 5


def test_many_passes_are_gathered_by_reason():
    many = [finding(f"r{number}", "pass", "declared_region", members=2) for number in range(4)]
    assert len(why("pass", *many)) == 4
    quiet = finding("q", "pass", "quiet", members=1)
    assert why("pass", *many, quiet) == (
        "8 in 4 groups: processed in declared regions",
        "1 in 1 groups: an independent observer was alive throughout and counted nothing",
    )


@pytest.mark.parametrize(("limits", "said"), [((1, 1, 1, 1, 1), ""), ((1, 2, 1, 1, 1), "as r0: ")])
def test_passes_that_say_numbers_are_gathered_under_the_first(limits, said):
    found = [
        finding(f"r{number}", "pass", "cache_hits_within") | {"limit": limit} for number, limit in enumerate(limits)
    ]
    (entry,) = summarise(document([line("a", "pass", "slo.p95")], found), WORDS).lines
    assert len(entry.why) == 1
    assert entry.why[0].startswith(f"5 in 5 groups: {said}cache hit rate ")
    assert "{" not in entry.why[0]


def test_what_has_not_elapsed_is_said_once():
    found = [finding(name, "inconclusive", "not_elapsed") for name in ("x", "y")]
    (entry,) = summarise(document([line("a", "inconclusive", "slo.p95")], found), WORDS).lines
    assert entry.why == ("its time has not come, or not passed",)


@pytest.mark.parametrize(
    ("verdicts", "why"),
    [
        (["pass"] * 5, "all of its 5 lines passed"),
        (["not_applicable"] * 2, "none of its lines applies"),
        (["pass"] * 5 + ["not_applicable"], "5 of its 6 lines passed, and the others do not apply"),
    ],
)
def test_a_group_of_many_passes_counts_them(verdicts, why):
    members = [line(f"m{number}", verdict) for number, verdict in enumerate(verdicts)]
    group = line("g", verdicts[0], members=[one["line"] for one in members])
    assert summarise(document([group, *members]), WORDS).lines[0].why == (why,)


def test_a_line_of_a_rollback_gate_fires_whatever_decides_it():
    gate = {
        "gate": "r",
        "title": "R",
        "kind": "rollback",
        "decision": "rollback",
        "verdict": "fail",
        "provisional": False,
    }
    decided = document([line("a", "fail", "slo.p95")], gates=[gate | {"lines": ["a"]}])
    assert summarise(decided, WORDS).lines[0].mark == "FIRED"
