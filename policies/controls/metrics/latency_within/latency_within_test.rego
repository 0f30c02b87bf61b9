package controls.metrics.latency_within_test

import data.controls.metrics.latency_within

counted := {
	"limit_us": 1500000,
	"unanswered": 0,
	"astride": 0,
	"requests": 200,
	"over": 10,
	"uncounted": 0,
	"loose": 0,
	"unmeasured": 0,
	"lowest_micro": null,
	"highest_micro": null,
}

parts := object.union(counted, {"requests": 0, "over": 0, "uncounted": 200, "lowest_micro": 1, "highest_micro": 1500000000})

limits := {"latency_limit_us": 1500000, "metric_unit_us": 1000, "min_samples": 200}

decided(row, changes, parameters) := decision if {
	decision := latency_within.decision with input as {
		"row": object.union(row, changes),
		"parameters": object.union(limits, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_one_in_twenty_passes if {
	decided(counted, {}, {}) == {"verdict": "pass", "reason": "slow_share_within", "observed": 50000, "limit": 50000}
}

test_one_more_fails if {
	decided(counted, {"over": 11}, {}) == {"verdict": "fail", "reason": "slow_share_over", "observed": 55000, "limit": 50000}
}

test_one_call_is_a_count if {
	one := decided(counted, {"requests": 1, "over": 0}, {"min_samples": 1})
	one == {"verdict": "pass", "reason": "slow_share_within", "observed": 0, "limit": 50000}
	decided(counted, {"over": 200}, {}).observed == 1000000
}

test_periods_without_a_count_are_bounded if {
	decided(counted, {"over": 9, "uncounted": 1}, {}).verdict == "pass"
	decided(counted, {"over": 10, "uncounted": 1}, {}).reason == "unmeasured"
	decided(counted, {"over": 11, "uncounted": 19}, {}).reason == "slow_share_over"
	decided(counted, {"over": 11, "uncounted": 20}, {}).reason == "unmeasured"
}

test_parts_decide_when_they_agree if {
	decided(parts, {}, {}) == {"verdict": "pass", "reason": "percentiles_within", "observed": null, "limit": 50000}
	decided(parts, {"lowest_micro": 1500000001, "highest_micro": 8000000000}, {}).reason == "percentiles_over"
	decided(parts, {"lowest_micro": 1500000000, "highest_micro": 1500000001}, {}).reason == "percentiles_straddle"
	decided(parts, {"unmeasured": 1}, {}).reason == "unmeasured"
}

test_the_count_decides_where_there_is_one if {
	decided(parts, {"requests": 200, "uncounted": 0, "over": 11}, {}).reason == "slow_share_over"
}

test_neither_count_nor_percentile if {
	decided(parts, {"highest_micro": null}, {}).reason == "metric_unasked"
	decided(parts, {"lowest_micro": null}, {}).reason == "metric_unasked"
}

test_few_calls_decide_nothing if {
	decided(counted, {"requests": 199, "over": 0}, {}).reason == "low_sample"
	decided(parts, {"uncounted": 199}, {}).reason == "low_sample"
	decided(parts, {"uncounted": 0}, {}).reason == "low_sample"
	decided(parts, {"uncounted": 0, "lowest_micro": null, "highest_micro": null}, {}).reason == "no_data"
}

test_what_is_not_whole_decides_nothing if {
	decided(counted, {"unanswered": 1}, {}).reason == "metric_unasked"
	decided(counted, {"astride": 1}, {}).reason == "coverage"
	decided(counted, {"loose": 1}, {}).reason == "coverage"
}

test_a_limit_is_a_whole_number_of_the_metric_s_unit if {
	decided(object.union(counted, {"limit_us": 1500500}), {}, {"latency_limit_us": 1500500}).reason == "config"
	decided(object.union(counted, {"limit_us": 500}), {}, {"latency_limit_us": 500}).reason == "config"
	decided(object.union(counted, {"limit_us": 0}), {}, {"latency_limit_us": 0}).reason == "config"
	every unit in [0, -1000, 100, 999, 1001] {
		decided(counted, {}, {"metric_unit_us": unit}).reason == "config"
	}
	seconds := {"latency_limit_us": 2000000, "metric_unit_us": 1000000}
	decided(object.union(counted, {"limit_us": 2000000}), {}, seconds).verdict == "pass"
	decided(counted, {}, {"min_samples": 0}).reason == "config"
	decided(counted, {}, {"min_samples": 1}).verdict == "pass"
	decided(object.union(counted, {"limit_us": 1}), {}, {"latency_limit_us": 1, "metric_unit_us": 1}).verdict == "pass"
}

test_without_numbers_nothing_is_decided if {
	every column in ["unanswered", "astride", "requests", "over", "uncounted", "loose", "unmeasured"] {
		every value in [null, "1", -1] {
			decided(counted, {column: value}, {}) == open
		}
	}
	every name in ["metric_unit_us", "min_samples"] {
		every value in [null, "1"] {
			decided(counted, {}, {name: value}) == open
		}
	}
	decided(counted, {"limit_us": null}, {"latency_limit_us": null}) == open
	decided(counted, {"limit_us": 1500001}, {}) == open
}
