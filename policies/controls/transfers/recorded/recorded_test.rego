package controls.transfers.recorded_test

import data.controls.transfers.recorded

day := 86400000000

now := 20000 * day

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"kind": "region",
	"region": "eu-central-2",
	"vendor": null,
	"country": null,
	"signed": false,
	"records": "",
	"silent_records": 0,
	"moment_us": now,
}

text(country, region, vendor, mechanism, assessed) := concat("|", [country, region, vendor, mechanism, "5", "", assessed, format_int(now, 10)])

parameters := {
	"max_age_seconds": 10,
	"max_review_days": 365,
	"covered_vendors": null,
	"eea_vendors": null,
}

decided(changes, parameter_changes) := decision if {
	adequate := {"records": text("CH", "", "aws", "adequacy", "")}
	decision := recorded.decision with input as {
		"row": object.union(object.union(good, adequate), changes),
		"parameters": object.union(parameters, parameter_changes),
	}
}

test_switzerland_rests_on_its_decision if {
	decided({}, {}) == {
		"verdict": "pass",
		"reason": "transfer_recorded",
		"observed": {"region": "eu-central-2", "country": "CH", "vendor": null},
	}
}

test_a_region_of_the_eea_needs_no_record if {
	every region in ["eu-central-1", "eu-west-1", "eusc-de-east-1"] {
		decided({"region": region, "records": ""}, {}).reason == "inside_eea"
	}
}

test_a_place_that_is_none_cannot_be_recorded if {
	decided({"region": ""}, {}).reason == "unbounded_destination"
	decided({"region": "unspecified"}, {}).reason == "unbounded_destination"
	decided({"region": "eu-isoe-west-1"}, {}).reason == "unknown_region"
	decided({"region": null}, {}).reason == "place_unknown"
}

test_a_record_of_one_region_is_none_of_another if {
	decided({"records": text("CH", "eu-central-2", "aws", "adequacy", "")}, {}).verdict == "pass"
	decided({"records": text("CH", "eu-central-1", "aws", "adequacy", "")}, {}).reason == "transfer_unrecorded"
}

test_what_it_rests_on if {
	us := {"region": "us-east-1"}
	decided(object.union(us, {"records": text("US", "", "aws", "adequacy", "")}), {}).reason == "adequacy_partial"
	decided(object.union(us, {"records": text("US", "", "aws", "adequacy", "")}), {"covered_vendors": ["aws"]}).verdict == "pass"
	decided(object.union(us, {"records": text("US", "", "aws", "sccs", "")}), {}).reason == "transfer_unassessed"
	decided(object.union(us, {"records": text("US", "", "aws", "sccs", "6")}), {}).verdict == "pass"
	decided(object.union(us, {"records": text("US", "", "aws", "derogation", "6")}), {}).reason == "transfer_by_derogation"
}

test_a_record_is_reviewed if {
	old := concat("|", ["CH", "", "aws", "adequacy", "5", "", "", format_int((now - (365 * day)) - 1, 10)])
	decided({"records": old}, {}).reason == "transfer_unreviewed"
}

test_records_that_were_not_collected_are_not_missing if {
	decided({"records": "", "silent_records": 1}, {}).reason == "coverage"
	decided({"records": ""}, {}).reason == "transfer_unrecorded"
}

test_a_vendor_is_known_by_its_id if {
	vendor := {"kind": "vendor", "region": null, "vendor": "other"}
	decided(vendor, {}).reason == "transfer_unrecorded"
	decided(vendor, {"eea_vendors": ["other"]}).reason == "inside_eea"
	decided(object.union(vendor, {"vendor": "undeclared"}), {}).reason == "vendor_unknown"
	decided(object.union(vendor, {"records": text("US", "", "other", "sccs", "6")}), {}).verdict == "pass"
}

test_what_is_no_text_or_number_is_no_data if {
	every changes in [{"records": null}, {"silent_records": null}, {"silent_records": "0"}, {"moment_us": null}] {
		decided(changes, {}).reason == "no_data"
	}
}

test_only_a_signature_excuses if {
	decided({"records": "", "signed": true}, {}).verdict == "not_applicable"
	decided({"records": "", "signed": "true"}, {}).verdict == "fail"
}
