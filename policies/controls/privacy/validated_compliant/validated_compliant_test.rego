package controls.privacy.validated_compliant_test

import data.controls.privacy.validated_compliant

good := {
	"declared": true,
	"validations": 3,
	"violating": 0,
	"low": 0,
	"unknown": 0,
	"thin": 0,
	"probes": 2,
	"caught": 2,
	"min_score": 95,
	"min_checks": 18,
}

parameters := {"min_score": 95, "min_checks": 18, "min_validations": 3, "min_probes": 2, "scope": "all of it"}

decided(changes, parameter_changes) := decision if {
	decision := validated_compliant.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_what_was_validated_is_shown_with_its_scope if {
	decided({}, {}) == {
		"verdict": "pass",
		"reason": "validated",
		"observed": {"validations": 3, "violating": 0, "probes": 2, "caught": 2},
		"limit": "all of it",
	}
}

test_what_is_no_count_decides_nothing if {
	every name in ["validations", "violating", "low", "unknown", "thin", "probes", "caught"] {
		every value in [null, "1"] {
			decided({name: value}, {}) == open
		}
	}
	every name in ["min_validations", "min_probes", "min_score", "min_checks"] {
		every value in [null, "1"] {
			decided({}, {name: value}) == open
		}
	}
}

test_a_row_that_was_measured_by_other_limits_decides_nothing if {
	decided({"min_score": 94}, {}) == open
	decided({"min_checks": 17}, {}) == open
	decided({"min_score": null}, {"min_score": null}) == open
	decided({"min_checks": null}, {"min_checks": null}) == open
}

test_one_of_a_kind_is_enough if {
	decided({"violating": 1}, {}) == {
		"verdict": "fail",
		"reason": "validation_violated",
		"observed": {"validations": 3, "violating": 1, "probes": 2, "caught": 2},
		"limit": "all of it",
	}
	decided({"low": 1}, {}).reason == "score_low"
	decided({"caught": 1}, {}).reason == "validator_blind"
	decided({"unknown": 1}, {}).reason == "validation_unknown"
	decided({"thin": 1}, {}).reason == "placeholder"
	decided({"declared": false}, {}).reason == "path_unknown"
	decided({"declared": false, "low": 1}, {}).verdict == "fail"
	decided({"declared": false, "caught": 0}, {}).verdict == "fail"
}

test_floors if {
	decided({"validations": 0}, {"min_validations": 0}).reason == "no_data"
	decided({"validations": 2}, {}).reason == "low_sample"
	decided({"validations": 1}, {"min_validations": 1}).verdict == "pass"
	decided({"probes": 1, "caught": 1}, {}).reason == "validator_unproven"
	decided({"probes": 1, "caught": 1}, {"min_probes": 1}).verdict == "pass"
	decided({"probes": 0, "caught": 0}, {"min_probes": 0}).reason == "config"
}
