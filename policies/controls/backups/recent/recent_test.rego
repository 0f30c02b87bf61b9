package controls.backups.recent_test

import data.controls.backups.recent

backed := {
	"good_us": 1000000000,
	"failed_us": null,
	"blind_vaults": 0,
	"jobs_age_us": 0,
	"max_age_seconds": 10,
	"moment_us": 1060000000,
}

decided(changes, parameters) := decision if {
	decision := recent.decision with input as {
		"row": object.union(backed, changes),
		"parameters": object.union({"max_age_seconds": 10, "rpo_seconds": 60}, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_a_recovery_point_of_the_very_age_passes if {
	decided({}, {}) == {"verdict": "pass", "reason": "backup_recent", "observed": 60000000, "limit": 60000000}
	decided({"moment_us": 1060000001}, {}).reason == "backup_old"
	decided({"moment_us": 1060000001}, {}).verdict == "fail"
}

test_a_recent_one_needs_no_other_vault if decided({"blind_vaults": 1}, {}).verdict == "pass"

test_an_old_one_fails_only_when_every_vault_was_listed if {
	decided({"moment_us": 1060000001, "blind_vaults": 1}, {}).reason == "unanswered"
	decided({"good_us": null, "blind_vaults": 1}, {}).reason == "unanswered"
	decided({"good_us": null}, {}).reason == "backup_old"
	decided({"good_us": "1"}, {}).observed == null
}

test_a_later_failure_fails if {
	decided({"failed_us": 1000000001}, {}).reason == "backup_failed"
	decided({"failed_us": 1000000001}, {}).verdict == "fail"
	decided({"failed_us": 1000000000}, {}).verdict == "pass"
	decided({"failed_us": 1000000001, "good_us": null, "blind_vaults": 1}, {}).verdict == "inconclusive"
}

test_the_jobs_must_have_been_listed if {
	decided({"jobs_age_us": null}, {}).reason == "unanswered"
	decided({"jobs_age_us": 10000001}, {}).reason == "stale"
}

test_without_numbers_nothing_is_decided if {
	every column in ["moment_us", "blind_vaults", "max_age_seconds"] {
		every value in [null, "1"] {
			decided({column: value}, {}) == open
		}
	}
	every value in [null, "60"] {
		decided({}, {"rpo_seconds": value}) == open
	}
}
