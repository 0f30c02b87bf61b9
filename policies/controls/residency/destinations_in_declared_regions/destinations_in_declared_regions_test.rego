package controls.residency.destinations_in_declared_regions_test

import data.controls.residency.destinations_in_declared_regions as destinations

good := {"role": "fact", "status": null, "age_us": 0, "destination_region": "eu-west-1", "in_force": 1, "signed": false}

parameters := {"declared_regions": ["eu-west-1"], "outer_bound": "eu", "max_age_seconds": 10}

decided(changes, parameter_changes) := decision if {
	decision := destinations.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_a_declared_region_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "declared_region", "observed": "eu-west-1", "limit": ["eu-west-1"]}
}

test_whether_it_is_in_force_is_a_count if {
	every value in [null, "0", true] {
		decided({"in_force": value}, {}).reason == "no_data"
	}
	decided({"in_force": 0}, {}).verdict == "not_applicable"
}

test_only_a_signature_excuses if {
	decided({"destination_region": "us-east-1", "signed": true}, {}).reason == "no_personal_data"
	every value in [null, "true", 1, false] {
		decided({"destination_region": "us-east-1", "signed": value}, {}).reason == "other_region"
	}
}

test_what_cannot_be_declared_decides_nothing if {
	every declared in [[], null, ["eu-west-2"]] {
		decided({}, {"declared_regions": declared}).reason == "config"
	}
}

test_without_an_age_nothing_is_decided if {
	every value in [null, "10"] {
		decided({}, {"max_age_seconds": value}).reason == "no_data"
	}
	decided({"age_us": null}, {}).verdict == "inconclusive"
}
