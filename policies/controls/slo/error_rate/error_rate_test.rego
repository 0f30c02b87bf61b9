package controls.slo.error_rate_test

import data.controls.slo.error_rate

good := {
	"requests": 1000,
	"errors": 4,
	"unmeasured": 0,
	"unobserved": 0,
	"unknown": 0,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

parameters := {"limit_ppm": 10000, "min_samples": 299, "reading": "census"}

decided(changes, parameter_changes) := decision if {
	decision := error_rate.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": "undecided",
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_errors_per_million_are_shown_beside_the_limit if {
	decided({}, {}) == {"verdict": "pass", "reason": "error_rate_within", "observed": 4000, "limit": 10000}
	decided({"errors": 1000}, {}) == {"verdict": "fail", "reason": "error_rate_over", "observed": 1000000, "limit": 10000}
}

test_what_is_shown_is_rounded_down if {
	decided({"requests": 3, "errors": 2}, {}).observed == 666666
	decided({"requests": 1, "errors": 1}, {}).observed == 1000000
}

test_nothing_has_no_rate if {
	decided({"requests": 0, "errors": 0}, {}) == object.union(open, {"observed": null, "limit": 10000})
}

test_counts_that_cannot_be_decide_nothing if {
	decided({"errors": null}, {}) == open
	decided({"errors": 1001}, {}) == open
}

test_without_a_limit_or_a_sample_floor_nothing_is_decided if {
	every limit in [null, "10000", 0, 1000000] {
		decided({}, {"limit_ppm": limit}) == open
	}
	decided({}, {"min_samples": null}) == open
}
