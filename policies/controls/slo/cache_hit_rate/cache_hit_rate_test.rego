package controls.slo.cache_hit_rate_test

import data.controls.slo.cache_hit_rate

good := {
	"requests": 1000,
	"errors": 150,
	"unmeasured": 0,
	"unobserved": 0,
	"unknown": 0,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

parameters := {"miss_limit_ppm": 200000, "min_samples": 100, "reading": "census"}

decided(changes, parameter_changes) := decision if {
	decision := cache_hit_rate.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": "undecided",
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_hits_per_million_are_shown_beside_the_least_that_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "cache_hits_within", "observed": 850000, "limit": 800000}
	decided({"errors": 0}, {}) == {"verdict": "pass", "reason": "cache_hits_within", "observed": 1000000, "limit": 800000}
	decided({"errors": 201}, {}) == {"verdict": "fail", "reason": "cache_hits_under", "observed": 799000, "limit": 800000}
}

test_what_is_shown_is_rounded_down if {
	decided({"requests": 3, "errors": 1}, {}).observed == 666666
	decided({"requests": 1, "errors": 0}, {}).observed == 1000000
}

test_no_lookups_have_no_rate if {
	decided({"requests": 0, "errors": 0}, {}) == object.union(open, {"observed": null, "limit": 800000})
}

test_counts_that_cannot_be_decide_nothing if {
	decided({"errors": null}, {}) == open
	decided({"errors": 1001}, {}) == open
}

test_without_a_limit_or_a_sample_floor_nothing_is_decided if {
	every limit in [null, "200000", 0, 1000000] {
		decided({}, {"miss_limit_ppm": limit}) == open
	}
	decided({}, {"min_samples": null}) == open
}
