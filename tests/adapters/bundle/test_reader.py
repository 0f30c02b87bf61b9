"""Every way we know to tamper with a bundle, each refused by its own name.

An outsider changes bytes and has no key, or only a key of his own. A forger holds the key and signs a bundle that
contradicts itself. ``auditor.shell.verify`` is tested apart; what only it can refuse is named in ``ELSEWHERE``.
"""

from __future__ import annotations

import base64
import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from auditor.adapters.bundle import layout
from auditor.adapters.bundle.layout import Limits
from auditor.adapters.bundle.reader import check_bundle, list_files
from auditor.adapters.signing.envelope import sign
from auditor.adapters.signing.keys import SCHEMES, generate_key, load_public_key, load_signer
from auditor.core.canonical import canonical_json
from auditor.core.refusals import REFUSALS
from auditor.errors import VerificationError
from auditor.shell.reliance import PinnedKey
from sealed import SCOPE, Sealed, document, forge, forge_decisions, make_sealed, signed_statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Attack = tuple[str, "Callable[[Sealed], Any]"]
REPORT = "data/report/report.md"
# What is no question of the bundle's own format is asked, and attacked, elsewhere: ledger, trust, time, replay.
OTHER_FAMILIES = (
    "prior-",
    "ledger-",
    "trust-",
    "timestamp-",
    "replay-",
    "enrolment-",
    "evidence-",
    "chain-",
    "archive-",
)
ELSEWHERE = {
    "limit-exceeded", "container-not-canonical", "report-differs", "wasm-differs",
    "key-not-for-predicate", "key-not-for-environment", "key-outside-validity", "key-revoked", "role-not-held",
    "environment-unknown", "gate-unknown", "profile-unapproved", "policy-unapproved",
    "control-missing", "pack-unapproved",
}  # fmt: skip


def check(sealed: Sealed) -> Any:
    return check_bundle(sealed.root, PinnedKey(load_public_key(sealed.public_pem, "key")).key_of)


def refusal(sealed: Sealed) -> str:
    with pytest.raises(VerificationError) as caught:
        check(sealed)
    assert caught.value.code in REFUSALS
    return caught.value.code


def add(name: str, content: bytes = b"") -> Callable[[Sealed], Any]:
    def attack(sealed: Sealed) -> None:
        sealed.path(name).parent.mkdir(parents=True, exist_ok=True)
        sealed.path(name).write_bytes(content)

    return attack


def remove(name: str) -> Callable[[Sealed], Any]:
    return lambda sealed: sealed.path(name).unlink()


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Sealed], Any]:
    return lambda sealed: sealed.edit(name, change)


def wrapper(change: Callable[[dict[str, Any]], Any]) -> Callable[[Sealed], Any]:
    return lambda sealed: sealed.edit_wrapper(change)


def lie(**lies: Any) -> Callable[[Sealed], Any]:
    return lambda sealed: forge(sealed, **lies)


def predicate(change: Callable[[dict[str, Any]], Any]) -> Callable[[Sealed], Any]:
    return lie(predicate=change)


def decisions(change: Callable[[dict[str, Any]], Any]) -> Callable[[Sealed], Any]:
    return lambda sealed: forge_decisions(sealed, change)


def signed_file(name: str, content: bytes) -> Callable[[Sealed], Any]:
    def attack(sealed: Sealed) -> None:
        add(name, content)(sealed)
        forge(sealed)

    return attack


def manifest_lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Sealed], Any]:
    """Sign a payload manifest whose lines were changed."""

    def tags(written: dict[str, bytes]) -> None:
        written[layout.MANIFEST] = b"".join(change(written[layout.MANIFEST].splitlines(keepends=True)))

    return lie(tags=tags)


def tag(name: str, change: Callable[[bytes], bytes]) -> Callable[[Sealed], Any]:
    """Sign a tag file whose content was changed."""
    return lie(tags=lambda written: written.update({name: change(written[name])}))


def symlink(sealed: Sealed) -> None:
    original = sealed.path(REPORT).rename(sealed.root.parent / "report.md")
    sealed.path(REPORT).symlink_to(original)


def linked_folder(sealed: Sealed) -> None:
    original = sealed.path("data/report").rename(sealed.root.parent / "report")
    sealed.path("data/report").symlink_to(original)


