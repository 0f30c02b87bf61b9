package controls.cost.per_operation_test

import data.controls.cost.per_operation

good := {
	"requests": 200,
	"total": 2000000,
	"foreign_currency": false,
	"unmeasured": 0,
	"unobserved": 0,
	"unknown": 0,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

target := {"target_micro": 10000, "most_micro": null, "min_samples": 100}

decided(changes, parameters) := decision if {
	decision := per_operation.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(target, parameters),
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

test_without_knowing_the_currency_nothing_is_decided if {
	every foreign in [null, "false", 0] {
		decided({"foreign_currency": foreign}, {}) == open
	}
}

test_without_target_or_floor_nothing_is_decided if {
	every parameter in ["target_micro", "min_samples"] {
		every value in [null, "100"] {
			decided({}, {parameter: value}) == open
		}
	}
}

test_a_target_of_one_is_one if decided({"total": 200}, {"target_micro": 1}).verdict == "pass"

test_a_target_of_nothing_is_none if {
	every amount in [0, -1] {
		decided({"total": 0}, {"target_micro": amount}).reason == "config"
	}
}

test_as_many_as_declared_decide if {
	decided({"requests": 100, "total": 1000000}, {}).verdict == "pass"
	decided({"requests": 100, "total": 1000001}, {}).verdict == "fail"
	decided({"requests": 99, "total": 990000}, {}).reason == "low_sample"
	decided({"requests": 99, "total": 990001}, {}).reason == "low_sample"
}

test_the_mean_is_shown_rounded_up if {
	decided({"total": 2000001}, {}).observed == 10001
	decided({"total": 2000000}, {}).observed == 10000
	decided({"requests": 1, "total": 7}, {}).observed == 7
}

test_no_requests_have_no_mean if {
	decided({"requests": 0, "total": 0}, {}) == {
		"verdict": "inconclusive",
		"reason": "no_data",
		"observed": null,
		"limit": 10000,
	}
}

test_without_requests_nothing_passes_whatever_the_floor if {
	decided({"requests": 0, "total": 0}, {"min_samples": 0}).verdict == "inconclusive"
	decided({"requests": 1, "total": 10000}, {"min_samples": 0}).verdict == "pass"
}

test_an_unbounded_unknown_decides_nothing if {
	decided({"total": 200, "unobserved": null, "unknown": null}, {}).reason == "coverage"
	decided({"total": 2000001, "unobserved": null, "unknown": null}, {}).reason == "coverage"
}

test_what_straddles_says_why if {
	decided({"unmeasured": 1, "unknown": 1}, {}).reason == "unmeasured"
	decided({"unmeasured": 1, "unobserved": 1, "unknown": 2}, {}).reason == "coverage"
	decided({"unobserved": 1, "unknown": 1}, {}).reason == "coverage"
	decided({"unknown": 1}, {}).reason == "coverage"
}
