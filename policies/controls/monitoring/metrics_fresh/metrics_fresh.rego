# METADATA
# title: The metrics are being published
# description: >-
#   The newest datapoint of each declared metric lies at most two intervals of publishing, and the time that it takes until
#   it can be had, before the judged moment; with `gaps`, no two datapoints of the window lie farther apart, nor the first from its start. A gap in which nobody asked is
#   inconclusive.
# custom:
#   severity: high
#   evidence_for: [checklist/21, checklist/62, checklist/101, checklist/135, iso-27001/A.8.16, soc2/CC7.2]
#   unit: us
#   sample_size: points
#   parameters:
#     cells: {type: array, items: string, description: "source/account/region of the datapoints"}
#     metrics: {type: array, items: string, description: "Namespace/MetricName, with {Name=Value,...} where it has dimensions"}
#     publish_interval_seconds: {type: integer, unit: s, description: "how often a metric is published"}
#     delivery_seconds: {type: integer, unit: s, default: 0, description: "how long a datapoint may take until it can be had"}
#     gaps: {type: boolean, description: "judge every gap of the window, not only the last"}
package controls.monitoring.metrics_fresh

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.longest_us, "limit": allowed_us}) if {
	input.row.publish_interval_seconds == input.parameters.publish_interval_seconds
	input.row.delivery_seconds == input.parameters.delivery_seconds
	is_number(input.row.longest_us)
	is_number(input.row.points)
	is_number(input.row.asked)
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.publish_interval_seconds < 1
} else := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.delivery_seconds < 0
} else := {"verdict": "fail", "reason": "metric_stale"} if {
	is_number(input.row.proven_us)
} else := {"verdict": "inconclusive", "reason": "metric_unasked"} if {
	input.row.asked == 0
} else := {"verdict": "pass", "reason": "metric_fresh"} if {
	input.row.points > 0
	input.row.longest_us <= allowed_us
} else := {"verdict": "inconclusive", "reason": "metric_unasked"}

allowed_us := (2 * input.parameters.publish_interval_seconds) * 1000000
