package controls.deployment.component_deployed_test

import data.controls.deployment.component_deployed

good := {
	"declared": true,
	"target": "2.0.0",
	"version": "2.0.0",
	"deployed_us": 100,
	"ready_us": 101,
	"failed_us": null,
}

decided(changes) := decision if {
	decision := component_deployed.decision with input as {"row": object.union(good, changes), "parameters": {}}
}

outcome(changes) := [decision.verdict, decision.reason] if {
	decision := decided(changes)
}

test_the_version_is_shown_beside_its_target if {
	decided({}) == {"verdict": "pass", "reason": "component_ready", "observed": "2.0.0", "limit": "2.0.0"}
}

test_one_that_nobody_declared if {
	outcome({"declared": false, "target": null}) == ["fail", "component_undeclared"]
}

test_one_that_is_neither_decides_nothing if {
	decided({"declared": null}) == {"verdict": "inconclusive", "reason": "no_data"}
}

test_without_a_target if {
	outcome({"target": null, "version": null, "failed_us": 200}) == ["inconclusive", "config"]
}

test_another_version if outcome({"version": "2.0.1"}) == ["fail", "version_other"]

test_no_version if {
	outcome({"version": null}) == ["inconclusive", "version_unknown"]
	outcome({"version": 2}) == ["inconclusive", "version_unknown"]
}

test_not_deployed if {
	every value in [null, "100"] {
		outcome({"deployed_us": value, "version": null}) == ["inconclusive", "component_absent"]
	}
}

test_silent_since if {
	every value in [null, 99, 100, "101"] {
		outcome({"ready_us": value}) == ["inconclusive", "component_silent"]
	}
}

test_failed if {
	outcome({"failed_us": 102}) == ["fail", "component_failed"]
	outcome({"failed_us": 101}) == ["fail", "component_failed"]
	outcome({"failed_us": 102, "version": "2.0.1"}) == ["fail", "component_failed"]
	outcome({"failed_us": 100, "deployed_us": null, "ready_us": null}) == ["fail", "component_failed"]
	outcome({"failed_us": 100, "ready_us": null}) == ["fail", "component_failed"]
	outcome({"failed_us": 100, "ready_us": "101"}) == ["fail", "component_failed"]
}

test_well_again if {
	outcome({"failed_us": 100}) == ["pass", "component_ready"]
	outcome({"failed_us": 99, "ready_us": null}) == ["inconclusive", "component_silent"]
	outcome({"failed_us": "102"}) == ["pass", "component_ready"]
}
