package controls.deployment.phase_within_limit_test

import data.controls.deployment.phase_within_limit

good := {
	"position": 2,
	"times": 1,
	"started_us": 1000000,
	"ended_us": 31000000,
	"predecessors": 1,
	"done": 1,
	"overlapping": 0,
	"limit_seconds": 30,
	"as_of_us": 90000000,
}

decided(changes, limit) := decision if {
	decision := phase_within_limit.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"limit_seconds": limit},
	}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes, 30)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_time_is_shown_beside_the_limit if {
	decided({}, 30) == {"verdict": "pass", "reason": "phase_in_time", "observed": 30000000, "limit": 30000000}
}

test_a_microsecond_too_long if outcome({"ended_us": 31000001}) == ["fail", "phase_overrun"]

test_what_it_took_so_far if {
	decided({"ended_us": null, "as_of_us": 31000000}, 30) == {
		"verdict": "inconclusive",
		"reason": "phase_running",
		"observed": 30000000,
		"limit": 30000000,
	}
	outcome({"ended_us": null, "as_of_us": 31000001}) == ["fail", "phase_overrun"]
}

test_told_twice_or_not_at_all if {
	every times in [0, 2] {
		outcome({"times": times, "ended_us": 99000000}) == ["inconclusive", "phase_repeated"]
	}
}

test_order if {
	outcome({"overlapping": 1}) == ["fail", "phase_out_of_order"]
	outcome({"done": 0}) == ["inconclusive", "phase_untold"]
	outcome({"done": 0, "overlapping": 1}) == ["fail", "phase_out_of_order"]
	outcome({"done": 0, "ended_us": null, "as_of_us": 2000000}) == ["inconclusive", "phase_untold"]
}

test_an_end_before_the_start_decides_nothing if {
	decided({"ended_us": 999999}, 30) == open
	outcome({"ended_us": 1000000}) == ["pass", "phase_in_time"]
}

test_what_is_not_known_decides_nothing if {
	every name in ["started_us", "position"] {
		every value in [null, "1"] {
			decided({name: value}, 30) == open
		}
	}
	decided({}, 31) == open
	decided({"limit_seconds": null}, null) == open
	decided({"limit_seconds": "30"}, "30") == open
	decided({"ended_us": "31000000", "as_of_us": 2000000}, 30) == open
}
