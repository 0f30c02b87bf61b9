package controls.cost.within_allocation_test

import data.controls.cost.within_allocation

good := {
	"budgets": 1,
	"budget_micro": 1000,
	"currency": "EUR",
	"records": 1,
	"other_currency": 0,
	"estimates": 0,
	"spent_micro": 800,
	"certain_micro": 800,
	"silent_services": 0,
	"until_us": 64000000,
	"gap_us": 0,
	"lost": 0,
	"as_of_us": 100000000,
}

allowed := {"currency": "EUR", "limit_percent": 80, "max_age_seconds": 36, "accept_estimates": false}

decided(changes, parameters) := decision if {
	decision := within_allocation.decision with input as {
		"row": object.union(good, changes),
		"parameters": object.union(allowed, parameters),
	}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_exactly_the_share_passes_and_is_shown if {
	decided({}, {}) == {"verdict": "pass", "reason": "within_allocation", "observed": 800000, "limit": 800000}
}

test_the_share_is_shown_rounded_down if decided({"budget_micro": 3, "spent_micro": 2}, {}).observed == 666666

test_what_is_no_number_decides_nothing if {
	every column in ["records", "other_currency", "estimates", "spent_micro", "certain_micro"] {
		every value in [null, "1", []] {
			decided({column: value}, {}) == open
		}
	}
}

test_without_limit_or_age_nothing_is_decided if {
	every parameter in ["limit_percent", "max_age_seconds"] {
		every value in [null, "80"] {
			decided({}, {parameter: value}) == open
		}
	}
}

test_an_allocation_of_nothing_is_none if {
	every amount in [null, "1000", 0, -1] {
		decided({"budget_micro": amount}, {}) == {
			"verdict": "inconclusive",
			"reason": "config",
			"observed": null,
			"limit": 800000,
		}
	}
	every limit in [0, -1] {
		decided({"certain_micro": 0, "spent_micro": 0}, {"limit_percent": limit}).reason == "config"
	}
}

test_the_least_allocation_is_one if {
	decided({"budget_micro": 1, "spent_micro": 0, "certain_micro": 0}, {}).verdict == "pass"
	decided({"budget_micro": 1, "spent_micro": 1, "certain_micro": 1}, {}).verdict == "fail"
	decided({"spent_micro": 10, "certain_micro": 10}, {"limit_percent": 1}).verdict == "pass"
}

test_one_budget_and_no_other_number if {
	every budgets in [0, 2, null] {
		decided({"budgets": budgets}, {}).reason == "config"
	}
}

test_one_part_more_is_over if {
	decided({"spent_micro": 801, "certain_micro": 801}, {}).verdict == "fail"
	decided({"spent_micro": 801}, {}).reason == "coverage"
}

test_a_feed_is_complete_only_when_that_is_shown if {
	every column in ["silent_services", "gap_us", "lost"] {
		every value in [null, 1, -1] {
			decided({column: value}, {}).reason == "coverage"
		}
	}
}

test_exactly_the_age_is_fresh if {
	decided({"until_us": 64000000}, {}).verdict == "pass"
	decided({"until_us": 63999999}, {}).reason == "stale"
}

test_a_feed_that_never_ended_anywhere_is_stale if {
	every until in [null, "64000000"] {
		decided({"until_us": until}, {}).reason == "stale"
	}
}

test_one_estimate_decides_nothing_unless_accepted if {
	decided({"estimates": 1}, {}).reason == "estimated"
	decided({"estimates": 1}, {"accept_estimates": true}).verdict == "pass"
}

test_one_row_of_another_currency_is_no_pass if decided({"other_currency": 1}, {}).reason == "other_currency"

test_no_rows_are_no_pass if decided({"records": 0, "spent_micro": 0, "certain_micro": 0}, {}).reason == "no_data"
