package controls.health.stable_throughout_test

import data.controls.health.stable_throughout

good := {
	"checks": 18,
	"unhealthy": 0,
	"unknown": 0,
	"gap_us": 60000000,
	"restarts": 0,
	"starts": 1,
	"ended_us": 100,
	"written": 5,
	"held": 5,
}

decided(changes, seconds) := decision if {
	decision := stable_throughout.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"max_gap_seconds": seconds},
	}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes, 60)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_was_counted_is_shown if {
	decided({}, 60) == {
		"verdict": "pass",
		"reason": "stable",
		"observed": {"restarts": 0, "unhealthy": 0},
		"limit": 0,
	}
}

test_one_is_too_many if {
	outcome({"restarts": 1}) == ["fail", "restarted"]
	outcome({"unhealthy": 1}) == ["fail", "unstable"]
	outcome({"restarts": 1, "unhealthy": 1}) == ["fail", "restarted"]
	outcome({"unhealthy": 1, "unknown": 1, "gap_us": null, "held": 4}) == ["fail", "unstable"]
}

test_unknown if outcome({"unknown": 1, "gap_us": null}) == ["inconclusive", "status_unknown"]

test_unwatched if {
	every value in [60000001, null, "1"] {
		outcome({"gap_us": value, "held": 4}) == ["inconclusive", "checks_sparse"]
	}
}

test_what_is_missing if outcome({"held": 4}) == ["inconclusive", "log_incomplete"]

test_what_is_no_count_decides_nothing if {
	every name in ["restarts", "unhealthy", "unknown"] {
		every value in [null, "0"] {
			decided({name: value}, 60) == open
		}
	}
	decided({}, null) == open
	decided({}, "60") == open
}

test_counts_that_cannot_be_decide_nothing if {
	decided({"restarts": -1}, 60).verdict == "inconclusive"
	decided({"unhealthy": -1}, 60).verdict == "inconclusive"
}
