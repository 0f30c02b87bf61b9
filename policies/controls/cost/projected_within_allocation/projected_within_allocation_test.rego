package controls.cost.projected_within_allocation_test

import data.controls.cost.projected_within_allocation

row := {
	"budgets": 1,
	"currency": "EUR",
	"budget_micro": 1000,
	"records": 15,
	"other_currency": 0,
	"estimates": 0,
	"silent_services": 0,
	"gap_us": 0,
	"lost": 0,
	"until_us": 900000000,
	"as_of_us": 1000000000,
	"billed_us": 600000000,
	"projected_micro": 800,
}

parameters := {
	"currency": "EUR",
	"limit_percent": 80,
	"max_age_seconds": 100,
	"min_billed_seconds": 600,
	"accept_estimates": false,
}

decided(changes, parameter_changes) := decision if {
	decision := projected_within_allocation.decision with input as {
		"row": object.union(row, changes),
		"parameters": object.union(parameters, parameter_changes),
		"assured": null,
	}
}

reason(changes, parameter_changes) := decided(changes, parameter_changes).reason

no_data := {"verdict": "inconclusive", "reason": "no_data"}

test_the_share_itself_passes_and_a_millionth_more_fails if {
	decided({}, {}) == {"verdict": "pass", "reason": "projection_within", "observed": 800000, "limit": 800000}
	decided({"projected_micro": 801}, {}) == {"verdict": "fail", "reason": "projection_exceeded", "observed": 801000, "limit": 800000}
}

test_the_share_is_shown_rounded_down if {
	decided({"projected_micro": 2, "budget_micro": 3}, {}).observed == 666666
	decided({"projected_micro": 0}, {}).observed == 0
}

test_without_a_projection_none_is_shown if {
	decided({"projected_micro": null}, {}) == {"verdict": "inconclusive", "reason": "coverage", "observed": null, "limit": 800000}
	decided({"budgets": 0}, {}) == {"verdict": "inconclusive", "reason": "config", "observed": null, "limit": 800000}
}

test_exactly_one_budget_of_something if {
	every changes in [{"budgets": 0}, {"budgets": 2}, {"budget_micro": 0}, {"budget_micro": -1}, {"budget_micro": null}, {"budget_micro": "9"}] {
		reason(changes, {}) == "config"
	}
	reason({"budget_micro": 1, "projected_micro": 0}, {}) == "projection_within"
	reason({}, {"limit_percent": 0}) == "config"
	reason({"projected_micro": 10}, {"limit_percent": 1}) == "projection_within"
}

test_one_currency if {
	decided({"currency": "USD"}, {}).verdict == "inconclusive"
	reason({"currency": "USD"}, {}) == "other_currency"
	reason({"other_currency": 1}, {}) == "other_currency"
	reason({"other_currency": 1, "projected_micro": 5000}, {}) == "other_currency"
}

test_nothing_is_no_data if {
	reason({"records": 0}, {}) == "no_data"
	reason({"records": 1}, {}) == "projection_within"
}

test_the_feed_is_complete if {
	every changes in [{"silent_services": 1}, {"gap_us": 1}, {"lost": 1}, {"billed_us": null}, {"projected_micro": null}, {"projected_micro": "1"}] {
		reason(changes, {}) == "coverage"
	}
}

test_the_feed_is_fresh if {
	reason({"until_us": 899999999}, {}) == "stale"
	reason({"until_us": null}, {}) == "stale"
	reason({}, {"max_age_seconds": 99}) == "stale"
}

test_it_is_long_enough if {
	reason({"billed_us": 599999999}, {}) == "low_sample"
	reason({}, {"min_billed_seconds": 601}) == "low_sample"
}

test_estimates_decide_where_they_may if {
	reason({"estimates": 1}, {}) == "estimated"
	reason({"estimates": 1}, {"accept_estimates": true}) == "projection_within"
	reason({"estimates": 1, "projected_micro": 900}, {"accept_estimates": true}) == "projection_exceeded"
}

test_what_is_no_number_decides_nothing if {
	every name in ["limit_percent", "max_age_seconds", "min_billed_seconds"] {
		every value in [null, "5"] {
			decided({}, {name: value}) == no_data
		}
	}
	every name in ["records", "other_currency", "estimates"] {
		every value in [null, "5"] {
			decided({name: value}, {}) == no_data
		}
	}
}
