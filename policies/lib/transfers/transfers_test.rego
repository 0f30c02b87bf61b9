package lib.transfers_test

import data.lib.transfers

day := 86400000000

decisions := [
	{"country": "CH", "scope": "all", "from_day": 10, "until_day": null, "confirmed": true},
	{"country": "GB", "scope": "all", "from_day": 10, "until_day": 20, "confirmed": true},
	{"country": "US", "scope": "certified", "from_day": 10, "until_day": null, "confirmed": true},
	{"country": "XX", "scope": "all", "from_day": 10, "until_day": null, "confirmed": false},
]

found(country, at, covered) := flaw if {
	flaw := transfers.adequacy(country, "aws", at, covered) with data.lists.adequacy_decisions.decisions as decisions
}

test_a_decision_counts_from_its_day_until_its_end if {
	found("GB", (10 * day) - 1, []) == "undecided"
	found("GB", 10 * day, []) == "none"
	found("GB", (20 * day) - 1, []) == "none"
	found("GB", 20 * day, []) == "undecided"
	found("CH", 1000 * day, []) == "none"
}

test_a_partial_decision_covers_whom_it_names if {
	found("US", 10 * day, []) == "scope"
	found("US", 10 * day, ["aws"]) == "none"
	found("CN", 10 * day, ["aws"]) == "undecided"
}

test_what_is_not_confirmed_decides_nothing if found("XX", 10 * day, ["aws"]) == "unconfirmed"

record := {"country": "CN", "region": "", "vendor": "aws", "mechanism": "sccs", "decided_us": 5, "until_us": null, "assessed_us": 5, "reviewed_us": 5}

test_a_record_is_in_force_from_its_decision if {
	transfers.in_force(record, 5)
	not transfers.in_force(record, 4)
	not transfers.in_force(object.union(record, {"until_us": 6}), 6)
	transfers.in_force(object.union(record, {"until_us": 6}), 5)
	not transfers.in_force(object.union(record, {"decided_us": null}), 5)
}

test_a_safeguard_needs_an_assessment if {
	every mechanism in ["sccs", "bcr", "certification", "code_of_conduct", "ad_hoc_clauses"] {
		one := object.union(record, {"mechanism": mechanism})
		transfers.flaw(one, 5, []) == "none"
		transfers.flaw(object.union(one, {"assessed_us": null}), 5, []) == "unassessed"
		transfers.flaw(one, 4, []) == "unassessed"
	}
	every mechanism in ["derogation", "", "hope"] {
		transfers.flaw(object.union(record, {"mechanism": mechanism}), 5, []) == "derogation"
	}
}

test_records_are_read if {
	transfers.parsed("CN||aws|sccs|5||5|5") == [record]
	transfers.parsed("") == []
	transfers.parsed("CN|aws") == []
	count(transfers.parsed("CN||aws|sccs|5||5|5;CN||aws|sccs|5||5|5")) == 2
}
