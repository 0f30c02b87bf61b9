# METADATA
# title: CloudTrail's digests show that its log files are all there, and as they were delivered
# description: >-
#   Every digest about the window is signed by CloudTrail, follows the very file that it names, and each log file that it
#   lists is there and is what it states; no other log file is there. Each declared chain (account, region, trail) covers
#   the window from its start to its end (the last digest may lie slack_seconds before it) without a gap, and is held by an
#   anchor that an earlier run saw, for a chain that was cut off at its start, or begun anew, verifies as well.
# custom:
#   severity: critical
#   evidence_for: [gdpr/art-32, ai-act/art-12, nis2/art-21, iso-27001/A.8.15, soc2/CC7.2]
#   population: resource
#   parameters:
#     chains: {type: array, items: string, description: "source/account/region/trail of each chain, for every region that is enabled"}
#     slack_seconds: {type: integer, unit: s, default: 4500, description: "how long before the window's end the last digest may end"}
#     max_gap_seconds: {type: integer, unit: s, default: 900, description: "the longest time between two digests that neither covers"}
#     anchored: {type: boolean, default: true, description: "an earlier run's digest must hold the chain from the window's start"}
#     keys: {type: string, enum: [asked, saved], default: asked, description: "asked: by the auditor of AWS; saved: an answer that somebody kept will do"}
package controls.trail.chain_verifies

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": observed}) if {
	every column in ["n", "logs_missing", "logs_invalid", "logs_unread", "logs_unlisted", "valid", "gap_us"] {
		is_number(input.row[column])
	}
}

outcome := digest if {
	input.row.role == "digest"
} else := chain if {
	input.row.role == "chain"
}

observed := input.row.logs_missing if {
	digest.reason == "log_missing"
} else := input.row.logs_invalid if {
	digest.reason == "log_altered"
} else := input.row.logs_unread if {
	digest.reason == "log_unread"
} else := input.row.logs_unlisted if {
	chain.reason == "log_unlisted"
} else := input.row.reason if {
	is_string(input.row.reason)
} else := input.row.link if {
	digest.reason == "digest_unlinked"
} else := input.row.n

digest := {"verdict": "fail", "reason": "digest_invalid"} if {
	input.row.state == "invalid"
} else := {"verdict": "fail", "reason": "digest_unlinked"} if {
	input.row.link in {"missing", "altered", "forked"}
} else := {"verdict": "fail", "reason": "digest_restarted"} if {
	input.row.link == "restarted"
} else := {"verdict": "inconclusive", "reason": "digest_unverified"} if {
	input.row.state == "unverified"
} else := {"verdict": "fail", "reason": "log_missing"} if {
	input.row.logs_missing > 0
} else := {"verdict": "fail", "reason": "log_altered"} if {
	input.row.logs_invalid > 0
} else := {"verdict": "inconclusive", "reason": "log_unread"} if {
	input.row.logs_unread > 0
} else := {"verdict": "inconclusive", "reason": "digest_unseen"} if {
	input.row.link == "unseen"
} else := {"verdict": "pass", "reason": "digest_valid"} if {
	input.row.state == "valid"
	input.row.link in {"linked", "anchored", "begins", "started"}
}

chain := {"verdict": "fail", "reason": "log_unlisted"} if {
	input.row.logs_unlisted > 0
} else := {"verdict": "fail", "reason": "anchor_lost"} if {
	input.row.anchor == "lost"
} else := {"verdict": "inconclusive", "reason": "digest_absent"} if {
	input.row.valid == 0
} else := {"verdict": "fail", "reason": "digest_gap"} if {
	input.row.gap_us > input.parameters.max_gap_seconds * 1000000
} else := {"verdict": "inconclusive", "reason": "digests_begin_late"} if {
	not begins
} else := {"verdict": "inconclusive", "reason": "window_incomplete"} if {
	not over
} else := {"verdict": "inconclusive", "reason": "digests_end_early"} if {
	not reaches
} else := {"verdict": "inconclusive", "reason": "keys_unproven"} if {
	not proven
} else := {"verdict": "inconclusive", "reason": "chain_unanchored"} if {
	not held
} else := {"verdict": "pass", "reason": "chain_signed"}

# In Rego's order text lies above every number.
begins if {
	is_number(input.row.first_us)
	input.row.first_us <= input.row.window_start_us
}

over if {
	is_number(input.row.as_of_us)
	input.row.window_end_us <= input.row.as_of_us
}

reaches if {
	is_number(input.row.last_us)
	input.row.last_us >= input.row.window_end_us - (input.parameters.slack_seconds * 1000000)
}

proven if input.row.keys_from == "asked"

proven if {
	input.row.keys_from == "saved"
	input.parameters.keys == "saved"
}

held if input.parameters.anchored == false

held if {
	input.row.anchor == "held"
	is_number(input.row.anchored_us)
	input.row.anchored_us <= input.row.window_start_us
}
