# METADATA
# title: What service control policies of one target leave open
# description: >-
#   The policies come as text: policy|covers_bedrock|denies_unspecified|allowed regions, a semicolon between. One policy has
#   to bound by itself. One that leaves open no region at all is none that anybody works under: it was not understood.
package lib.bounds

# What the best of the policies leaves open: nothing, unspecified, bedrock, or regions.
gap(policies, declared) := "nothing" if {
	some bound in bounding(policies, declared)
	bound[1] == "yes"
	bound[2] == "yes"
} else := "unspecified" if {
	some bound in bounding(policies, declared)
	bound[1] == "yes"
} else := "bedrock" if {
	count(bounding(policies, declared)) > 0
} else := "regions"

bounding(policies, declared) := [parts |
	some policy in split(policies, ";")
	parts := split(policy, "|")
	count(parts) == 4
	every region in split(parts[3], ",") {
		region in declared
	}
]
