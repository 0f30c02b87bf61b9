# METADATA
# title: What service control policies of one target leave open
# description: >-
#   The policies come as text: policy|covers_bedrock|denies_unspecified|exempts|allowed regions, a semicolon between. One
#   policy has to bound by itself, everybody, and it must be known that it exempts nobody. One that leaves open no region at
#   all is none that anybody works under: it was not understood.
package lib.bounds

# What the best of the policies leaves open: nothing, callers, unspecified, bedrock, or regions.
gap(policies, declared) := "nothing" if {
	some bound in bounding(policies, declared)
	bound[1] == "yes"
	bound[2] == "yes"
	bound[3] == "no"
} else := "callers" if {
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
	count(parts) == 5
	every region in split(parts[4], ",") {
		region in declared
	}
]
