package controls.routing.optimal_share_test

import data.controls.routing.optimal_share

good := {"decisions": 100, "labelled": 100, "suboptimal": 4, "definition": "matrix"}

parameters := {
	"definition": "matrix",
	"suboptimal_limit_ppm": 50000,
	"min_labelled_percent": 90,
	"min_samples": 100,
	"reading": "census",
}

decided(changes, parameter_changes, assured) := decision if {
	decision := optimal_share.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": assured,
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_below_the_limit_it_passes if {
	decided({}, {}, null) == {"verdict": "pass", "reason": "decisions_optimal", "observed": 40000, "limit": 50000}
}

test_at_the_limit_it_fails if {
	decided({"suboptimal": 5}, {}, null) == {"verdict": "fail", "reason": "decisions_suboptimal", "observed": 50000, "limit": 50000}
}

test_what_cannot_be_decided_on if {
	every name in ["decisions", "labelled", "suboptimal"] {
		every value in [null, "4"] {
			decided({name: value}, {}, "fail") == open
		}
	}
	every name in ["suboptimal_limit_ppm", "min_labelled_percent", "min_samples"] {
		every value in [null, "4"] {
			decided({}, {name: value}, "fail") == open
		}
	}
	decided({"definition": "label"}, {}, "fail") == open
}

test_what_is_shown_is_rounded_down if {
	decided({"decisions": 3, "labelled": 3, "suboptimal": 1}, {}, null).observed == 333333
	decided({"decisions": 1, "labelled": 1, "suboptimal": 1}, {}, null).observed == 1000000
	decided({"labelled": 0, "suboptimal": 0}, {}, null).observed == null
}

test_no_decisions_are_no_data if {
	decided({"decisions": 0, "labelled": 0, "suboptimal": 0}, {"min_samples": 0}, null).reason == "no_data"
}

test_ninety_of_a_hundred_have_to_be_labelled if {
	decided({"labelled": 90}, {"min_samples": 90}, null).verdict == "pass"
	decided({"labelled": 89}, {"min_samples": 89}, "fail").reason == "unlabelled"
}

test_below_the_floor_only_certainty_fails if {
	decided({"suboptimal": 9}, {"min_samples": 101}, null).reason == "low_sample"
	decided({"suboptimal": 9}, {"min_samples": 101}, "undecided").reason == "low_sample"
	decided({"suboptimal": 9}, {"min_samples": 101}, "fail").reason == "decisions_suboptimal"
	decided({}, {"min_samples": 101}, null).reason == "low_sample"
}

test_the_assured_reading_wants_certainty if {
	decided({}, {"reading": "assured"}, "pass").verdict == "pass"
	decided({}, {"reading": "assured"}, "undecided").reason == "ci_straddles"
	decided({"suboptimal": 9}, {"reading": "assured"}, "undecided").reason == "ci_straddles"
	decided({"suboptimal": 9}, {"reading": "assured"}, "fail").verdict == "fail"
	decided({}, {"reading": "another"}, "pass").reason == "ci_straddles"
}

test_certainty_of_what_is_below_is_no_failure if decided({}, {}, "fail").verdict == "pass"

test_large_counts_are_compared_exactly if {
	decided({"decisions": 20000001, "labelled": 20000001, "suboptimal": 1000000}, {}, null).verdict == "pass"
	decided({"decisions": 20000000, "labelled": 20000000, "suboptimal": 1000000}, {}, null).verdict == "fail"
	decided({"decisions": 1000, "labelled": 899}, {}, null).reason == "unlabelled"
}

test_a_reading_does_not_pass_what_was_counted_otherwise if {
	decided({"suboptimal": 5}, {"reading": "assured"}, "pass").reason == "ci_straddles"
}
