package controls.decisions.made_in_time_test

import data.controls.decisions.made_in_time

whole := {
	"resource": "line_113",
	"after_anchor": "phase_2_end",
	"before_anchor": "phase_3_start",
	"decisions": 1,
	"signed_us": 15,
	"valid_until_us": 30,
	"shown_as_of_us": 12,
	"after_us": 10,
	"before_us": 20,
}

but(changes) := decision if {
	decision := made_in_time.decision with input as {
		"row": object.union(whole, changes),
		"parameters": {"line": "line_113", "after_anchor": "phase_2_end", "before_anchor": "phase_3_start"},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

between := {"verdict": "pass", "reason": "decided_between"}

test_between if {
	but({}) == between
	but({"signed_us": 10, "shown_as_of_us": 10}) == between
	but({"signed_us": 19}) == between
	but({"valid_until_us": 21}) == between
}

test_too_early_or_too_late if {
	but({"signed_us": 9}) == {"verdict": "fail", "reason": "decided_early"}
	but({"signed_us": 9, "before_us": null}) == {"verdict": "fail", "reason": "decided_early"}
	but({"shown_as_of_us": 9}) == {"verdict": "fail", "reason": "decided_on_early_run"}
	but({"signed_us": 20}) == {"verdict": "fail", "reason": "decided_late"}
	but({"valid_until_us": 20}) == {"verdict": "fail", "reason": "decision_lapsed"}
}

test_what_is_not_known_yet if {
	every value in [null, "12"] {
		but({"shown_as_of_us": value}) == {"verdict": "inconclusive", "reason": "decided_on_unknown_run"}
		but({"before_us": value}) == {"verdict": "inconclusive", "reason": "next_phase_pending"}
	}
	every member in ["signed_us", "valid_until_us", "after_us"] {
		every value in [null, "15"] {
			but({member: value}) == open
		}
	}
}

test_one_decision if {
	but({"decisions": 0}) == {"verdict": "inconclusive", "reason": "decision_missing"}
	but({"decisions": 2}) == {"verdict": "inconclusive", "reason": "decision_repeated", "observed": 2}
	every value in [null, "1"] {
		but({"decisions": value}) == open
	}
}

test_another_line_or_anchor_than_was_asked_for_decides_nothing if {
	every member in ["resource", "after_anchor", "before_anchor"] {
		every value in ["other", null] {
			but({member: value}) == open
		}
	}
}
