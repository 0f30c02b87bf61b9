# METADATA
# title: What is declared is deployed in full, and nothing is on its way
# description: >-
#   Each declared deployable (a service of ECS, an alias of a function, a stack, a group of CodeDeploy) is complete at the
#   judged moment: one version serves everybody, as many instances run as there should be, and the last attempt to deploy
#   was not rolled back, after which a service looks complete as well.
# custom:
#   severity: high
#   evidence_for: [checklist/48]
#   unit: instances
#   parameters:
#     deployables: {type: array, items: string, description: "source/account/region/kind:name, e.g. deployments/111122223333/eu-central-1/ecs_service:support/api"}
#     max_age_seconds: {type: integer, unit: s, description: "the answers are no older at the judged moment"}
package controls.rollout.settled

import data.lib.watched

default decision := {"verdict": "inconclusive", "reason": "no_data"}

columns := ["parts", "beside", "tries", "failed", "moving", "incomplete", "desired", "running", "pending", "numbered"]

decision := object.union(outcome, {"observed": input.row.running, "limit": input.row.desired}) if {
	every name in columns {
		is_number(input.row[name])
	}
	is_number(input.parameters.max_age_seconds)
}

outcome := {"verdict": "inconclusive", "reason": "config"} if {
	input.parameters.max_age_seconds < 1
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.age_us, input.parameters.max_age_seconds)
} else := {"verdict": "fail", "reason": "rollout_missing"} if {
	input.row.parts == 0
} else := {"verdict": "fail", "reason": "rollout_failed"} if {
	input.row.failed > 0
} else := {"verdict": "fail", "reason": "rollout_moving"} if {
	input.row.moving + input.row.beside > 0
} else := {"verdict": "fail", "reason": "rollout_unsteady"} if {
	unsteady
} else := {"verdict": "inconclusive", "reason": reason} if {
	reason := watched.gap(input.row.tried_age_us, input.parameters.max_age_seconds)
} else := {"verdict": "inconclusive", "reason": "rollout_unclear"} if {
	not clear
} else := {"verdict": "pass", "reason": "rollout_settled"}

# A service of which nothing should run serves nobody.
unsteady if {
	input.row.numbered > 0
	input.row.desired == 0
}

unsteady if input.row.running != input.row.desired

unsteady if input.row.pending > 0

# One thing serves, each state is known to be complete, and a service of ECS has a history and counts.
clear if {
	input.row.parts == 1
	input.row.incomplete == 0
	input.row.kind in {"lambda_alias", "stack", "codedeploy_group"}
}

clear if {
	input.row.parts == 1
	input.row.incomplete == 0
	input.row.kind == "ecs_service"
	input.row.tries > 0
	input.row.numbered == 1
}
