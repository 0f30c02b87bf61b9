package controls.metrics.bedrock_error_rate_test

import data.controls.metrics.bedrock_error_rate

calm := {
	"unanswered": 0,
	"invocations": 1000000000,
	"throttles": 0,
	"errors": 10000000,
	"astride": 0,
	"unsummed": 0,
}

decided(changes, parameters) := decision if {
	decision := bedrock_error_rate.decision with input as {
		"row": object.union(calm, changes),
		"parameters": object.union({"limit_ppm": 10000, "min_samples": 299}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_the_limit_itself_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "error_rate_within", "observed": 10000, "limit": 10000}
}

test_one_more_error_fails if {
	decided({"errors": 11000000}, {}).verdict == "fail"
}

# 1010 calls were made if only those that succeeded are invocations: 10 of 1010 are within 1 %.
test_the_larger_of_the_two_rates_decides if {
	decided({"errors": 10000001}, {}).verdict == "fail"
}

test_everything_failed_and_nothing_was_counted_as_an_invocation if {
	decided({"invocations": 0, "errors": 300000000}, {}) == {
		"verdict": "fail",
		"reason": "error_rate_over",
		"observed": 1000000,
		"limit": 10000,
	}
}

test_few_calls_decide_nothing if {
	decided({"invocations": 299000000, "errors": 0}, {}).verdict == "pass"
	decided({"invocations": 298000000, "errors": 0}, {}).reason == "low_sample"
	decided({"invocations": 10000000, "errors": 10000000}, {}).reason == "low_sample"
}

test_throttled_calls_are_calls_under_both if {
	decided({"invocations": 990000000, "throttles": 10000000}, {}).verdict == "pass"
	decided({"invocations": 299000000, "throttles": 0, "errors": 0}, {}).verdict == "pass"
	decided({"invocations": 298000000, "throttles": 1000000, "errors": 1000000}, {}).reason == "error_rate_within"
}

test_what_is_not_whole_decides_nothing if {
	decided({"unanswered": 1}, {}).reason == "metric_unasked"
	decided({"astride": 1}, {}).reason == "coverage"
	decided({"unsummed": 1}, {}).reason == "coverage"
}

test_nothing_was_called if decided({"invocations": 0, "errors": 0}, {}).reason == "no_data"

test_a_share_lies_between_nothing_and_all if {
	every limit in [0, -1, 1000000] {
		decided({}, {"limit_ppm": limit}) == {
			"verdict": "inconclusive",
			"reason": "config",
			"observed": 10000,
			"limit": limit,
		}
	}
	decided({"errors": 0}, {"limit_ppm": 1}).verdict == "pass"
	decided({}, {"limit_ppm": 999999}).verdict == "pass"
}

test_a_floor_of_one_call_is_the_least if {
	decided({}, {"min_samples": 0}).reason == "config"
	decided({}, {"min_samples": 0}).verdict == "inconclusive"
	decided({"invocations": 1000000, "errors": 0}, {"min_samples": 1}).verdict == "pass"
}

test_a_failure_needs_the_floor_by_the_most_calls_there_may_be if {
	decided({"invocations": 199000000, "errors": 100000000}, {}).verdict == "fail"
	decided({"invocations": 198999999, "errors": 100000000}, {}).reason == "low_sample"
}

test_a_pass_needs_the_floor_by_the_fewest if {
	decided({"invocations": 298999999, "errors": 0}, {}).reason == "low_sample"
	decided({"invocations": 298999999, "errors": 1}, {}).reason == "low_sample"
}

test_the_rate_that_is_shown_is_rounded_down_and_no_more_than_all if {
	decided({"errors": 999999500}, {}).observed == 999999
	decided({"errors": 1000000000}, {}).observed == 1000000
	decided({"errors": 2000000000}, {}).observed == 1000000
	decided({"invocations": 1, "errors": 0}, {}).observed == 0
	decided({"invocations": 0, "errors": 1}, {}).observed == 1000000
	decided({"invocations": 0, "errors": 0}, {}).observed == null
}

test_without_numbers_nothing_is_decided if {
	every column in ["unanswered", "invocations", "throttles", "errors", "astride", "unsummed"] {
		every value in [null, "1", -1] {
			decided({column: value}, {}) == open
		}
	}
	every value in [null, "1"] {
		decided({}, {"limit_ppm": value}) == open
		decided({}, {"min_samples": value}) == open
	}
}
