"""The attacks that are tried beside the module that they are on: tables are read, single tests are named.

A test that is named must be there and name what it says is met (``test_attacks``).
"""

from __future__ import annotations

from adapters.bundle.test_container_reader import BAD, FOREIGN
from adapters.bundle.test_reader import FORGER, OUTSIDER
from adapters.ledger.test_checking import TAMPERED
from attacks.registry import Attack, record
from shell.test_archive_audit import ATTACKS as AUDITED

# Which layer a refusal of the bundle's own format is of.
LAYER_OF = {
    "file-missing": "payload", "file-unexpected": "payload", "size-mismatch": "payload", "digest-mismatch": "payload",
    "decisions-digest-mismatch": "payload", "policy-digest-mismatch": "payload",
    "manifest-malformed": "manifest", "subject-mismatch": "manifest", "files-mismatch": "manifest",
    "oxum-mismatch": "manifest",
    "signature-invalid": "signature", "signature-count": "signature", "hint-mismatch": "signature",
    "key-unknown": "signature", "attestation-malformed": "signature", "media-type-unknown": "signature",
    "payload-type-unknown": "signature", "producer-key-mismatch": "signature",
    "unsafe-name": "container", "unsafe-entry": "container", "not-a-bundle": "container",
    "container-malformed": "container", "container-not-canonical": "container", "limit-exceeded": "container",
    "statement-malformed": "parser", "predicate-type-unknown": "parser", "predicate-malformed": "parser",
    "decisions-malformed": "parser",
    "predicate-contradicts-decisions": "semantics", "snapshot-contradicts-predicate": "semantics",
}  # fmt: skip

READER = "tests/adapters/bundle/test_reader.py"
CONTAINER = "tests/adapters/bundle/test_container_reader.py"
CHECKING = "tests/adapters/ledger/test_checking.py"
AUDIT = "tests/shell/test_archive_audit.py"
STAMPS = "tests/adapters/signing/test_timestamps.py"
TRUST = "tests/shell/test_trust.py"

for name, (code, _) in {**OUTSIDER, **FORGER}.items():
    record(Attack(LAYER_OF[code], f"bundle: {name}", code, READER))
for name in FOREIGN:
    record(Attack("container", f"tar: {name}", "container-not-canonical", CONTAINER))
for name, (code, _) in BAD.items():
    record(Attack("container", f"tar: {name}", code, CONTAINER))
for name, _, code in TAMPERED:
    record(Attack("sequence", f"ledger: {name}", code, CHECKING))
for name, (kind, _) in AUDITED.items():
    record(Attack("archive", f"archive: {name.replace('_', ' ')}", f"audit: {kind}", AUDIT))

NAMED = [
    ("semantics", "another Wasm than the Rego beside it compiles to, asked with --recompile", "wasm-differs",
     "tests/shell/test_verify.py::test_policies_are_compiled_again_only_when_asked"),
    ("time", "a token by another root", "timestamp-untrusted", f"{STAMPS}::test_another_root_is_refused"),
    ("time", "a root inside the token", "timestamp-untrusted",
     f"{STAMPS}::test_no_root_is_refused_and_a_root_in_the_token_is_no_root"),
    ("time", "a certificate that was not valid then", "timestamp-untrusted",
     f"{STAMPS}::test_a_certificate_that_was_not_valid_at_the_tokens_time_is_refused"),
    ("time", "a token of another signature", "timestamp-invalid",
     f"{STAMPS}::test_a_token_of_another_signature_is_refused"),
    ("trust", "an older trust policy than was seen", "trust-rollback",
     "tests/adapters/trust/test_memory.py::test_a_later_version_is_taken_and_an_older_one_no_more"),
    ("trust", "a second trust policy of one version", "trust-fork",
     "tests/adapters/trust/test_memory.py::test_another_one_of_the_same_version_is_a_fork"),
    ("trust", "a version that does not follow", "trust-succession",
     "tests/adapters/trust/test_reader.py::test_a_stranger_hands_nothing_on"),
    ("trust", "a trust policy of tomorrow", "trust-not-in-force",
     f"{TRUST}::test_a_version_is_not_used_before_it_is_valid"),
    ("trust", "enrolling a key that somebody else holds", "enrolment-mismatch",
     "tests/adapters/trust/test_enrolment.py::test_nobody_enrols_a_key_that_they_do_not_hold"),
    ("sequence", "a leaf twice, signed by the ledger's key", "ledger-statement-repeated",
     f"{CHECKING}::test_what_the_ledgers_key_signs_must_still_make_sense"),
    ("sequence", "a leaf that closes what is closed", "ledger-closes-wrong",
     f"{CHECKING}::test_what_the_ledgers_key_signs_must_still_make_sense"),
    ("sequence", "a leaf that tells its statement wrongly", "ledger-leaf-contradicts",
     f"{CHECKING}::test_what_the_ledgers_key_signs_must_still_make_sense"),
    ("sequence", "a leaf whose statement says a member twice", "statement-malformed",
     f"{CHECKING}::test_a_statement_that_is_no_strict_json_is_refused"),
    ("sequence", "a cosignature over another checkpoint", "ledger-cosignature-invalid",
     f"{CHECKING}::test_a_cosignature_is_the_witnesss_over_this_very_checkpoint"),
    ("sequence", "a proof in another form", "ledger-proof-malformed",
     "tests/core/test_ledger_proof.py::test_a_proof_of_another_form_is_refused"),
    ("sequence", "a proof of another tree or leaf", "ledger-proof-invalid",
     "tests/core/test_ledger_proof.py::test_another_tree_or_another_leaf"),
    ("semantics", "other decisions than the policies come to, before a reader that asks for no replay by name",
     "replay-differs", "tests/shell/test_verify.py::test_whoever_asks_for_no_less_has_it_decided_again"),
    ("semantics", "a replay that changes the bundle", "replay-touched-bundle",
     "tests/shell/test_verify.py::test_a_copy_that_replay_changed_is_refused"),
]  # fmt: skip
for layer, name, code, where in NAMED:
    record(Attack(layer, name, code, where))
