package controls.cost.tokens_per_operation_test

import data.controls.cost.tokens_per_operation

good := {
	"requests": 200,
	"total": 200000,
	"unmeasured": 0,
	"unobserved": 0,
	"unknown": 0,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

bounds := {"min_tokens": 500, "max_tokens": 2000, "most_tokens": null, "min_samples": 100}

decided(changes, parameters) := decision if {
	decision := tokens_per_operation.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(bounds, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_is_no_sum_decides_nothing if {
	every column in ["requests", "total"] {
		every value in [null, "200", -1] {
			decided({column: value}, {}) == open
		}
	}
}

test_without_bounds_or_floor_nothing_is_decided if {
	every parameter in ["min_tokens", "max_tokens", "min_samples"] {
		every value in [null, "600"] {
			decided({}, {parameter: value}) == open
		}
	}
}

test_bounds_may_meet if {
	decided({}, {"min_tokens": 1000, "max_tokens": 1000}).verdict == "pass"
	decided({}, {"min_tokens": 1001, "max_tokens": 1000}).reason == "config"
}

test_nothing_may_be_the_least_and_never_the_most if {
	decided({}, {"min_tokens": 0}).verdict == "pass"
	decided({}, {"min_tokens": -1}).reason == "config"
	decided({"total": 200}, {"min_tokens": 0, "max_tokens": 1}).verdict == "pass"
	decided({"total": 0}, {"min_tokens": 0, "max_tokens": 0}).reason == "config"
}

test_as_many_as_declared_decide if {
	decided({"requests": 100, "total": 200000}, {}).verdict == "pass"
	decided({"requests": 100, "total": 200001}, {}).verdict == "fail"
	decided({"requests": 99, "total": 198000}, {}).reason == "low_sample"
	decided({"requests": 99, "total": 198001}, {}).reason == "low_sample"
}

test_the_mean_is_shown_rounded_down if {
	decided({"total": 200199}, {}).observed == 1000
	decided({"total": 200200}, {}).observed == 1001
	decided({"requests": 1, "total": 7}, {}).observed == 7
}

test_no_requests_have_no_mean if {
	decided({"requests": 0, "total": 0}, {}) == {
		"verdict": "inconclusive",
		"reason": "no_data",
		"observed": null,
		"limit": {"from": 500, "to": 2000},
	}
}

test_without_requests_nothing_passes_whatever_the_floor if {
	decided({"requests": 0, "total": 0}, {"min_samples": 0}).verdict == "inconclusive"
	decided({"requests": 1, "total": 1000}, {"min_samples": 0}).verdict == "pass"
}

test_an_unbounded_unknown_decides_nothing if {
	decided({"unobserved": null, "unknown": null}, {}).reason == "coverage"
	decided({"total": 400001, "unobserved": null, "unknown": null}, {}).reason == "coverage"
	decided({"total": 99999, "unobserved": null, "unknown": null}, {"most_tokens": 1000}).reason == "coverage"
}

test_what_straddles_says_why if {
	decided({"total": 400000, "unmeasured": 1, "unknown": 1}, {}).reason == "unmeasured"
	decided({"total": 400000, "unmeasured": 1, "unobserved": 1, "unknown": 2}, {}).reason == "coverage"
	decided({"total": 400000, "unobserved": 1, "unknown": 1}, {}).reason == "coverage"
	decided({"total": 400000, "unknown": 1}, {}).reason == "coverage"
}
