package controls.flags.monitored_test

import data.controls.flags.monitored

good := {
	"activated_us": 0,
	"until_us": 120000000,
	"gap_us": 120000000,
	"slots": 12,
	"measured": 12,
	"requests": 1,
	"monitor_seconds": 120,
	"as_of_us": 120000000,
}

decided(changes, seconds) := decision if {
	decision := monitored.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"monitor_seconds": seconds},
	}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes, 120)
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_time_is_shown_beside_the_limit if {
	decided({}, 120) == {"verdict": "pass", "reason": "flag_monitored", "observed": 120000000, "limit": 120000000}
}

test_too_soon if outcome({"gap_us": 119999999, "as_of_us": 1, "measured": 0}) == ["fail", "flag_too_soon"]

test_the_last_flag_has_no_next if {
	outcome({"gap_us": null}) == ["pass", "flag_monitored"]
	outcome({"gap_us": "1"}) == ["pass", "flag_monitored"]
}

test_inactive if {
	every value in [null, "0"] {
		outcome({"activated_us": value, "gap_us": 1}) == ["inconclusive", "flag_inactive"]
	}
}

test_not_over_yet if {
	outcome({"as_of_us": 119999999, "measured": 0}) == ["inconclusive", "window_incomplete"]
	every value in [null, "120000000"] {
		outcome({"as_of_us": value}) == ["inconclusive", "window_incomplete"]
		outcome({"until_us": value}) == ["inconclusive", "window_incomplete"]
	}
}

test_not_all_measured if {
	outcome({"measured": 11, "requests": 0}) == ["inconclusive", "coverage"]
	outcome({"measured": 13}) == ["inconclusive", "coverage"]
}

test_nothing_to_measure if outcome({"requests": 0}) == ["inconclusive", "no_data"]

test_no_slots_prove_nothing if {
	decided({"slots": 0, "measured": 0}, 120) == open
	outcome({"slots": 1, "measured": 1}) == ["pass", "flag_monitored"]
}

test_what_is_not_known_decides_nothing if {
	every name in ["measured", "requests"] {
		every value in [null, "12"] {
			decided({name: value}, 120) == open
		}
	}
	decided({}, 121) == open
	decided({"monitor_seconds": null}, null) == open
	decided({"monitor_seconds": "120"}, "120") == open
}
