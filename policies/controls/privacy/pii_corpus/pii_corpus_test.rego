package controls.privacy.pii_corpus_test

import data.controls.privacy.pii_corpus

seen := {
	"planted": 20, "missed": 1, "unredacted": 0, "near_misses": 20, "false_positives": 1, "scanner_planted": 20,
	"scanner_found": 19,
}

good := object.union(seen, {"detected": 19})

parameters := {
	"missed_limit_ppm": 50000, "min_planted": 20, "max_false_ppm": 50000, "min_near_misses": 20,
	"min_scanner_recall_ppm": 950000,
}

decided(changes, parameter_changes) := decision if {
	decision := pii_corpus.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_at_every_limit_it_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "pii_redacted", "observed": seen, "limit": 50000}
}

test_what_is_no_count_decides_nothing if {
	every name in ["planted", "missed", "unredacted", "scanner_planted", "scanner_found", "detected"] {
		every value in [null, "1"] {
			decided({name: value}, {}) == open
		}
	}
	every name in ["near_misses", "false_positives"] {
		every value in [null, "1"] {
			decided({name: value}, {}).reason == "false_positives_unknown"
		}
	}
	every name in ["missed_limit_ppm", "min_planted", "max_false_ppm", "min_near_misses", "min_scanner_recall_ppm"] {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
}

test_one_beyond_a_limit if {
	decided({"unredacted": 1}, {}).reason == "pii_unredacted"
	decided({"unredacted": 1, "planted": 0}, {}).verdict == "fail"
	decided({"missed": 2}, {}).reason == "pii_missed"
	decided({"planted": 19, "missed": 0}, {}).reason == "low_sample"
	decided({"false_positives": 2}, {}).reason == "pii_imagined"
	decided({"near_misses": 19}, {}).reason == "low_sample"
	decided({"scanner_found": 18}, {}).reason == "scanner_blind"
}

test_floors_of_nothing if {
	every planted in [0, -1] {
		decided({"planted": planted, "missed": 0}, {"min_planted": -1}).reason == "no_data"
	}
	decided({"planted": 1, "missed": 0}, {"min_planted": 1}).verdict == "pass"
	decided({"scanner_planted": 0, "scanner_found": 0}, {"min_scanner_recall_ppm": 0}).reason == "scanner_blind"
	decided({"scanner_planted": 1, "scanner_found": 1}, {}).verdict == "pass"
}

test_large_counts_are_compared_exactly if {
	decided({"planted": 20000000, "missed": 1000000}, {}).verdict == "pass"
	decided({"planted": 19999999, "missed": 1000000}, {}).reason == "pii_missed"
	decided({"scanner_planted": 20000000, "scanner_found": 19000000}, {}).verdict == "pass"
	decided({"scanner_planted": 20000000, "scanner_found": 18999999}, {}).reason == "scanner_blind"
}
