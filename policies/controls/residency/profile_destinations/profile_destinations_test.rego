package controls.residency.profile_destinations_test

import data.controls.residency.profile_destinations as profiles

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"source_region": "eu-west-1",
	"destinations": "eu-central-1,eu-west-1",
	"active": true,
	"calls": 0,
	"policies": null,
}

parameters := {
	"declared_regions": ["eu-central-1", "eu-west-1"],
	"outer_bound": "eu",
	"max_age_seconds": 10,
	"bounding_target": null,
}

decided(changes, parameter_changes) := decision if {
	decision := profiles.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_declared_destinations_pass if {
	decision := decided({}, {})
	decision.verdict == "pass"
	decision.observed == ["eu-west-1", "eu-central-1", "eu-west-1"]
}

test_the_source_region_counts if decided({"source_region": "us-east-1"}, {}).reason == "other_region"

test_without_destinations_nothing_is_decided if {
	every value in [null, 1] {
		decided({"destinations": value}, {}).reason == "no_data"
	}
}

test_calls_and_status_are_what_they_are if {
	every value in [null, "0"] {
		decided({"calls": value}, {}).reason == "no_data"
		decided({"active": value}, {}).reason == "no_data"
	}
}

test_one_call_is_a_use if {
	decided({"active": false}, {}).reason == "profile_inactive"
	decided({"active": false, "calls": 1}, {}).verdict == "pass"
}

test_a_policy_prevents_what_nobody_called if {
	bound := {"destinations": "us-east-1", "policies": "p-1|yes|yes|no|eu-west-1"}
	decided(bound, {}).reason == "profile_prevented"
	decided(object.union(bound, {"calls": 1}), {}).reason == "other_region"
	decided(object.union(bound, {"policies": "p-1|yes|no|no|eu-west-1"}), {}).reason == "other_region"
	decided(object.union(bound, {"destinations": "eu-west-1"}), {}).verdict == "pass"
}

test_what_cannot_be_declared_decides_nothing if {
	every declared in [[], null, ["eu-west-2"]] {
		decided({}, {"declared_regions": declared}).reason == "config"
	}
}
