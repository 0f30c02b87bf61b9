package controls.residency.regions_bounded_test

import data.controls.residency.regions_bounded

good := {"role": "fact", "status": null, "age_us": 0, "open": 0, "policies": "p-1|yes|yes|no|eu-west-1"}

parameters := {"declared_regions": ["eu-west-1"], "outer_bound": "eu", "max_age_seconds": 10}

decided(changes, parameter_changes) := decision if {
	decision := regions_bounded.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_a_target_that_is_bound_passes if decided({}, {}).reason == "target_bounded"

test_no_policy_fails_when_nothing_was_refused if {
	decided({"policies": null}, {}).reason == "target_unbounded"
	decided({"policies": null, "open": 1}, {}).reason == "question_open"
	decided({"policies": null, "open": null}, {}).verdict == "inconclusive"
}

test_an_open_question_hides_no_bound if decided({"open": 1}, {}).verdict == "pass"

test_what_is_left_open_is_named if {
	decided({"policies": "p-1|no|yes|no|eu-west-1"}, {}).reason == "bedrock_exempt"
	decided({"policies": "p-1|yes|no|no|eu-west-1"}, {}).reason == "unspecified_open"
	decided({"policies": "p-1|yes|yes|yes|eu-west-1"}, {}).reason == "callers_exempt"
	decided({"policies": "p-1|yes|yes|no|us-east-1"}, {}).reason == "regions_open"
}

test_what_cannot_be_declared_decides_nothing if {
	every declared in [[], null, ["eu-west-2"]] {
		decided({}, {"declared_regions": declared}).reason == "config"
	}
}
