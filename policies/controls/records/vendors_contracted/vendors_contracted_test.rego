package controls.records.vendors_contracted_test

import data.controls.records.vendors_contracted
import data.lib.calendar

at(year, month, day) := calendar.number(year, month, day) * calendar.day_us

vendor := {
	"role": "vendor",
	"name": "bedrock",
	"first_us": at(2025, 1, 14),
	"vendors": 1,
	"relation": "processor",
	"signed_us": at(2025, 1, 14),
	"ended": 0,
	"subprocessors_listed": 1,
	"reviewed_us": at(2024, 1, 31),
	"calls": 1,
	"calls_ok": 1,
	"answered_us": at(2025, 1, 31),
	"window_end_us": at(2025, 1, 31),
}

decided(changes, months) := decision if {
	decision := vendors_contracted.decision with input as {"row": object.union(vendor, changes), "parameters": {"max_age_months": months}}
}

told(changes) := [decided(changes, 12).verdict, decided(changes, 12).reason]

open := ["inconclusive", "no_data"]

test_a_contract_at_every_boundary_passes if {
	decided({}, 12) == {"verdict": "pass", "reason": "vendor_contracted", "observed": "2024-01-31", "limit": "2025-01-31"}
	told({"signed_us": vendor.first_us + 1}) == ["fail", "contract_later"]
	told({"ended": 1}) == ["fail", "contract_ended"]
	told({"window_end_us": at(2025, 2, 1)}) == ["fail", "contract_unreviewed"]
}

test_what_a_contract_lacks if {
	told({"signed_us": null}) == ["fail", "contract_unsigned"]
	told({"signed_us": "1"}) == ["fail", "contract_unsigned"]
	told({"ended": null}) == ["fail", "contract_ended"]
	told({"subprocessors_listed": 0}) == ["fail", "subprocessors_unlisted"]
	told({"subprocessors_listed": null}) == ["fail", "subprocessors_unlisted"]
}

test_who_is_not_in_the_records if {
	told({"vendors": 0}) == ["fail", "vendor_unrecorded"]
	told({"vendors": 0, "answered_us": 0}) == ["inconclusive", "answered_early"]
	told({"vendors": 2}) == ["inconclusive", "vendor_ambiguous"]
	told({"name": "undeclared"}) == ["inconclusive", "vendor_undeclared"]
	told({"relation": "own"}) == ["not_applicable", "vendor_own"]
}

test_without_numbers_nothing_is_decided if {
	every name in ["first_us", "window_end_us", "reviewed_us"] {
		every value in [null, "1"] {
			told({name: value}) == open
		}
	}
	told({"vendors": null}) == open
	told({"role": "member"}) == open
	decided({}, null).reason == "no_data"
}

test_a_register_and_a_source if {
	told({"role": "register"}) == ["pass", "register_read"]
	told({"role": "register", "answered_us": 0}) == ["inconclusive", "answered_early"]
	told({"role": "source", "answered_us": null}) == ["pass", "collected"]
}
