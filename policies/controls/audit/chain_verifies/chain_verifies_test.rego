package controls.audit.chain_verifies_test

import data.controls.audit.chain_verifies

log := {
	"role": "log",
	"chain": null,
	"events": 5,
	"linked": 5,
	"starts": 2,
	"mismatches": 0,
	"unverified": 0,
	"missing": 0,
	"forked": 0,
	"continued": 0,
	"unhashed": 0,
	"unsealed": 0,
	"altered": 0,
	"lost": 0,
	"witness": null,
}

chain := object.union(log, {"role": "chain", "chain": 1})

witness := object.union(log, {"role": "witness", "witness": "held"})

decided(row, most) := decision if {
	decision := chain_verifies.decision with input as {"row": row, "parameters": {"most_starts": most}}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_all_roles_pass if {
	decided(log, null) == {"verdict": "pass", "reason": "chained", "observed": 5}
	decided(chain, null) == {"verdict": "pass", "reason": "chain_whole", "observed": 5}
	decided(witness, null) == {"verdict": "pass", "reason": "chain_held", "observed": 5}
}

test_what_is_no_count_decides_nothing if {
	every row in [log, chain, witness] {
		every name in object.keys(object.remove(log, ["role", "chain", "witness"])) {
			every value in [null, "0"] {
				decided(object.union(row, {name: value}), null) == open
			}
		}
	}
}

test_another_role_decides_nothing if {
	decided(object.union(log, {"role": "member"}), null) == open
	decided(object.union(witness, {"role": "member"}), null) == open
}

test_one_of_a_kind_is_enough if {
	some_of("mismatches") == {"verdict": "fail", "reason": "hash_mismatch", "observed": 5}
	some_of("missing") == {"verdict": "fail", "reason": "chain_broken", "observed": 5}
	some_of("forked") == {"verdict": "fail", "reason": "chain_forked", "observed": 5}
	some_of("unhashed") == {"verdict": "fail", "reason": "hash_removed", "observed": 5}
	some_of("unverified") == {"verdict": "inconclusive", "reason": "hash_unverified", "observed": 5}
	some_of("continued") == {"verdict": "inconclusive", "reason": "head_unknown", "observed": 5}
}

some_of(name) := decided(object.union(chain, {name: 1}), null)

test_one_event_is_a_log_and_one_link_a_chain if {
	decided(object.union(log, {"events": 1, "linked": 1}), null).reason == "chained"
	decided(object.union(log, {"events": 1, "linked": 0}), null).reason == "never_linked"
	decided(object.union(log, {"events": 0, "linked": 0}), null).reason == "no_data"
}

test_what_became_of_the_whole_log_is_said_of_it if {
	decided(object.union(log, {"altered": 1}), null) == {"verdict": "fail", "reason": "chain_altered", "observed": 5}
	decided(object.union(log, {"lost": 1, "events": 0}), null).reason == "chain_lost"
	decided(object.union(log, {"unsealed": 1}), null).reason == "chain_unsealed"
	decided(object.union(log, {"unsealed": 1}), null).verdict == "inconclusive"
}

test_what_is_no_chain_is_none if {
	decided(object.union(chain, {"chain": 0}), null).verdict == "not_applicable"
	every number in [null, "1"] {
		decided(object.union(chain, {"chain": number}), null) == open
	}
}

test_more_starts_than_may_be if {
	decided(log, 2).verdict == "pass"
	decided(log, 1) == {"verdict": "inconclusive", "reason": "chains_restarted", "observed": 5, "limit": 1}
	decided(log, "1").verdict == "pass"
}

test_a_witness_of_no_known_state_proves_nothing if {
	decided(object.union(witness, {"witness": "altered"}), null).reason == "chain_altered"
	decided(object.union(witness, {"witness": "lost"}), null).reason == "chain_lost"
	every state in ["none", null] {
		decided(object.union(witness, {"witness": state}), null) == open
	}
}
