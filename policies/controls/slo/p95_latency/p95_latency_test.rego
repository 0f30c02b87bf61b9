package controls.slo.p95_latency_test

import data.controls.slo.p95_latency

good := {
	"requests": 1000,
	"over": 10,
	"unmeasured": 0,
	"unobserved": 0,
	"unknown": 0,
	"limit_us": 1500000,
	"p95_us": 900000,
	"watermark_us": 600000000,
	"window_end_us": 600000000,
}

census := {"latency_limit_us": 1500000, "min_samples": 200, "reading": "census"}

assuring := object.union(census, {"reading": "assured"})

decided(changes, parameters, assured) := decision if {
	decision := p95_latency.decision with input as {
		"row": object.union(good, changes),
		"parameters": parameters,
		"assured": assured,
	}
}

reason(changes, parameters, assured) := decided(changes, parameters, assured).reason

verdict(changes, parameters, assured) := decided(changes, parameters, assured).verdict

open := {"verdict": "inconclusive", "reason": "no_data"}

test_either_reading_passes_what_is_good if {
	verdict({}, census, "undecided") == "pass"
	verdict({}, assuring, "pass") == "pass"
}

test_counts_that_cannot_be_decide_nothing if decided({"over": 1001}, census, "undecided") == open

test_a_row_measured_against_another_limit_decides_nothing if decided({"limit_us": 1499999}, census, "pass") == open

test_without_a_sample_floor_nothing_is_decided if {
	every floor in [null, "200"] {
		decided({}, object.union(census, {"min_samples": floor}), "pass") == open
	}
}

test_an_unbounded_unknown_is_coverage_under_either_reading if {
	reason({"unknown": null}, census, null) == "coverage"
	reason({"unknown": null}, assuring, null) == "coverage"
}

test_a_breach_that_is_not_assured_straddles if reason({"over": 51}, assuring, "undecided") == "ci_straddles"

test_an_assured_breach_must_be_a_breach if {
	verdict({"over": 51}, assuring, "fail") == "fail"
	verdict({"over": 50}, assuring, "fail") == "inconclusive"
}

test_an_assured_pass_must_be_a_pass if verdict({"over": 10, "unknown": 60}, assuring, "pass") == "inconclusive"

test_another_reading_passes_nothing if verdict({}, object.union(census, {"reading": "neither"}), "pass") == "inconclusive"

test_what_straddles_says_why if {
	reason({"over": 50, "unmeasured": 1, "unknown": 1}, census, null) == "unmeasured"
	reason({"over": 50, "unmeasured": 1, "unobserved": 1, "unknown": 2}, census, null) == "coverage"
	reason({"over": 50, "unknown": 1}, census, null) == "coverage"
}
