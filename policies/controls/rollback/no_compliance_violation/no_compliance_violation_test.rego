package controls.rollback.no_compliance_violation_test

import data.controls.rollback.no_compliance_violation

events := {"role": "events", "event_type": "operation_start", "events": 2}

log := {"role": "log", "event_type": null, "events": 2, "calls": 1, "calls_ok": 1, "watermark_us": 100, "window_end_us": 100}

parameters := {"violation_types": ["compliance_violation"], "ordinary_types": ["operation_start"]}

decided(row, changes) := decision if {
	decision := no_compliance_violation.decision with input as {"row": row, "parameters": object.union(parameters, changes)}
}

open := {"verdict": "inconclusive", "reason": "no_data"}

test_both_kinds_of_row_pass if {
	decided(events, {}).reason == "ordinary_events"
	decided(log, {}).reason == "no_violation"
}

test_what_is_no_list_decides_nothing if {
	every row in [events, log] {
		every name in ["violation_types", "ordinary_types"] {
			every value in [null, "operation_start", {"operation_start": "operation_start"}] {
				decided(row, {name: value}) == open
			}
		}
	}
}

test_what_is_no_count_decides_nothing if {
	every row in [events, log] {
		every value in [null, "2"] {
			decided(object.union(row, {"events": value}), {}) == open
		}
	}
}

test_another_role_decides_nothing if {
	every role in ["alert", null] {
		decided(object.union(events, {"role": role}), {}) == open
		decided(object.union(log, {"role": role}), {}) == open
	}
}

test_an_event_without_a_type_is_not_ordinary if {
	decided(object.union(events, {"event_type": null}), {}).reason == "unknown_event_type"
}
