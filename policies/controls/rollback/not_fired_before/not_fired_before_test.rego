package controls.rollback.not_fired_before_test

import data.controls.rollback.not_fired_before

run := {"part": "run", "line": "line_156", "verdict": "fail", "adjudicated": 0, "places": null, "runs": null}

ledger := {"part": "ledger", "line": "line_156", "verdict": null, "adjudicated": null, "places": 1, "runs": 2}

decided(row, changes) := decision if {
	decision := not_fired_before.decision with input as {
		"row": object.union(row, changes),
		"parameters": {"line": "line_156"},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_fired_stays_fired if {
	decided(run, {}) == {"verdict": "fail", "reason": "fired_before"}
	decided(run, {"adjudicated": 2}) == {"verdict": "fail", "reason": "fired_before_adjudicated", "observed": 2}
	every value in [null, "2"] {
		decided(run, {"adjudicated": value}) == {"verdict": "fail", "reason": "fired_before"}
	}
}

test_what_did_not_fire_passes if {
	every verdict in ["pass", "inconclusive", "not_applicable"] {
		decided(run, {"verdict": verdict}) == {"verdict": "pass", "reason": "not_fired_before", "observed": verdict}
	}
	every verdict in [null, "", "failed"] {
		decided(run, {"verdict": verdict}) == open
	}
}

test_only_a_ledger_says_which_runs_there_were if {
	decided(ledger, {"runs": 0}) == {"verdict": "pass", "reason": "first_run"}
	decided(ledger, {}) == {"verdict": "pass", "reason": "earlier_runs_known", "observed": 2}
	every runs in [0, 2, null] {
		decided(ledger, {"places": 0, "runs": runs}) == {"verdict": "inconclusive", "reason": "earlier_runs_unknown"}
	}
	every places in [2, null, "1"] {
		every runs in [0, 2] {
			decided(ledger, {"places": places, "runs": runs}) == open
		}
	}
	every runs in [null, "2"] {
		decided(ledger, {"runs": runs}) == open
	}
}

test_another_part_decides_nothing if {
	decided(run, {"part": "other"}) == open
	decided(run, {"part": "other", "verdict": "pass"}) == open
	every runs in [0, 2] {
		decided(ledger, {"part": "other", "runs": runs}) == open
	}
	decided(ledger, {"part": "other", "places": 0}) == open
}

test_another_line_than_was_asked_for_decides_nothing if {
	every value in ["other", null] {
		decided(run, {"line": value}) == open
		decided(ledger, {"line": value}) == open
	}
}