def second_name(sealed: Sealed) -> None:
    os.link(sealed.path(REPORT), sealed.root.parent / "report.md")


def fifo(sealed: Sealed) -> None:
    sealed.path(REPORT).unlink()
    os.mkfifo(sealed.path(REPORT))


def listening_socket(sealed: Sealed) -> None:
    here = os.open(sealed.root, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{here}/socket")
    os.close(here)


def swap_files(sealed: Sealed) -> None:
    one, other = sealed.path("data/policies/policy.wasm"), sealed.path("data/policies/profiles/small.toml")
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def rename_file(sealed: Sealed) -> None:
    sealed.path(REPORT).rename(sealed.path("data/report/verdict.md"))


def other_signer(sealed: Sealed) -> Any:
    return load_signer(generate_key(sealed.root.parent / "other.pem").private_path)


def sign_with_another_key(sealed: Sealed) -> None:
    statement = canonical_json(signed_statement(sealed))
    sealed.path(layout.ATTESTATION).write_bytes(sign(statement, other_signer(sealed)))


def sign_with_another_key_in_our_name(sealed: Sealed) -> None:
    ours = sealed.signer.public_key.keyid
    sign_with_another_key(sealed)

    def rename(one: dict[str, Any]) -> None:
        one["verificationMaterial"]["publicKey"]["hint"] = ours

    sealed.edit_wrapper(rename)


def second_signature(one: dict[str, Any]) -> None:
    one["dsseEnvelope"]["signatures"] *= 2


def better_verdict(one: dict[str, Any]) -> None:
    payload = base64.b64decode(one["dsseEnvelope"]["payload"]).replace(b'"result":"pass"', b'"result":"fail"')
    one["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()


def duplicate_member(statement: Any) -> bytes:
    return canonical_json(statement).replace(b'{"_type"', b'{"predicateType":"x","_type"', 1)


def swap_subjects(statement: dict[str, Any]) -> None:
    one, other = statement["subject"]
    one["digest"], other["digest"] = other["digest"], one["digest"]


OUTSIDER: dict[str, Attack] = {
    "extra file in the payload": ("file-unexpected", add("data/report/extra.md")),
    "extra file beside the manifests": ("file-unexpected", add("notes.txt")),
    "extra attestation": ("file-unexpected", add("attestations/signoff-a-0.sigstore.json", b"{}")),
    "extra manifest": ("file-unexpected", add("manifest-md5.txt")),
    "a fetch list": ("file-unexpected", add("fetch.txt")),
    "an empty folder": ("file-unexpected", lambda one: one.path("data/empty").mkdir()),
    "missing payload file": ("file-missing", remove(REPORT)),
    "missing decisions": ("file-missing", remove(layout.DECISIONS)),
    "missing manifest": ("file-missing", remove(layout.MANIFEST)),
    "missing tag manifest": ("file-missing", remove(layout.TAG_MANIFEST)),
    "missing bag-info": ("file-missing", remove("bag-info.txt")),
    "missing attestation": ("file-missing", remove(layout.ATTESTATION)),
    "missing declaration": ("not-a-bundle", remove("bagit.txt")),
    "renamed file": ("file-missing", rename_file),
    "two files swapped": ("size-mismatch", swap_files),
    "truncated decisions": ("size-mismatch", edit(layout.DECISIONS, lambda content: content[:-1])),
    "longer report": ("size-mismatch", edit(REPORT, lambda content: content + b"\n")),
    "another report of that size": ("digest-mismatch", edit(REPORT, lambda content: content.replace(b"GO", b"NO"))),
    "another bag-info of that size": ("digest-mismatch", edit("bag-info.txt", lambda content: content.swapcase())),
    "symbolic link": ("unsafe-entry", symlink),
    "linked folder": ("unsafe-entry", linked_folder),
    "dangling link": ("unsafe-entry", lambda one: one.path("data/x").symlink_to("/nowhere")),
    "file with a second name": ("unsafe-entry", second_name),
    "named pipe": ("unsafe-entry", fifo),
    "upper-case twin": ("unsafe-name", add("data/report/REPORT.md")),
    "hidden file": ("unsafe-name", add(".ds_store")),
    "space in a name": ("unsafe-name", add("data/a b")),
    "line feed in a name": ("unsafe-name", add("data/a\nb")),
    "name that is no UTF-8": ("unsafe-name", add(os.fsdecode(b"data/\xff"))),
    "declaration of another version": ("container-malformed", edit("bagit.txt", lambda c: c.replace(b"1.0", b"0.97"))),
    "declaration with CRLF": ("container-malformed", edit("bagit.txt", lambda c: c.replace(b"\n", b"\r\n"))),
    "reordered manifest": (
        "subject-mismatch",
        edit(layout.MANIFEST, lambda c: b"".join(reversed(c.splitlines(keepends=True)))),
    ),
    "manifest with CRLF": ("subject-mismatch", edit(layout.MANIFEST, lambda c: c.replace(b"\n", b"\r\n"))),
    "file and its manifest line changed": (
        "subject-mismatch",
        edit(layout.MANIFEST, lambda c: c.replace(c[:64], b"0" * 64)),
    ),
    "empty attestation": ("attestation-malformed", edit(layout.ATTESTATION, lambda _: b"")),
    "wrapper written with spaces": (
        "attestation-malformed",
        edit(layout.ATTESTATION, lambda c: json.dumps(json.loads(c)).encode()),
    ),
    "other media type": ("media-type-unknown", wrapper(lambda one: one.update(mediaType="application/json"))),
    "other payload type": (
        "payload-type-unknown",
        wrapper(lambda one: one["dsseEnvelope"].update(payloadType="application/json")),
    ),
    "second signature": ("signature-count", wrapper(second_signature)),
    "no signature": ("signature-count", wrapper(lambda one: one["dsseEnvelope"].update(signatures=[]))),
    "hint of another key": (
        "key-unknown",
        wrapper(lambda one: one["verificationMaterial"]["publicKey"].update(hint="0" * 64)),
    ),
    "a label beside the hint": (
        "hint-mismatch",
        wrapper(lambda one: one["dsseEnvelope"]["signatures"][0].update(keyid="0" * 64)),
    ),
    "signed again by another key": ("key-unknown", sign_with_another_key),
    "signed again by another key in our name": ("signature-invalid", sign_with_another_key_in_our_name),
    "another verdict under the old signature": ("signature-invalid", wrapper(better_verdict)),
}

FORGER: dict[str, Attack] = {
    "extra statement member": ("statement-malformed", lie(statement=lambda one: one.update(extra=1))),
    "duplicate JSON key": ("statement-malformed", lie(encode=duplicate_member)),
    "statement that is no JSON": ("statement-malformed", lie(encode=lambda _: b"not json")),
    "statement that is a list": ("statement-malformed", lie(encode=lambda _: b"[]")),
    "statement of another version": ("statement-malformed", lie(statement=lambda one: one.update(_type="v0.1"))),
    "wrong predicate type": (
        "predicate-type-unknown",
        lie(statement=lambda one: one.update(predicateType="https://x")),
    ),
    "extra predicate member": ("predicate-malformed", predicate(lambda one: one.update(note="trust me"))),
    "predicate member of another type": ("predicate-malformed", predicate(lambda one: one.update(bundleId=7))),
    "approval claimed": ("predicate-malformed", predicate(lambda one: one.update(approval="approved"))),
    "another producer key": ("producer-key-mismatch", predicate(lambda one: one["producer"].update(keyId="0" * 64))),
    "swapped subjects": ("subject-mismatch", lie(statement=swap_subjects)),
    "subjects in another order": ("subject-mismatch", lie(statement=lambda one: one["subject"].reverse())),
    "one subject": ("subject-mismatch", lie(statement=lambda one: one["subject"].pop())),
    "third subject": ("subject-mismatch", lie(statement=lambda one: one["subject"].append(one["subject"][0]))),
    "subject of another name": ("subject-mismatch", lie(statement=lambda one: one["subject"][0].update(name="m"))),
    "subject with one digest": (
        "subject-mismatch",
        lie(statement=lambda one: one["subject"][0]["digest"].pop("sha512")),
    ),
    "subject that is a number": ("statement-malformed", lie(statement=lambda one: one.update(subject=[1, 2]))),
    "reordered signed manifest": ("manifest-malformed", manifest_lines(lambda lines: lines[::-1])),
    "duplicate manifest line": ("manifest-malformed", manifest_lines(lambda lines: [lines[0], *lines])),
    "signed manifest with CRLF": (
        "manifest-malformed",
        manifest_lines(lambda lines: [line.replace(b"\n", b"\r\n") for line in lines]),
    ),
    "manifest line out of the bundle": (
        "manifest-malformed",
        manifest_lines(lambda lines: [*lines, b"0" * 64 + b"  data/../../etc/passwd\n"]),
    ),
    "manifest line that is no payload": (
        "manifest-malformed",
        manifest_lines(lambda lines: [b"0" * 64 + b"  bagit.txt\n", *lines]),
    ),
    "tag manifest without bag-info": (
        "manifest-malformed",
        lie(tags=lambda one: one.update({layout.TAG_MANIFEST: b"0" * 64 + b"  bagit.txt\n"})),
    ),
    "manifest line of no file": (
        "file-missing",
        manifest_lines(lambda lines: [*lines, b"0" * 64 + b"  data/z\n"]),
    ),
    "file that no line lists": ("file-unexpected", manifest_lines(lambda lines: lines[1:])),
    "manifest line of another digest": (
        "digest-mismatch",
        manifest_lines(lambda lines: [b"0" * 64 + lines[0][64:], *lines[1:]]),
    ),
    "signed list without a file": ("files-mismatch", predicate(lambda one: one["files"].pop())),
    "signed list in another order": ("files-mismatch", predicate(lambda one: one["files"].reverse())),
    "signed list with a file twice": ("files-mismatch", predicate(lambda one: one["files"].append(one["files"][-1]))),
    "signed list with another digest": (
        "files-mismatch",
        predicate(lambda one: one["files"][0].update(sha256="0" * 64)),
    ),
    "signed list with another size": ("size-mismatch", predicate(lambda one: one["files"][0].update(size=1))),
    "wrong oxum": ("oxum-mismatch", tag("bag-info.txt", lambda c: c.replace(b"Payload-Oxum: ", b"Payload-Oxum: 1"))),
    "no oxum": ("oxum-mismatch", tag("bag-info.txt", lambda c: c[: c.index(b"Payload-Oxum")])),
    "bag-info of another bundle": (
        "container-malformed",
        tag("bag-info.txt", lambda c: c.replace(b"support-llm", b"another-llm")),
    ),
    "bag-info that is no UTF-8": ("container-malformed", tag("bag-info.txt", lambda c: b"\xff\n" + c)),
    "bag-info with a second oxum": ("container-malformed", tag("bag-info.txt", lambda c: c + b"Payload-Oxum: 0.0\n")),
    "wrong policy digest": ("policy-digest-mismatch", predicate(lambda one: one.update(policyDigest="0" * 64))),
    "wrong decisions digest": (
        "decisions-digest-mismatch",
        predicate(lambda one: one["replay"].update(decisionsDigest="0" * 64)),
    ),
    "decisions that are no JSON": ("decisions-malformed", signed_file(layout.DECISIONS, b"go")),
    "decisions that are a list": ("decisions-malformed", signed_file(layout.DECISIONS, b"[]")),
    "decisions written with spaces": (
        "decisions-malformed",
        signed_file(layout.DECISIONS, json.dumps(document(), sort_keys=True).encode()),
    ),
    "decisions with a duplicate key": (
        "decisions-malformed",
        signed_file(layout.DECISIONS, canonical_json(document()).replace(b'{"asOf"', b'{"result":"fail","asOf"', 1)),
    ),
    "decisions without a result": ("decisions-malformed", decisions(lambda one: one.pop("result"))),
    "decisions with gates of another form": ("decisions-malformed", decisions(lambda one: one.update(gates=[1]))),
    "decisions without gates": ("decisions-malformed", decisions(lambda one: one.update(gates=None))),
    "decisions without lines": ("decisions-malformed", decisions(lambda one: one.pop("lines"))),
    "decisions with a line of another form": ("decisions-malformed", decisions(lambda one: one["lines"][0].clear())),
    "decisions with a gate of an unknown line": (
        "decisions-malformed",
        decisions(lambda one: one["gates"][0].update(lines=["z"])),
    ),
    "decisions of another version": ("decisions-malformed", decisions(lambda one: one.update(schemaVersion=2))),
    "decisions with a number over 2^53": (
        "decisions-malformed",
        signed_file(layout.DECISIONS, canonical_json(document()).replace(b":41,", b":9007199254740993,")),
    ),
    "another result": ("predicate-contradicts-decisions", decisions(lambda one: one.update(result="fail"))),
    "another gate": (
        "predicate-contradicts-decisions",
        decisions(lambda one: one["gates"][0].update(decision="no_go")),
    ),
    "another scope": ("predicate-contradicts-decisions", predicate(lambda one: one["scope"].update(phase="x"))),
    "another as-of": (
        "predicate-contradicts-decisions",
        predicate(lambda one: one.update(asOf="2026-03-01T12:00:10Z")),
    ),
    "another profile": ("predicate-contradicts-decisions", predicate(lambda one: one["profile"].update(id="lenient"))),
    "snapshot of another release": (
        "snapshot-contradicts-predicate",
        signed_file(layout.SNAPSHOT_MANIFEST, canonical_json({"scope": SCOPE | {"release": "older"}})),
    ),
    "snapshot without a scope": ("snapshot-contradicts-predicate", signed_file(layout.SNAPSHOT_MANIFEST, b"{}")),
    "snapshot manifest that is no JSON": (
        "snapshot-contradicts-predicate",
        signed_file(layout.SNAPSHOT_MANIFEST, b"x"),
    ),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_was_sealed_is_taken(tmp_path: Path, scheme: str) -> None:
    checked = check(make_sealed(tmp_path, scheme))
    assert checked.document == document()
    assert checked.predicate.result == "pass"


def test_a_forger_who_does_not_lie_is_taken(sealed: Sealed) -> None:
    forge(sealed)
    assert check(sealed).document == document()


@pytest.mark.parametrize("name", OUTSIDER)
def test_an_outsider_is_refused(sealed: Sealed, name: str) -> None:
    code, attack = OUTSIDER[name]
    attack(sealed)
    assert refusal(sealed) == code


@pytest.mark.parametrize("name", FORGER)
def test_a_forger_is_refused(sealed: Sealed, name: str) -> None:
    code, attack = FORGER[name]
    attack(sealed)
    assert refusal(sealed) == code


def test_every_refusal_has_an_attack() -> None:
    tried = {code for code, _ in (*OUTSIDER.values(), *FORGER.values())}
    here = {name for name in REFUSALS if not name.startswith(OTHER_FAMILIES)}
    assert tried | ELSEWHERE == here
    assert not tried & ELSEWHERE


@pytest.mark.parametrize("kind", ["file", "link", "empty folder"])
def test_what_is_no_folder_of_a_bundle(sealed: Sealed, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("x")
    elif kind == "link":
        place.symlink_to(sealed.root)
    else:
        place.mkdir()
    assert refusal(Sealed(place, sealed.private_key, sealed.public_pem)) == "not-a-bundle"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the path of a socket is too long elsewhere")  # noqa: PTH112
def test_a_socket_is_refused(sealed: Sealed) -> None:
    listening_socket(sealed)
    assert refusal(sealed) == "unsafe-entry"


@pytest.mark.parametrize("limits", [Limits(entries=5), Limits(total_bytes=1000)])
def test_a_bundle_may_not_be_larger_than_was_agreed(sealed: Sealed, limits: Limits) -> None:
    with pytest.raises(VerificationError) as caught:
        list_files(sealed.root, limits)
    assert caught.value.code == "limit-exceeded"


def test_a_tag_file_may_not_be_larger_than_is_read(sealed: Sealed) -> None:
    with sealed.path(layout.ATTESTATION).open("r+b") as file:
        file.truncate(layout.MAX_TAG_BYTES + 1)
    assert refusal(sealed) == "limit-exceeded"


def test_media_type_and_data_class_are_the_signers_word(sealed: Sealed) -> None:
    forge(sealed, predicate=lambda one: one["files"][0].update(mediaType="text/x-later", dataClass="secret"))
    assert check(sealed).predicate.files[0].dataClass == "secret"


def test_the_bundle_is_the_same_under_another_folder_name(sealed: Sealed) -> None:
    moved = sealed.root.rename(sealed.root.parent / "renamed")
    assert check(Sealed(moved, sealed.private_key, sealed.public_pem)).predicate.bundleId != moved.name
