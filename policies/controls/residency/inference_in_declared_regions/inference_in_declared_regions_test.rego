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

reaching(possible, stated) := decision if {
	decision := residency.decision with input as {
		"row": {
			"region": "eu-west-1",
			"event_source": "bedrock.amazonaws.com",
			"model_id": "eu.anthropic.claude",
			"inference_region": stated,
			"possible": possible,
		},
		"parameters": {"declared_regions": ["eu-west-1", "eu-central-1"]},
	}
}

test_every_region_that_a_profile_reaches_counts if {
	reaching("eu-central-1,eu-west-1", null).verdict == "pass"
	reaching("eu-central-1,eu-north-1", null).reason == "other_region"
	reaching("eu-central-1,eu-west-1", "us-east-1").reason == "other_region"
	reaching("eu-central-1,eu-north-1", "eu-central-1").reason == "other_region"
	reaching(",eu-west-1", null).reason == "unbounded_destination"
	reaching("", "eu-west-1").reason == "unbounded_destination"
	reaching("euiso-south-3r", null).reason == "unknown_region"
}

test_what_was_reachable_is_shown if {
	reaching("eu-central-1", "eu-west-1").observed == {"source": "eu-west-1", "destinations": ["eu-central-1", "eu-west-1"]}
	reaching("eu-central-1", "eu-central-1").observed.destinations == ["eu-central-1"]
}

test_without_an_answer_the_stated_destination_decides if {
	reaching(null, "eu-central-1").verdict == "pass"
	reaching(null, null).reason == "destination_unknown"
}

test_the_third_door_leads_to_no_region_of_the_eu if {
	every source in ["aws-external-anthropic.amazonaws.com", "aws-external-anthropic"] {
		decision := residency.decision with input as {
			"row": {"region": "eu-west-1", "event_source": source, "model_id": "anthropic.claude", "inference_region": "eu-west-1"},
			"parameters": {"declared_regions": ["eu-west-1"]},
		}
		decision.reason == "unbounded_destination"
	}
}
