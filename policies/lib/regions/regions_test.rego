package lib.regions_test

import data.lib.regions

two := ["eu-central-1", "eu-west-1"]

test_declared_regions_can_be if {
	regions.configured({"declared_regions": two, "outer_bound": "eu"})
	regions.configured({"declared_regions": ["us-east-1"], "outer_bound": "none"})
}

test_declared_regions_that_cannot_be if {
	every declared in [[], null, "eu-west-1", ["eu-west-9"], ["eu-west-1", ""]] {
		not regions.configured({"declared_regions": declared, "outer_bound": "none"})
	}
}

test_london_and_zurich_are_not_of_the_eu if {
	every region in ["eu-west-2", "eu-central-2", "us-east-1"] {
		not regions.configured({"declared_regions": [region], "outer_bound": "eu"})
	}
}

test_a_bound_that_is_none_bounds_nothing if {
	every bound in [null, "EU", ""] {
		not regions.configured({"declared_regions": two, "outer_bound": bound})
	}
}

test_the_worst_decides if {
	regions.worst(["eu-west-1", "", "us-east-1", "mars-1", null], two) == "unbounded"
	regions.worst(["unspecified"], two) == "unbounded"
	regions.worst(["eu-west-1", "us-east-1", "mars-1", null], two) == "unknown"
	regions.worst(["eu-west-1", "us-east-1", null], two) == "outside"
	regions.worst(["eu-west-1", null], two) == "unstated"
	regions.worst([7], two) == "unstated"
	regions.worst(two, two) == "inside"
}

test_no_place_at_all_is_not_inside if not regions.worst([], two)

test_look_alikes_are_unknown if {
	every place in ["eu-isoe-west-1", "euiso-south-3r", "eu-west-1a", "EU-WEST-1", " eu-west-1", "eu"] {
		regions.kept([place], two).reason == "unknown_region"
		regions.processed([place], two).verdict == "fail"
	}
}

test_kept_and_processed_are_told_apart if {
	regions.kept([""], two).reason == "unbounded_region"
	regions.processed([""], two).reason == "unbounded_destination"
	regions.kept([null], two) == {"verdict": "inconclusive", "reason": "place_unknown"}
	regions.processed([null], two) == {"verdict": "inconclusive", "reason": "destination_unknown"}
	regions.kept(["us-east-1"], two).reason == "other_region"
	regions.processed(["eu-west-2"], two).reason == "other_region"
	regions.kept(two, two) == {"verdict": "pass", "reason": "declared_region"}
	regions.processed(two, two) == {"verdict": "pass", "reason": "declared_region"}
}
