package controls.residency.inference_in_declared_regions_test

import data.controls.residency.inference_in_declared_regions as residency

decided(region, declared) := decision if {
	decision := residency.decision with input as {
		"row": {"region": region, "model_id": "anthropic.claude", "inference_region": null},
		"parameters": {"declared_regions": declared},
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_one_declared_region_is_enough if decided("eu-west-1", ["eu-west-1"]).verdict == "pass"

test_a_call_without_region_is_not_decided if decided(null, ["eu-west-1"]) == open

test_nothing_declared_decides_nothing if {
	every declared in [[], null, "eu-west-1", {"eu-west-1": true}] {
		decided("eu-west-1", declared) == open
	}
}
