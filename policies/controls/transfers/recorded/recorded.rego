# METADATA
# title: Every transfer to a third country is recorded, with what it rests on
# description: >-
#   Every region, vendor and subprocessor outside the European Economic Area to which personal data was seen to go has a
#   record that was in force at the judged moment and rests on an adequacy decision that then covered it, or on a safeguard
#   that was assessed. This is Articles 44 to 49, and another question than whether data stays in declared regions: an EU
#   region does not exclude a transfer by remote access, which only a vendor's record shows. A place without a bound cannot
#   be recorded.
# custom:
#   severity: high
#   evidence_for: [gdpr/art-44, gdpr/art-45, gdpr/art-46, gdpr/art-49, gdpr/art-30, iso-27001/A.5.34, soc2/C1.1]
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of everything that was asked for places"}
#     record_sources: {type: array, items: string, description: sources of the records of transfers}
#     covered_vendors: {type: array, items: string, nullable: true, default: null, description: "ids of processors that a partial adequacy decision covers: on the list of the Data Privacy Framework, under PIPEDA"}
#     eea_vendors: {type: array, items: string, nullable: true, default: null, description: "ids of processors that process only in the European Economic Area, remote access included"}
#     max_review_days: {type: integer, unit: d, default: 365, description: "a record was reviewed no longer ago"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.transfers.recorded

import data.lib.asked
import data.lib.transfers
import data.lists.aws_region_countries
import data.lists.eea_countries

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union({"observed": shown}, outcome) if is_number(input.parameters.max_review_days)

shown := {"region": input.row.region, "country": country, "vendor": input.row.vendor}

country := input.row.country if {
	is_string(input.row.country)
} else := aws_region_countries.countries[input.row.region] if {
	is_string(input.row.region)
} else := null

outcome := said if {
	said := asked.outside(input.row, input.parameters)
} else := {"verdict": "not_applicable", "reason": "no_personal_data"} if {
	input.row.signed == true
} else := place if {
	input.row.kind == "region"
} else := inside if {
	input.row.kind == "vendor"
	input.row.vendor in input.parameters.eea_vendors
} else := {"verdict": "inconclusive", "reason": "vendor_unknown"} if {
	input.row.kind == "vendor"
	input.row.vendor == "undeclared"
} else := inside if {
	input.row.kind == "country"
	country in eea_countries.countries
} else := resting

inside := {"verdict": "pass", "reason": "inside_eea"}

place := {"verdict": "inconclusive", "reason": "place_unknown"} if {
	not is_string(input.row.region)
} else := {"verdict": "fail", "reason": "unbounded_destination"} if {
	input.row.region in {"", "unspecified"}
} else := {"verdict": "fail", "reason": "unknown_region"} if {
	is_null(country)
} else := inside if {
	country in eea_countries.countries
} else := resting

matching := [record |
	some record in transfers.parsed(input.row.records)
	matches(record)
]

matches(record) if {
	input.row.kind == "region"
	record.country == country
	record.region in {"", input.row.region}
}

matches(record) if {
	input.row.kind == "vendor"
	record.vendor == input.row.vendor
}

matches(record) if {
	input.row.kind == "country"
	record.country == country
	record.vendor == input.row.vendor
}

current := [record |
	some record in matching
	transfers.in_force(record, input.row.moment_us)
]

covered := input.parameters.covered_vendors if {
	is_array(input.parameters.covered_vendors)
} else := []

flaws := {flaw |
	some record in current
	flaw := transfers.flaw(record, input.row.moment_us, covered)
}

reviewed if {
	some record in current
	transfers.flaw(record, input.row.moment_us, covered) == "none"
	is_number(record.reviewed_us)
	record.reviewed_us >= input.row.moment_us - (input.parameters.max_review_days * transfers.day_us)
}

resting := {"verdict": "inconclusive", "reason": "no_data"} if {
	not well_formed
} else := {"verdict": "pass", "reason": "transfer_recorded"} if {
	reviewed
} else := {"verdict": "inconclusive", "reason": "coverage"} if {
	input.row.silent_records != 0
} else := {"verdict": "fail", "reason": "transfer_unrecorded"} if {
	count(matching) == 0
} else := {"verdict": "fail", "reason": "transfer_lapsed"} if {
	count(current) == 0
} else := {"verdict": "fail", "reason": "transfer_unreviewed"} if {
	"none" in flaws
} else := {"verdict": "inconclusive", "reason": "adequacy_unconfirmed"} if {
	"unconfirmed" in flaws
} else := {"verdict": "inconclusive", "reason": "transfer_by_derogation"} if {
	"derogation" in flaws
} else := {"verdict": "fail", "reason": "adequacy_partial"} if {
	"scope" in flaws
} else := {"verdict": "fail", "reason": "transfer_unassessed"} if {
	"unassessed" in flaws
} else := {"verdict": "fail", "reason": "adequacy_undecided"}

well_formed if {
	is_string(input.row.records)
	is_number(input.row.silent_records)
	is_number(input.row.moment_us)
}
