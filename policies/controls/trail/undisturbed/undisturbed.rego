# METADATA
# title: Nobody stopped, deleted or narrowed a trail
# description: >-
#   CloudTrail recorded no StopLogging, DeleteTrail, UpdateTrail or PutEventSelectors in the window, except calls that it
#   refused. That it would have recorded one is what trail.chain_verifies shows for the same window; each declared cell was
#   read in full.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-32, ai-act/art-12, nis2/art-21, iso-27001/A.8.15, soc2/CC7.2]
#   requires:
#     - control: trail.chain_verifies
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each region that is enabled"}
package controls.trail.undisturbed

import data.lib.feed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.n}) if {
	is_number(input.row.n)
}

outcome := event if {
	input.row.role == "event"
} else := cell if {
	input.row.role == "feed"
}

# What is not known to have been refused took effect.
event := {"verdict": "pass", "reason": "disturbance_refused"} if {
	input.row.failed == true
} else := {"verdict": "fail", "reason": "trail_disturbed"}

cell := {"verdict": "inconclusive", "reason": gap} if {
	gap := feed.unanswered(input.row)
} else := {"verdict": "pass", "reason": "trail_undisturbed"}
