package controls.monitoring.metrics_fresh_test

import data.controls.monitoring.metrics_fresh

published := {"asked": 1, "points": 1, "longest_us": 120000000, "proven_us": null, "publish_interval_seconds": 60, "delivery_seconds": 0}

decided(changes, parameters) := decision if {
	decision := metrics_fresh.decision with input as {
		"row": object.union(published, changes),
		"parameters": object.union({"publish_interval_seconds": 60, "delivery_seconds": 0}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_two_intervals_pass if {
	decided({}, {}) == {"verdict": "pass", "reason": "metric_fresh", "observed": 120000000, "limit": 120000000}
}

test_a_microsecond_more_is_no_pass if {
	decided({"longest_us": 120000001}, {}).reason == "metric_unasked"
	decided({"longest_us": 120000001}, {}).verdict == "inconclusive"
}

test_a_proven_gap_fails_whatever_else if {
	decided({"proven_us": 120000001}, {}).verdict == "fail"
	decided({"proven_us": 120000001, "asked": 0}, {}).reason == "metric_stale"
	decided({"proven_us": "1"}, {}).verdict == "pass"
}

test_without_an_answer_or_a_datapoint_it_is_no_pass if {
	decided({"asked": 0}, {}).verdict == "inconclusive"
	decided({"points": 0}, {}).verdict == "inconclusive"
}

test_an_interval_of_a_second_is_the_shortest if {
	row := {"publish_interval_seconds": 1, "longest_us": 2000000}
	decided(row, {"publish_interval_seconds": 1}).verdict == "pass"
	none := {"publish_interval_seconds": 0, "longest_us": 0}
	decided(none, {"publish_interval_seconds": 0}).reason == "config"
}

test_without_numbers_nothing_is_decided if {
	every column in ["asked", "points", "longest_us", "publish_interval_seconds"] {
		every value in [null, "120000000"] {
			decided({column: value}, {}) == open
		}
	}
	every value in [null, "60"] {
		decided({"publish_interval_seconds": value}, {"publish_interval_seconds": value}) == open
	}
}

test_the_time_of_delivery_is_the_parameters if {
	decided({"delivery_seconds": 300}, {"delivery_seconds": 300}).verdict == "pass"
	decided({"delivery_seconds": 300}, {}) == open
	decided({"delivery_seconds": -1}, {"delivery_seconds": -1}).reason == "config"
}
