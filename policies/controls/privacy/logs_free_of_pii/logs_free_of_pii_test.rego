package controls.privacy.logs_free_of_pii_test

import data.controls.privacy.logs_free_of_pii

seen := {
	"records": 1000,
	"hits": 0,
	"scanner_planted": 100,
	"scanner_found": 99,
	"scanner_near_misses": 50,
	"scanner_false": 1,
}

good := object.union(seen, {"declared_sources": 2, "scanned_sources": 2})

parameters := {"min_records": 1000, "min_planted": 100, "min_recall_ppm": 990000}

decided(changes, parameter_changes) := decision if {
	decision := logs_free_of_pii.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_at_every_limit_it_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "logs_clean", "observed": seen, "limit": 0}
}

test_what_is_no_count_decides_nothing if {
	every name, _ in good {
		every value in [null, "1"] {
			decided({name: value}, {}) == open
		}
	}
	every name, _ in parameters {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
}

test_one_beyond_a_limit if {
	decided({"hits": 1}, {}).reason == "pii_in_logs"
	decided({"hits": 1, "records": 1, "scanner_found": 0}, {}).verdict == "fail"
	decided({"records": 999}, {}).reason == "low_sample"
	decided({"scanned_sources": 1}, {}).reason == "scan_missing"
	decided({"scanner_found": 98}, {}).reason == "scanner_blind"
	decided({"scanner_planted": 99, "scanner_found": 99}, {}).reason == "scanner_blind"
}

test_floors_of_nothing if {
	decided({"records": 0}, {"min_records": 0}).reason == "scan_missing"
	decided({"declared_sources": 0, "scanned_sources": 0}, {}).reason == "scan_missing"
	decided({"scanner_planted": 0, "scanner_found": 0}, {"min_planted": 0, "min_recall_ppm": 0}).reason == "scanner_blind"
	decided({"hits": -1}, {}) == open
}

test_large_counts_are_compared_exactly if {
	decided({"scanner_planted": 100000000, "scanner_found": 99000000}, {}).verdict == "pass"
	decided({"scanner_planted": 100000000, "scanner_found": 98999999}, {}).reason == "scanner_blind"
}
