package controls.residency.store_in_declared_region_test

import data.controls.residency.store_in_declared_region

good := {"region": "eu-central-1", "data_class": "personal", "classification_signed": true, "population": 1}

declaring := {"declared_regions": ["eu-central-1"], "min_population": 1}

decided(changes, parameters) := decision if {
	decision := store_in_declared_region.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(declaring, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_one_declared_region_is_enough if {
	decided({}, {}) == {
		"verdict": "pass",
		"reason": "declared_region",
		"observed": "eu-central-1",
		"limit": ["eu-central-1"],
	}
}

test_nothing_declared_decides_nothing if {
	every declared in [[], null, "eu-central-1", {"eu-central-1": true}] {
		decided({}, {"declared_regions": declared}) == open
	}
}

test_without_a_minimum_nothing_is_decided if {
	every minimum in [null, "1"] {
		decided({}, {"min_population": minimum}) == open
	}
}

test_without_a_population_nothing_is_decided if {
	every population in [null, "1"] {
		decided({"population": population}, {}) == open
	}
}

test_a_classification_is_signed_or_not if {
	every signed in [null, "true", 1] {
		decided({"region": "us-east-1", "data_class": "none", "classification_signed": signed}, {}) == open
	}
}

test_a_region_that_is_no_text_is_not_stated if {
	every region in [null, 1, ["eu-central-1"]] {
		decided({"region": region}, {}).reason == "unbounded_region"
	}
}

test_one_store_outside_fails_however_few_are_listed if {
	decided({"region": "us-east-1"}, {"min_population": 2}).reason == "other_region"
	decided({}, {"min_population": 2}).reason == "coverage"
}
