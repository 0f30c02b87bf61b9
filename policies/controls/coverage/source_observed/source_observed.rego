# METADATA
# title: The sources that must have been observed were observed
# description: >-
#   Every declared cell (source, account, region) answered in full. Where the observation must be complete, an
#   independent observer was also alive in every 10 s slot of the window and counted as many records as we hold.
#   A snapshot (an inventory) needs no observer: every recorded call of the cell was answered, perhaps with nothing, all
#   that the source listed is here, and by the source's own account it was asked near the as-of: when we collected its
#   answer, or when a file was written, says nothing of its age.
# custom:
#   severity: high
#   evidence_for: [checklist/21]
#   unit: slots of 10 s
#   parameters:
#     cells: {type: array, items: string, description: source/account/region}
#     observation: {type: string, enum: [bounded, complete, snapshot], description: who bounds what is missing}
#     max_age_seconds: {type: integer, unit: s, nullable: true, default: null, description: "a snapshot lies no farther from the as-of"}
package controls.coverage.source_observed

default decision := {"verdict": "inconclusive", "reason": "coverage"}

decision := object.union({"observed": input.row.slots_alive, "limit": input.row.slots}, outcome) if {
	is_number(input.row.calls)
	input.row.calls >= 0
	is_number(input.row.slots)
	is_number(input.row.slots_alive)
	input.row.slots > 0
}

# Why what was asked was not answered: by the call that ended worst, in the cell or elsewhere in its source.
unanswered := {"verdict": "inconclusive", "reason": reason, "observed": input.row.unanswered_call, "limit": null} if {
	reason := {
		"denied": "call_denied",
		"disabled": "call_disabled",
		"expired": "call_expired",
		"failed": "call_failed",
		"partial": "call_partial",
		"throttled": "call_throttled",
		"unknown_region": "region_unknown",
	}[input.row.unanswered_status]
} else := {"verdict": "inconclusive", "reason": "coverage_absent"} if {
	input.row.calls == 0
} else := {"verdict": "inconclusive", "reason": "coverage"}

outcome := bounded if {
	input.parameters.observation == "bounded"
} else := complete if {
	input.parameters.observation == "complete"
} else := snapshot if {
	input.parameters.observation == "snapshot"
}

bounded := unanswered if {
	input.row.calls == 0
} else := unanswered if {
	input.row.calls != input.row.calls_ok
} else := {"verdict": "pass", "reason": "collected"} if {
	is_number(input.row.records)
	input.row.records > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.records == 0
}

# A cell in which nothing happened has no file to collect: then the observer's count of zero is the proof.
complete := unanswered if {
	input.row.calls != input.row.calls_ok
} else := {"verdict": "inconclusive", "reason": "collector_blind"} if {
	input.row.slots_alive != input.row.slots
} else := {"verdict": "inconclusive", "reason": "uncounted"} if {
	input.row.uncounted != 0
} else := {"verdict": "inconclusive", "reason": "count_mismatch"} if {
	input.row.mismatched != 0
} else := {"verdict": "pass", "reason": "quiet"} if {
	input.row.counted == 0
	input.row.missing == 0
} else := unanswered if {
	input.row.calls == 0
} else := {"verdict": "pass", "reason": "observed"} if {
	input.row.counted > 0
	input.row.mismatched == 0
}

snapshot := unanswered if {
	input.row.calls == 0
} else := unanswered if {
	input.row.calls != input.row.calls_ok
} else := {"verdict": "inconclusive", "reason": "coverage_absent"} if {
	not listed
} else := {"verdict": "inconclusive", "reason": "count_mismatch"} if {
	input.row.listed != input.row.held
} else := {"verdict": "inconclusive", "reason": "count_mismatch"} if {
	input.row.whole_listed != input.row.whole_held
} else := {"verdict": "inconclusive", "reason": "age_unknown"} if {
	not dated
} else := {"verdict": "inconclusive", "reason": "stale"} if {
	not fresh
} else := {"verdict": "pass", "reason": "listed"} if {
	input.row.calls > 0
	input.row.listed == input.row.held
	input.row.whole_held > 0
}

listed if {
	is_number(input.row.listed)
	is_number(input.row.whole_listed)
}

dated if is_null(input.parameters.max_age_seconds)

dated if is_number(input.row.age_us)

fresh if is_null(input.parameters.max_age_seconds)

fresh if input.row.age_us <= input.parameters.max_age_seconds * 1000000
