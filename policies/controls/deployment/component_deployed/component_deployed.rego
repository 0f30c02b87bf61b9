# METADATA
# title: The components were deployed in their target version, and said that they work
# description: >-
#   Each declared component was deployed in the window, its newest deployment stated the target version, and after that
#   deployment the component reported itself initialized and did not fail again. Where others count, none but the
#   declared components was deployed.
# custom:
#   severity: high
#   evidence_for: [checklist/39, checklist/40, checklist/41, checklist/42, checklist/43, checklist/44, checklist/45, iso-27001/A.8.32, soc2/CC8.1]
#   requires:
#     - control: coverage.source_observed
#       parameters: {observation: bounded}
#   population: resource
#   parameters:
#     components: {type: array, items: string, description: "the components, as auditor.toml lists them"}
#     versions: {type: array, items: string, description: "the target version of each, in their order"}
#     others_count: {type: boolean, default: false, description: "whether a component that is not listed may not be deployed"}
#     log_source: {type: string, description: source of the deployment's log}
#     cells: {type: array, items: string, description: "source/account/region of the log"}
package controls.deployment.component_deployed

default decision := {"verdict": "inconclusive", "reason": "no_data"}

decision := object.union(outcome, {"observed": input.row.version, "limit": input.row.target}) if {
	is_boolean(input.row.declared)
}

outcome := {"verdict": "fail", "reason": "component_undeclared"} if {
	input.row.declared == false
} else := {"verdict": "inconclusive", "reason": "config"} if {
	not is_string(input.row.target)
} else := {"verdict": "fail", "reason": "component_failed"} if {
	failed
} else := {"verdict": "inconclusive", "reason": "component_absent"} if {
	not is_number(input.row.deployed_us)
} else := {"verdict": "inconclusive", "reason": "version_unknown"} if {
	not is_string(input.row.version)
} else := {"verdict": "fail", "reason": "version_other"} if {
	input.row.version != input.row.target
} else := {"verdict": "pass", "reason": "component_ready"} if {
	is_number(input.row.ready_us)
	input.row.ready_us > input.row.deployed_us
} else := {"verdict": "inconclusive", "reason": "component_silent"}

# It failed, and neither was deployed anew nor said that it works after that.
failed if {
	is_number(input.row.failed_us)
	not later(input.row.deployed_us)
	not later(input.row.ready_us)
}

later(moment) if {
	is_number(moment)
	moment > input.row.failed_us
}
