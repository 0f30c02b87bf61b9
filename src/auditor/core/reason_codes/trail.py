"""The trail of AWS itself: its digests, and how it is set up."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "digest_valid": "CloudTrail signed the digest, and the {observed} log files that it lists are there, as it states",
    "digest_invalid": "the digest is not what CloudTrail signed: {observed}",
    "digest_unverified": "nothing here shows that CloudTrail signed the digest: {observed}",
    "digest_unlinked": "the digest before it is gone or another: {observed}",
    "digest_restarted": "the digest follows none, though older ones are there: the chain was begun anew",
    "log_missing": "{observed} log files that the digest lists are gone",
    "log_altered": "{observed} log files are others than the digest lists",
    "log_unread": "{observed} log files that the digest lists could not be read",
    "digest_unseen": "the digest before it could not be read",
    "log_unlisted": "{observed} log files are there that no digest lists: somebody put them there",
    "anchor_lost": "the chain does not hold the digest that an earlier run saw",
    "digest_absent": "no valid digest of the chain is there",
    "digest_gap": "between two of {observed} digests lies a time that neither covers",
    "digests_begin_late": "{observed} digests, the first of which begins after the window does",
    "digests_end_early": "{observed} digests, the last of which ends too long before the window does",
    "keys_unproven": "{observed} digests, verified by keys that somebody kept: whose they are is not proven",
    "chain_unanchored": "{observed} digests, and no earlier run holds where they begin",
    "chain_signed": "{observed} digests hang together over the whole window, and by what an earlier run saw, if asked",
    "trail_disturbed": "a trail was stopped, deleted or changed {observed} times",
    "disturbance_refused": "somebody tried {observed} times to stop, delete or change a trail, and was refused",
    "trail_undisturbed": "no call stopped, deleted or changed a trail",
    "trail_absent": "no trail covers the region",
    "trail_stopped": "none of the {observed} trails of the region is logging",
    "trail_records_no_reads": "none of the {observed} trails of the region records calls that read: inference is one",
    "trail_excludes_bedrock": "every one of the {observed} trails that may record reads leaves out bedrock",
    "trail_without_digests": "none of the {observed} trails that may record inference writes digests",
    "trail_not_delivered": "none of the {observed} trails that may record inference delivers without an error",
    "inference_recorded": "a trail of {observed} records every inference call, and delivers it with digests",
}
