package controls.protection.encrypted_test

import data.controls.protection.encrypted

good := {
	"role": "fact",
	"status": null,
	"age_us": 0,
	"signed": false,
	"encrypted": true,
	"key_arn": "k",
	"key_manager": "customer",
}

decided(changes, managers) := decision if {
	decision := encrypted.decision with input as {
		"row": object.union(good, changes),
		"parameters": {"max_age_seconds": 10, "key_managers": managers},
	}
}

ours := ["customer"]

test_a_named_key_of_ours_passes if {
	decided({}, ours) == {"verdict": "pass", "reason": "encrypted", "observed": "customer", "limit": ours}
}

test_what_is_not_stated_is_not_known if {
	every changes in [{"encrypted": null}, {"encrypted": "true"}, {"key_arn": null}, {"key_arn": ""}, {"key_manager": null}] {
		decided(changes, ours).reason == "encryption_unstated"
	}
}

test_a_key_without_a_name_is_no_key_of_ours if {
	every manager in ["aws_owned", "none"] {
		decided({"key_manager": manager, "key_arn": null}, ["customer", "aws_owned", "none"]).reason == "key_of_service"
	}
}

test_the_line_says_whose_keys if {
	decided({"key_manager": "aws_managed"}, ours).reason == "key_of_other"
	decided({"key_manager": "aws_managed"}, ["customer", "aws_managed"]).verdict == "pass"
}

test_unencrypted_fails_whatever_key_is_named if decided({"encrypted": false}, ours).reason == "unencrypted"

test_only_a_signature_excuses if {
	decided({"encrypted": false, "signed": true}, ours).verdict == "not_applicable"
	every signed in ["true", 1, null] {
		decided({"encrypted": false, "signed": signed}, ours).verdict == "fail"
	}
}

test_without_managers_nothing_is_decided if decided({}, null).verdict == "inconclusive"
