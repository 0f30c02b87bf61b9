# METADATA
# title: What a transfer to a third country rests on
# description: >-
#   Articles 44 to 49 of the GDPR, of one record and one moment. A decision of adequacy counts while it is in force, for whom
#   it covers, and only where its dates were confirmed. A safeguard of Article 46 needs an assessment of the transfer itself.
#   A derogation of Article 49 is for what is occasional, which no fact here shows.
package lib.transfers

import data.lists.adequacy_decisions

safeguards := {"sccs", "bcr", "certification", "code_of_conduct", "ad_hoc_clauses"}

day_us := 86400000000

# The records in the text, each with its members named; of another form: none.
parsed(text) := [record |
	some line in split(text, ";")
	parts := split(line, "|")
	count(parts) == 8
	record := {
		"country": parts[0],
		"region": parts[1],
		"vendor": parts[2],
		"mechanism": parts[3],
		"decided_us": instant(parts[4]),
		"until_us": instant(parts[5]),
		"assessed_us": instant(parts[6]),
		"reviewed_us": instant(parts[7]),
	}
]

instant(text) := null if {
	text == ""
} else := to_number(text)

in_force(record, moment_us) if {
	is_number(record.decided_us)
	record.decided_us <= moment_us
	lasting(record, moment_us)
}

lasting(record, _) if is_null(record.until_us)

lasting(record, moment_us) if {
	is_number(record.until_us)
	record.until_us > moment_us
}

# What is wrong with what the record rests on; none when nothing is.
flaw(record, moment_us, covered) := adequacy(record.country, record.vendor, moment_us, covered) if {
	record.mechanism == "adequacy"
} else := safeguard(record, moment_us) if {
	record.mechanism in safeguards
} else := "derogation"

safeguard(record, moment_us) := "none" if {
	is_number(record.assessed_us)
	record.assessed_us <= moment_us
} else := "unassessed"

adequacy(country, vendor, moment_us, covered) := "none" if {
	some decision in current(country, moment_us)
	decision.confirmed
	covers(decision, vendor, covered)
} else := "scope" if {
	some decision in current(country, moment_us)
	decision.confirmed
} else := "unconfirmed" if {
	count(current(country, moment_us)) > 0
} else := "undecided"

current(country, moment_us) := [decision |
	some decision in adequacy_decisions.decisions
	decision.country == country
	decision.from_day * day_us <= moment_us
	open(decision, moment_us)
]

open(decision, _) if is_null(decision.until_day)

open(decision, moment_us) if {
	is_number(decision.until_day)
	decision.until_day * day_us > moment_us
}

covers(decision, _, _) if decision.scope == "all"

covers(decision, vendor, covered) if {
	decision.scope != "all"
	vendor in covered
}
