package controls.privacy.validation_on_every_path_test

import data.controls.privacy.validation_on_every_path

good := {"declared": true, "validations": 2, "unknown": 0, "errors": 0}

decided(changes, least) := decision if {
	decision := validation_on_every_path.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"min_validations": least},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_as_many_as_are_asked_for if {
	decided({}, 2) == {"verdict": "pass", "reason": "path_validated", "observed": 2, "limit": 2}
	decided({}, 3).reason == "low_sample"
}

test_what_is_no_count_decides_nothing if {
	every name in ["validations", "unknown", "errors"] {
		every value in [null, "0"] {
			decided({name: value}, 1) == open
		}
	}
	decided({}, null) == open
	decided({}, "1") == open
}

test_one_of_a_kind_is_enough if {
	decided({"errors": 1}, 1).verdict == "fail"
	decided({"errors": 1, "declared": false}, 1).reason == "validation_failed"
	decided({"unknown": 1}, 1).reason == "validation_unknown"
	decided({"declared": false}, 1).reason == "path_unknown"
	decided({"validations": 0}, 0).reason == "no_data"
	decided({"validations": 1}, 1).verdict == "pass"
}
