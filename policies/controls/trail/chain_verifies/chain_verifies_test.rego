package controls.trail.chain_verifies_test

import data.controls.trail.chain_verifies

digest := {
	"role": "digest",
	"n": 3,
	"state": "valid",
	"reason": null,
	"link": "linked",
	"logs_missing": 0,
	"logs_invalid": 0,
	"logs_unread": 0,
	"logs_unlisted": 0,
	"valid": 0,
	"gap_us": 0,
}

chain := {
	"role": "chain",
	"n": 5,
	"state": null,
	"reason": null,
	"link": null,
	"logs_missing": 0,
	"logs_invalid": 0,
	"logs_unread": 0,
	"logs_unlisted": 0,
	"valid": 5,
	"first_us": 100000000,
	"last_us": 200000000,
	"gap_us": 900000000,
	"anchor": "held",
	"anchored_us": 100000000,
	"keys_from": "asked",
	"window_start_us": 100000000,
	"window_end_us": 210000000,
	"as_of_us": 210000000,
}

parameters := {"slack_seconds": 10, "max_gap_seconds": 900, "anchored": true, "keys": "asked"}

decided(row, changes) := decision if {
	decision := chain_verifies.decision with input as {"row": row, "parameters": object.union(parameters, changes)}
}

of_digest(changes) := decided(object.union(digest, changes), {})

of_chain(changes) := decided(object.union(chain, changes), {})

open := {"verdict": "inconclusive", "reason": "no_data"}

test_both_pass if {
	decided(digest, {}) == {"verdict": "pass", "reason": "digest_valid", "observed": 3}
	decided(chain, {}) == {"verdict": "pass", "reason": "chain_signed", "observed": 5}
}

test_a_digest_may_be_the_first_here if {
	every link in ["anchored", "begins", "started"] {
		of_digest({"link": link}).verdict == "pass"
	}
}

test_an_invalid_digest_fails_with_its_reason if {
	of_digest({"state": "invalid", "reason": "signature"}) == {
		"verdict": "fail",
		"reason": "digest_invalid",
		"observed": "signature",
	}
}

test_an_unverified_digest_is_open if {
	of_digest({"state": "unverified", "reason": "no_keys"}) == {
		"verdict": "inconclusive",
		"reason": "digest_unverified",
		"observed": "no_keys",
	}
}

test_a_broken_link_fails_though_nobody_verified_the_digest if {
	every link in ["missing", "altered", "forked"] {
		of_digest({"link": link}) == {"verdict": "fail", "reason": "digest_unlinked", "observed": link}
		of_digest({"link": link, "state": "unverified", "reason": "no_keys"}).reason == "digest_unlinked"
	}
	of_digest({"link": "restarted"}) == {"verdict": "fail", "reason": "digest_restarted", "observed": 3}
}

test_one_log_is_enough if {
	of_digest({"logs_missing": 1}) == {"verdict": "fail", "reason": "log_missing", "observed": 1}
	of_digest({"logs_invalid": 1}) == {"verdict": "fail", "reason": "log_altered", "observed": 1}
	of_chain({"logs_unlisted": 1}) == {"verdict": "fail", "reason": "log_unlisted", "observed": 1}
}

test_what_could_not_be_read_is_open if {
	of_digest({"logs_unread": 1}) == {"verdict": "inconclusive", "reason": "log_unread", "observed": 1}
	of_digest({"logs_unread": 1, "logs_missing": 1}).verdict == "fail"
	of_digest({"link": "unseen"}) == {"verdict": "inconclusive", "reason": "digest_unseen", "observed": 3}
	of_chain({"anchor": "unknown"}) == {"verdict": "inconclusive", "reason": "chain_unanchored", "observed": 5}
}

test_a_state_or_link_of_no_known_name_proves_nothing if {
	every value in [null, "other"] {
		of_digest({"state": value}).reason == "no_data"
		of_digest({"link": value}).verdict == "inconclusive"
	}
}

test_the_anchor if {
	of_chain({"anchor": "lost"}).verdict == "fail"
	of_chain({"anchor": "lost"}).reason == "anchor_lost"
	of_chain({"anchor": "none"}).reason == "chain_unanchored"
	of_chain({"anchored_us": 100000001}).reason == "chain_unanchored"
	every value in [null, "1"] {
		of_chain({"anchored_us": value}).verdict == "inconclusive"
	}
	decided(object.union(chain, {"anchor": "none", "anchored_us": null}), {"anchored": false}).verdict == "pass"
	decided(object.union(chain, {"anchor": "none"}), {"anchored": null}).verdict == "inconclusive"
}

test_without_a_valid_digest_nothing_is_known if of_chain({"valid": 0}).reason == "digest_absent"

test_one_microsecond_decides if {
	of_chain({"gap_us": 900000001}) == {"verdict": "fail", "reason": "digest_gap", "observed": 5}
	of_chain({"first_us": 100000001}).reason == "digests_begin_late"
	of_chain({"last_us": 199999999}).reason == "digests_end_early"
	of_chain({"as_of_us": 209999999}).reason == "window_incomplete"
}

test_what_is_no_instant_reaches_nothing if {
	every value in [null, "1"] {
		of_chain({"first_us": value}).reason == "digests_begin_late"
		of_chain({"last_us": value}).reason == "digests_end_early"
		of_chain({"as_of_us": value}).reason == "window_incomplete"
		decided(chain, {"slack_seconds": value}).reason == "digests_end_early"
	}
}

test_saved_keys_are_enough_only_where_the_line_says_so if {
	saved := object.union(chain, {"keys_from": "saved"})
	decided(saved, {}).reason == "keys_unproven"
	decided(saved, {"keys": "saved"}).verdict == "pass"
	decided(chain, {"keys": "saved"}).verdict == "pass"
	decided(object.union(chain, {"keys_from": null}), {"keys": "saved"}).reason == "keys_unproven"
}

test_what_is_no_count_decides_nothing if {
	every row in [digest, chain] {
		every name in ["n", "logs_missing", "logs_invalid", "logs_unread", "logs_unlisted", "valid", "gap_us"] {
			every value in [null, "0"] {
				decided(object.union(row, {name: value}), {}) == open
			}
		}
	}
}

test_another_role_decides_nothing if decided(object.union(digest, {"role": "member"}), {}) == open
