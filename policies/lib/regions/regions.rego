# METADATA
# title: Whether places lie in the declared regions
# description: >-
#   A closed list decides: a region that is not on it does not pass, whatever it begins with. What is worst of several
#   places decides, and a place that is wrong outweighs one that is not known.
package lib.regions

import data.lists.aws_regions
import data.lists.eu_regions

# Whether the line declares regions that can be. Where it speaks of the EU, each must lie in it.
configured(parameters) if {
	is_array(parameters.declared_regions)
	count(parameters.declared_regions) > 0
	every region in parameters.declared_regions {
		region in aws_regions.regions
	}
	bounded(parameters)
}

bounded(parameters) if parameters.outer_bound == "none"

bounded(parameters) if {
	parameters.outer_bound == "eu"
	every region in parameters.declared_regions {
		region in eu_regions.regions
	}
}

# What is worst of the places: unbounded, unknown, outside, unstated, inside. Undefined for no place at all.
worst(places, declared) := "unbounded" if {
	some place in places
	place in {"", "unspecified"}
} else := "unknown" if {
	some place in places
	is_string(place)
	not place in aws_regions.regions
} else := "outside" if {
	some place in places
	is_string(place)
	not place in declared
} else := "unstated" if {
	some place in places
	not is_string(place)
} else := "inside" if {
	count(places) > 0
	every place in places {
		place in declared
	}
}

# The outcome for where something is kept, and for where something is processed.
kept(places, declared) := {
	"unbounded": {"verdict": "fail", "reason": "unbounded_region"},
	"unknown": {"verdict": "fail", "reason": "unknown_region"},
	"outside": {"verdict": "fail", "reason": "other_region"},
	"unstated": {"verdict": "inconclusive", "reason": "place_unknown"},
	"inside": {"verdict": "pass", "reason": "declared_region"},
}[worst(places, declared)]

processed(places, declared) := {
	"unbounded": {"verdict": "fail", "reason": "unbounded_destination"},
	"unknown": {"verdict": "fail", "reason": "unknown_region"},
	"outside": {"verdict": "fail", "reason": "other_region"},
	"unstated": {"verdict": "inconclusive", "reason": "destination_unknown"},
	"inside": {"verdict": "pass", "reason": "declared_region"},
}[worst(places, declared)]
