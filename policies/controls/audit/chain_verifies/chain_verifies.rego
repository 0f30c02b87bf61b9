# METADATA
# title: The audit trail's chains verify
# description: >-
#   In every chain of the declared logs, each event of the window hangs on the one before it and its content gives its
#   hash; no event lost its hash, no event has two successors, and what an earlier run saw of a chain is still there.
#   Verified when the log was collected, for its content does not enter. The application's hash has 32 bits and is blind
#   to nested members: our own chain, of which each run keeps head and tail, is not.
# custom:
#   severity: critical
#   evidence_for: [checklist/10, checklist/93, checklist/187, gdpr/art-5-1-f, gdpr/art-32, ai-act/art-12, iso-27001/A.5.28, iso-27001/A.5.33, iso-27001/A.8.15, soc2/CC7.2]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: complete}
#   members: n
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of each audit log"}
#     unlinked_types: {type: array, items: string, nullable: true, default: null, description: types whose events are outside every chain}
#     most_starts: {type: integer, unit: "1", nullable: true, default: null, description: "chains that may begin in the window; null: any number"}
package controls.audit.chain_verifies

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.events}) if {
	every column in counted {
		is_number(input.row[column])
	}
}

counted := [
	"events",
	"linked",
	"starts",
	"mismatches",
	"unverified",
	"missing",
	"forked",
	"continued",
	"unhashed",
	"unsealed",
	"altered",
	"lost",
]

outcome := log if {
	input.row.role == "log"
} else := chain if {
	input.row.role == "chain"
} else := witness if {
	input.row.role == "witness"
}

log := {"verdict": "fail", "reason": "chain_altered"} if {
	input.row.altered > 0
} else := {"verdict": "fail", "reason": "chain_lost"} if {
	input.row.lost > 0
} else := {"verdict": "inconclusive", "reason": "no_data"} if {
	input.row.events == 0
} else := {"verdict": "inconclusive", "reason": "never_linked"} if {
	input.row.linked == 0
} else := {"verdict": "inconclusive", "reason": "chain_unsealed"} if {
	input.row.unsealed > 0
} else := {"verdict": "inconclusive", "reason": "chains_restarted", "limit": input.parameters.most_starts} if {
	is_number(input.parameters.most_starts)
	input.row.starts > input.parameters.most_starts
} else := {"verdict": "pass", "reason": "chained"}

chain := {"verdict": "fail", "reason": "hash_mismatch"} if {
	input.row.mismatches > 0
} else := {"verdict": "fail", "reason": "chain_broken"} if {
	input.row.missing > 0
} else := {"verdict": "fail", "reason": "chain_forked"} if {
	input.row.forked > 0
} else := {"verdict": "fail", "reason": "hash_removed"} if {
	input.row.unhashed > 0
} else := {"verdict": "inconclusive", "reason": "hash_unverified"} if {
	input.row.unverified > 0
} else := {"verdict": "inconclusive", "reason": "head_unknown"} if {
	input.row.continued > 0
} else := {"verdict": "not_applicable", "reason": "outside_chains"} if {
	input.row.chain == 0
} else := {"verdict": "pass", "reason": "chain_whole"} if {
	is_number(input.row.chain)
}

witness := {"verdict": "fail", "reason": "chain_altered"} if {
	input.row.witness == "altered"
} else := {"verdict": "fail", "reason": "chain_lost"} if {
	input.row.witness == "lost"
} else := {"verdict": "pass", "reason": "chain_held"} if {
	input.row.witness == "held"
}
