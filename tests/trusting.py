"""A trust policy for tests: people and a machine with keys, two environments, and whoever signs the next version."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.adapters.signing.envelope import sign
from auditor.adapters.signing.keys import generate_key, load_signer
from auditor.adapters.trust.material import scheme_of
from auditor.adapters.trust.reader import LoadedTrust, open_trust
from auditor.core.run_predicate import RUN_PREDICATE
from auditor.core.statement import PREDICATE_BASE
from auditor.core.trust import ENROLMENT_PREDICATE, TRUST_PREDICATE, TrustPolicy, trust_statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIGN_OFF = f"{PREDICATE_BASE}/sign-off/v1"
START, END = "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEM = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"
SOURCES, WASM, POLICIES = "5" * 64, "a" * 64, "d" * 64


def dated(**members: Any) -> dict[str, Any]:
    return {"notBefore": START, "notAfter": None} | members


def key(
    letter: str,
    person: str | None,
    *,
    roles: tuple[str, ...] = (),
    predicates: tuple[str, ...] = (SIGN_OFF,),
    environments: tuple[str, ...] = ("production",),
) -> dict[str, Any]:
    """Return a key whose id is ``letter`` repeated and whose PEM is none: the core asks no more."""
    return {
        "keyId": letter * 64,
        "pem": PEM.format(letter),
        "scheme": "ed25519",
        "person": person,
        "roles": [dated(role=role) for role in roles],
        "predicates": list(predicates),
        "environments": list(environments),
        "notBefore": START,
        "notAfter": END,
        "revokedAt": None,
        "revokedBecause": None,
    }


def document() -> dict[str, Any]:
    """Return a policy: owner, product owner, security officer and a runner; production and staging."""
    gate = {
        "gate": "go",
        "profiles": [dated(id="small")],
        "policyDigests": [dated(sha256=POLICIES)],
        "mandatoryControls": [dated(control="slo.p95")],
        "signOffs": [dated(line="a", role="product")],
        "triples": [dated(sources=SOURCES, wasm=WASM, opa="1.22.2")],
    }
    production = {
        "name": "production",
        "production": True,
        "timestampAuthorities": ["tsa"],
        "ledger": {"origin": "ledger.example/production", "pem": PEM.format("ledger")},
        "witnesses": [{"name": "witness.example", "pem": PEM.format("witness")}],
        "witnessThreshold": 1,
        "gates": [gate],
    }
    staging = production | {
        "name": "staging",
        "production": False,
        "timestampAuthorities": ["tsa", "desk"],
        "ledger": None,
        "witnesses": [],
        "witnessThreshold": 0,
        "gates": [],
    }
    authority = {"certificates": [PEM.format("certificate")], "notBefore": START, "notAfter": END}
    return {
        "schemaVersion": 1,
        "id": "example",
        "version": 1,
        "validFrom": START,
        "previous": None,
        "owners": ["0" * 64],
        "timestampAuthorities": [
            authority | {"name": "tsa", "development": False},
            authority | {"name": "desk", "development": True},
        ],
        "keys": [
            key("0", "Olga Owner", predicates=(TRUST_PREDICATE,), environments=()),
            key("1", "Pia Product", roles=("product",)),
            key("2", "Sam Security", roles=("security", "legal")),
            key("3", None, roles=("runner",), predicates=(RUN_PREDICATE,), environments=("production", "staging")),
        ],
        "deputies": [
            {
                "role": "product",
                "person": "Sam Security",
                "notBefore": "2026-02-01T00:00:00Z",
                "notAfter": "2026-03-31T00:00:00Z",
            }
        ],
        "distinct": [["product", "security"]],
        "maxima": {"tokenAgeSeconds": 3600, "waiverSeconds": 604_800},
        "environments": [production, staging],
    }


def policy(change: Callable[[dict[str, Any]], Any] = lambda _: None) -> TrustPolicy:
    changed = copy.deepcopy(document())
    change(changed)
    return TrustPolicy.model_validate(changed)


@dataclass(frozen=True)
class Person:
    """A key pair on disk."""

    private: Path
    public: bytes
    key_id: str

    @property
    def signer(self) -> Any:
        return load_signer(self.private)

    @property
    def scheme(self) -> str:
        return scheme_of(self.signer.public_key)

    def own(self, member: dict[str, Any]) -> dict[str, Any]:
        """Return a key member with this key in it."""
        return member | {"keyId": self.key_id, "pem": self.public.decode(), "scheme": self.scheme}


def make_person(folder: Path, name: str, scheme: str = "ed25519") -> Person:
    made = generate_key(folder / f"{name}.pem", scheme)
    return Person(made.private_path, made.public_path.read_bytes(), made.key_id)


def small(owner: Person, change: Callable[[dict[str, Any]], Any] = lambda _: None) -> TrustPolicy:
    """Return a policy with a real key, its owner's, and nothing else."""
    member = key("0", "Olga Owner", predicates=(TRUST_PREDICATE, ENROLMENT_PREDICATE), environments=())
    changed = document() | {
        "owners": [owner.key_id],
        "keys": [owner.own(member)],
        "timestampAuthorities": [],
        "deputies": [],
        "environments": [],
    }
    change(changed)
    return TrustPolicy.model_validate(changed)


def signed(policy: TrustPolicy, person: Person) -> bytes:
    return sign(trust_statement(policy), person.signer)


def loaded(policy: TrustPolicy, person: Person) -> LoadedTrust:
    return open_trust(signed(policy, person), person.signer.public_key, "trust.json")
