# METADATA
# title: The one entrypoint of the policy pack
# description: >-
#   Evaluates a control for a batch of rows, or a gate for one input. Every result carries the index of its row: a row
#   without a result is an error that the program raises, never silence.
package lib.dispatch

# METADATA
# entrypoint: true
# description: input.control is [family, name]; input.rows is [{row, assured}]; input.parameters is shared by the batch.
decisions := [result |
	control := input.control
	parameters := input.parameters
	some index, item in input.rows
	decision := data.controls[control[0]][control[1]].decision with input as {
		"row": item.row,
		"assured": item.assured,
		"parameters": parameters,
	}
	result := {"index": index, "decision": explained(decision, item.row)}
]

# What was not answered, by the calls that coverage has: a verdict that rests on it stays what it is and names them.
explained(decision, row) := {"verdict": "inconclusive", "reason": "calls_unanswered", "observed": row.unanswered_calls} if {
	decision.verdict == "inconclusive"
	decision.reason in {"coverage", "metric_unasked", "unanswered"}
	is_string(row.unanswered_calls)
	row.unanswered_calls != ""
} else := decision

# METADATA
# entrypoint: true
# description: input.gate names the gate, input.facts is what it decides on.
gate := decision if {
	name := input.gate
	facts := input.facts
	decision := data.gates[name].decision with input as facts
}
