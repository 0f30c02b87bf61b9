"""docs/how-to/verify-independently.md: each of its commands, word for word, on a fresh bundle and on tampered copies.

A tampered copy must be refused by the steps that are there to see it, and by no other: that is what the page says each
of them proves.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from auditor.adapters.bundle import layout
from expert import PAGE, ROOT, STEPS, TOOLS, Given, copy, found, refused_by, usable
from trusting import make_person
from tsa import make_tsa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("script", TOOLS.values())
def test_the_tool_is_here(script: str) -> None:
    if found(script) is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs what tools/{script} installs")
        pytest.skip(f"run tools/{script}")


def test_the_page_has_nine_steps_and_no_other_commands() -> None:
    assert sorted(STEPS) == list(range(1, 10))
    assert PAGE.count("```bash") == len(STEPS)


def test_the_page_names_the_versions_that_are_tested() -> None:
    lock = json.loads((ROOT / "tools/sigstore_js/package-lock.json").read_bytes())["packages"]
    cosign = re.search(r'version="(.*)"', (ROOT / "tools/install-cosign.sh").read_text(encoding="utf-8"))
    for name in ("@sigstore/verify", "@sigstore/bundle"):
        assert f"{name}@{lock[f'node_modules/{name}']['version']}" in PAGE
    assert cosign
    assert f"cosign@v{cosign[1]}" in PAGE
    assert "bagit==1.9.0" in PAGE
    assert "bagit==1.9.0" in (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")


def test_the_lock_of_sigstore_js_names_no_place() -> None:
    packages = json.loads((ROOT / "tools/sigstore_js/package-lock.json").read_bytes())["packages"]
    installed = {name: one for name, one in packages.items() if name}
    assert installed
    assert all(one["integrity"].startswith("sha512-") and "resolved" not in one for one in installed.values())


@pytest.mark.parametrize("scheme", ["ed25519", "ecdsa-p256"])
def test_a_genuine_bundle_passes_every_step(scheme: str, tmp_path: Path) -> None:
    assert refused_by(copy(tmp_path, scheme)) == {}


def flip(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def one_file(case: Given) -> None:
    case.edit("data/environment/environment.json", flip)


def one_more_file(case: Given) -> None:
    (case.bundle / "data" / "extra.txt").write_text("more", encoding="utf-8")


def no_file(case: Given) -> None:
    (case.bundle / "data" / "report" / "report.md").unlink()


def a_file_and_the_manifests(case: Given) -> None:
    one_file(case)
    case.manifest()


def the_bag_info(case: Given) -> None:
    case.edit(layout.BAG_INFO, lambda text: text.replace(b"Bag", b"Bug", 1))
    case.manifest()


def the_statement(case: Given) -> None:
    def change(document: dict[str, Any]) -> None:
        statement = json.loads(b64decode(document["dsseEnvelope"]["payload"]))
        statement["predicate"]["result"] = "fail"
        document["dsseEnvelope"]["payload"] = b64encode(json.dumps(statement).encode()).decode()

    case.envelope(change)


def the_signer(case: Given) -> None:
    """Sign as somebody else under the name of the runner."""
    from auditor.adapters.signing.envelope import sign, unverified_payload

    stranger = make_person(case.folder.parent, "stranger")
    payload = unverified_payload((case.bundle / layout.ATTESTATION).read_bytes(), "bundle")[0]
    theirs = json.loads(sign(payload, stranger.signer))["dsseEnvelope"]["signatures"][0]["sig"]
    case.envelope(lambda one: one["dsseEnvelope"]["signatures"][0].update(sig=theirs))


def the_key_named(case: Given) -> None:
    """Sign as a person whom the policy knows, and lets sign no run."""
    from auditor.adapters.signing.envelope import sign, unverified_payload

    payload = unverified_payload((case.bundle / layout.ATTESTATION).read_bytes(), "bundle")[0]
    person = case.company.people["ada"]
    case.edit(layout.ATTESTATION, lambda _: sign(payload, person.signer, case.company.tsa.stamp))


def a_token_of_something_else(case: Given) -> None:
    case.token(case.company.tsa.stamp(b"another signature"))


def a_token_of_a_stranger(case: Given) -> None:
    case.token(make_tsa(case.company.tsa.now).stamp(case.signature))


def stamped(case: Given, seconds: float) -> None:
    now = case.company.tsa.now
    case.company.later(seconds)
    try:
        case.token(case.company.tsa.stamp(case.signature))
    finally:
        case.company.tsa.now = now


def a_late_token(case: Given) -> None:
    stamped(case, 7200)


def an_early_token(case: Given) -> None:
    stamped(case, -7200)


def the_trust_policy(case: Given) -> None:
    path = case.folder / "trust.sigstore.json"
    document = json.loads(path.read_bytes())
    policy = json.loads(b64decode(document["dsseEnvelope"]["payload"]))
    policy["predicate"]["maxima"]["tokenAgeSeconds"] += 1
    document["dsseEnvelope"]["payload"] = b64encode(json.dumps(policy).encode()).decode()
    path.write_text(json.dumps(document), encoding="utf-8")


def the_owner(case: Given) -> None:
    (case.folder / "owner.pub").write_bytes(make_person(case.folder.parent, "stranger").public)


def a_leaf(case: Given) -> None:
    path = case.folder / "ledger" / "entries" / "000000000000.json"
    path.write_bytes(path.read_bytes().replace(b'"run-started"', b'"abandoned"'))


def a_filed_statement(case: Given) -> None:
    first, _ = sorted((case.folder / "ledger" / "statements").iterdir())
    document = json.loads(first.read_bytes())
    document["dsseEnvelope"]["payload"] = b64encode(b"{}").decode()
    first.write_text(json.dumps(document), encoding="utf-8")


def the_checkpoint(case: Given) -> None:
    path = case.folder / "ledger" / "checkpoint"
    path.write_bytes(path.read_bytes().replace(b"\n2\n", b"\n1\n"))


def an_older_ledger(case: Given) -> None:
    """Put the ledger back to when the run had only begun: a genuine checkpoint."""
    ledger = case.folder / "ledger"
    shutil.copy(ledger / "checkpoints" / "1", ledger / "checkpoint")


def decisions(change: Callable[[dict[str, Any]], Any]) -> Callable[[Given], None]:
    """Change the findings of a control in decisions.json, and the manifests with it."""

    def tamper(case: Given) -> None:
        def changed(content: bytes) -> bytes:
            document = json.loads(content)
            change(next(one for one in document["findings"] if one["control"] == "residency.store_in_declared_region"))
            return json.dumps(document).encode()

        case.edit(layout.DECISIONS, changed)
        case.manifest()

    return tamper


def a_p95(case: Given) -> None:
    case.edit(layout.DECISIONS, lambda text: re.sub(rb'("p95_us":)\d+', rb"\g<1>1000", text))
    case.manifest()


def the_wasm(case: Given) -> None:
    case.edit(f"{layout.POLICIES}/policy.wasm", flip)
    case.manifest()


def the_rego(case: Given) -> None:
    name = f"{layout.POLICIES}/controls/residency/store_in_declared_region/store_in_declared_region.rego"
    case.edit(name, lambda text: text.replace(b'"fail"', b'"pass"'))
    case.manifest()


def the_snapshot(case: Given) -> None:
    """Move a store to another region in the Parquet."""
    name = f"{layout.SNAPSHOT}/resources.parquet"
    other = case.folder.parent / "other.parquet"
    moved = "select * replace (case when kind = 'store' then 'us-east-1' else region end as region)"
    duckdb.connect().execute(f"copy ({moved} from '{case.bundle / name}') to '{other}' (format parquet)")
    case.edit(name, lambda _: other.read_bytes())
    case.manifest()


TAMPERED: list[tuple[Callable[[Given], None], set[int]]] = [
    (the_owner, {1}),
    (the_trust_policy, {1}),
    (one_file, {2}),
    (one_more_file, {2}),
    (no_file, {2}),
    (a_file_and_the_manifests, {3, 5}),
    (the_bag_info, {3, 5}),
    (the_statement, {3, 5, 6, 7}),
    (the_signer, {3, 4, 5, 6}),
    (the_key_named, {3, 5, 6}),
    (a_token_of_something_else, {4, 5, 6}),
    (a_token_of_a_stranger, {4, 5, 6}),
    (a_late_token, {4}),
    (an_early_token, {4}),
    (a_leaf, {7}),
    (a_filed_statement, {7}),
    (the_checkpoint, {7}),
    (an_older_ledger, {7}),
    (decisions(lambda one: one.update(verdict="fail")), {3, 5, 9}),
    (decisions(lambda one: one["evidence"].update(region="us-east-1")), {3, 5, 8, 9}),
    (a_p95, {3, 5, 8}),
    (the_wasm, {3, 5, 9}),
    (the_rego, {3, 5, 9}),
    (the_snapshot, {3, 5, 8, 9}),
]


@pytest.mark.parametrize(("tamper", "steps"), TAMPERED)
def test_a_tampered_copy_is_refused_by_the_steps_that_look(
    tamper: Callable[[Given], None], steps: set[int], tmp_path: Path
) -> None:
    case = copy(tmp_path)
    tamper(case)
    failed = refused_by(case)
    assert set(failed) == steps & set(usable()), failed


def test_every_step_refuses_something() -> None:
    assert {step for _, steps in TAMPERED for step in steps} == set(STEPS)
