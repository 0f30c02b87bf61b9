package lib.dispatch_test

import data.lib.dispatch

parameters := {"cells": ["s//"], "observation": "bounded"}

row(calls) := {"calls": calls, "calls_ok": calls, "records": 1, "slots": 1, "slots_alive": 1}

test_each_row_has_its_index if {
	results := dispatch.decisions with input as {
		"control": ["coverage", "source_observed"],
		"parameters": parameters,
		"rows": [{"row": row(1), "assured": null}, {"row": row(0), "assured": null}],
	}
	[result.index | some result in results] == [0, 1]
	[result.decision.verdict | some result in results] == ["pass", "inconclusive"]
}

test_unknown_control_decides_nothing if {
	results := dispatch.decisions with input as {
		"control": ["coverage", "no_such_control"],
		"parameters": parameters,
		"rows": [{"row": row(1), "assured": null}],
	}
	results == []
}

test_a_gate_decides_on_its_facts if {
	decision := dispatch.gate with input as {"gate": "go_no_go", "facts": {"verdict": "pass", "settled": true}}
	decision == {"decision": "go"}
}

test_unknown_gate_is_undefined if {
	not dispatch.gate with input as {"gate": "no_such_gate", "facts": {}}
}

test_what_was_not_answered_is_named_by_its_calls if {
	named := {"verdict": "inconclusive", "reason": "calls_unanswered", "observed": "ListKeys denied in a/1/r"}
	every reason in ["coverage", "metric_unasked", "unanswered"] {
		open := {"verdict": "inconclusive", "reason": reason, "observed": null}
		dispatch.explained(open, {"unanswered_calls": "ListKeys denied in a/1/r"}) == named
		every calls in [null, "", 1] {
			dispatch.explained(open, {"unanswered_calls": calls}) == open
		}
		dispatch.explained(open, {}) == open
	}
}

test_a_verdict_that_rests_on_something_else_stays if {
	every decision in [
		{"verdict": "fail", "reason": "unanswered"},
		{"verdict": "pass", "reason": "coverage"},
		{"verdict": "inconclusive", "reason": "stale"},
	] {
		dispatch.explained(decision, {"unanswered_calls": "ListKeys denied in a/1/r"}) == decision
	}
}
