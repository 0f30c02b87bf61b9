package controls.residency.keys_in_declared_regions_test

import data.controls.residency.keys_in_declared_regions as keys

good := {"role": "fact", "status": null, "age_us": 0, "key_region": "eu-west-1", "in_force": 1}

parameters := {"declared_regions": ["eu-west-1"], "outer_bound": "eu", "max_age_seconds": 10}

decided(changes, parameter_changes) := decision if {
	decision := keys.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_a_declared_region_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "declared_region", "observed": "eu-west-1", "limit": ["eu-west-1"]}
}

test_whether_it_is_in_force_is_a_count if {
	every value in [null, "0"] {
		decided({"in_force": value}, {}).reason == "no_data"
	}
	decided({"in_force": 0}, {}).reason == "link_not_in_force"
}

test_a_region_that_is_no_text_is_not_known if {
	every value in [null, 1] {
		decided({"key_region": value}, {}).reason == "place_unknown"
	}
}

test_what_cannot_be_declared_decides_nothing if {
	every declared in [[], null, ["eu-central-2"]] {
		decided({}, {"declared_regions": declared}).reason == "config"
	}
}
