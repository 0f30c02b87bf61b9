# METADATA
# title: The last backup of each resource succeeded and is recent
# description: >-
#   Each declared resource has a whole recovery point that is at most the recovery point objective old, and no backup job of
#   it ended otherwise since. Nothing is restored to prove it.
# custom:
#   severity: high
#   evidence_for: [checklist/30, gdpr/art-32, nis2/art-21-2-c, iso-27001/A.8.13, soc2/A1.2]
#   unit: us
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the vaults and of the jobs"}
#     vaults: {type: array, items: string, description: names of the vaults}
#     resources: {type: array, items: string, description: ARNs of what must be backed up}
#     rpo_seconds: {type: integer, unit: s, description: "recovery point objective: the newest recovery point is no older"}
#     max_age_seconds: {type: integer, unit: s, description: "the lists are no older at the judged moment"}
package controls.backups.recent

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": age_us, "limit": allowed_us}) if {
	watched.measured(input.row, input.parameters)
	is_number(input.row.moment_us)
	is_number(input.row.blind_vaults)
}

outcome := {"verdict": "fail", "reason": "backup_failed"} if {
	is_number(input.row.good_us)
	input.row.failed_us > input.row.good_us
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.jobs_age_us, input.parameters.max_age_seconds)
} else := {"verdict": "pass", "reason": "backup_recent"} if {
	is_number(age_us)
	age_us <= allowed_us
} else := {"verdict": "inconclusive", "reason": "unanswered"} if {
	input.row.blind_vaults > 0
} else := {"verdict": "fail", "reason": "backup_old"}

allowed_us := input.parameters.rpo_seconds * 1000000

age_us := input.row.moment_us - input.row.good_us if {
	is_number(input.row.good_us)
} else := null
