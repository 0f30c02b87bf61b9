"""Where data lies and goes, how it is protected and kept, and what a transfer rests on."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "question_open": "a question was not answered in full ({observed}), so what else there is is not known",
    "place_unknown": "the region of it could not be found out",
    "link_not_in_force": "every answer says that it is not in force",
    "profile_inactive": "the profile is not active, and nobody called it",
    "profile_prevented": "nobody called the profile, and a policy of the organisation denies a region that it reaches",
    "region_disabled": "the region is not enabled in the account",
    "region_recorded": "a recorder records every type of resource in the region, and delivers it",
    "recorder_missing": "the region is enabled and has no recorder",
    "recorder_stopped": "no recorder of the region records",
    "recorder_partial": "no recorder of the region records every type of resource",
    "recorder_failing": "a recorder of the region cannot deliver what it records",
    "recorder_unproven": "the answers do not show that a recorder records every type and delivers it",
    "target_bounded": "one policy denies every region but {limit}, for Bedrock and for global profiles too",
    "target_unbounded": "no policy that bounds regions is attached",
    "unspecified_open": "the policy does not deny the region named unspecified: a global profile can be called",
    "bedrock_exempt": "the policy does not cover Bedrock",
    "regions_open": "no policy leaves open only {limit}",
}
