"""The stable name of every refusal of a bundle, in the order in which verification asks.

Rules kept here: a name never changes its meaning; each is documented in ``docs/refusals.md``, which a test compares.
"""

from __future__ import annotations

REFUSALS: dict[str, str] = {
    "not-a-bundle": "the path is no folder and no tar, or holds no bag",
    "unsafe-name": "a name holds anything but lower-case letters, digits, dot, dash and underscore, or is too long",
    "unsafe-entry": "something is no plain file or folder: a link, a device, a file with a second name",
    "limit-exceeded": "there are more or larger files than a bundle may have",
    "container-not-canonical": "a tar is not byte for byte the one that this format writes of its files",
    "container-malformed": "bagit.txt or bag-info.txt is not what this format writes",
    "attestation-malformed": "the signed wrapper is no canonical sigstore bundle v0.3 with one DSSE signature",
    "media-type-unknown": "the signed wrapper calls itself something other than a sigstore bundle v0.3",
    "payload-type-unknown": "the signature covers something other than an in-toto statement",
    "signature-count": "there is not exactly one signature",
    "hint-mismatch": "the wrapper's key hint and the signature's key id name different keys",
    "key-unknown": "it was signed by another key than the one given from outside",
    "signature-invalid": "the signature does not verify",
    "statement-malformed": "the statement is no in-toto Statement v1 with exactly its four members",
    "predicate-type-unknown": "the statement is of a kind that this program does not accept here",
    "predicate-malformed": "the predicate lacks a member, has a foreign one, or one of the wrong type or form",
    "producer-key-mismatch": "the predicate names another key than the one that signed it",
    "subject-mismatch": "the manifests are not the ones that were signed",
    "manifest-malformed": "a manifest is not sorted, unique sha256sum lines of the files it is for",
    "file-missing": "a file that a manifest lists, or that every bundle has, is not there",
    "file-unexpected": "there is a file or folder that no manifest accounts for",
    "size-mismatch": "a file does not have the size that was signed",
    "digest-mismatch": "a file is not the one that its manifest lists",
    "files-mismatch": "the signed list of files differs from the manifest",
    "oxum-mismatch": "the size and count of the payload in bag-info.txt are not those of the files",
    "policy-digest-mismatch": "the policies are not the ones that the statement names",
    "decisions-digest-mismatch": "decisions.json is not the one that the statement names",
    "decisions-malformed": "decisions.json is no canonical JSON of this format",
    "predicate-contradicts-decisions": "the statement says something else than decisions.json",
    "snapshot-contradicts-predicate": "the snapshot is of another scope than the statement names",
    "replay-refused": "the archived queries, policies or data may not be run, or cannot be decided",
    "replay-touched-bundle": "files changed while the decisions were made again",
    "replay-differs": "deciding again gives other decisions",
    "report-differs": "a report is not what its decisions render to",
    "archive-conflict": "the archive holds something else under the name that this object has",
}
