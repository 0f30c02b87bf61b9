"""The other policy engine: an OPA server that is given the pack's Rego for this run and asked over HTTP.

Rules kept here: the server's own policies are never asked. Everything of the run lies under one name that nobody else
has (``auditor_run_<random>``: package, policy ids and data), so runs do not disturb each other. What the server holds
there is read back and compared before anything is decided and again after everything was, and is then removed, also
after an error. It is what the lock's digests say and the Wasm was compiled from, but for that name (``namespace``).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Self

from auditor.adapters.rego.batches import DECISIONS, GATE, batches, exact_json, gate_decision, in_order
from auditor.adapters.rego.namespace import move, package, problems
from auditor.adapters.rego.opa_api import REGO_ERRORS, MissingError, OpaApi, RefusedError
from auditor.errors import ControlError, EngineError, raise_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from auditor.adapters.policies.pack import Pack
    from auditor.adapters.rego.namespace import MovedPack
    from auditor.adapters.rego.opa_api import Address

CHANGED = "see what else writes policies or data to this server, and use one that nothing else writes to"


class OpaEngine:
    """Evaluates ``controls`` (None: all) and gates of one pack on the server at ``address``. Use as a context manager.

    ``started_with``: what the server was started with for this run. Then nothing is loaded, only compared, and nothing
    needs to be removed, because the server ends with the run.
    """

    name = "opa"

    def __init__(
        self,
        pack: Pack,
        address: Address,
        *,
        controls: Collection[str] | None = None,
        started_with: MovedPack | None = None,
    ) -> None:
        self._pack = pack
        self._moved = started_with or move(pack, controls)
        self._to_load = started_with is None
        self._to_remove = False
        self._api = OpaApi(address)
        self.description = "opa"
        self.notes: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        try:
            version = self._api.version()
            self.description = f"opa {version}"
            if version != self._pack.opa:
                self.notes = (f"decided by OPA {version}; the pack was built with OPA {self._pack.opa}",)
            if self._to_load:
                self._load(version)
            self._compare("after loading")
        except BaseException as error:
            self._leave(error)
            raise
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        try:
            if error is None:
                self._compare("after the decisions")
        except BaseException as changed:
            self._leave(changed)
            raise
        self._leave(error)

    def decide(self, control: str, parameters: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return one decision per item ``{"row": ..., "assured": ...}``, in order.

        Raises:
            ControlError: a row without a decision, or a row that is no exact JSON.
            EngineError: the server failed, did not answer in time, or no longer holds the policies.
        """
        decisions: list[dict[str, Any]] = []
        for batch in batches(control, parameters, items):
            decisions += in_order(batch, self._ask(DECISIONS, batch.document, batch.what))
        return decisions

    def gate(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the decision object of gate ``name``; an undefined one is a ``ControlError``."""
        return gate_decision(self._pack.root, name, self._ask(GATE, {"gate": name, "facts": facts}, f"gate {name}"))

    def _ask(self, rule: str, document: dict[str, Any], what: str) -> Any:
        exact_json(document, what)
        answer = self._api.query(f"{self._moved.namespace}/{rule}", document, what)
        if "result" not in answer:
            self._compare(f"{what}: the OPA server gave no result")
            if rule == DECISIONS:  # a comprehension, which is always defined
                raise EngineError(
                    f"{what}: the OPA server gave no result (undefined) for {rule}",
                    remedy="see whether --opa-url leads to one OPA server, not to several behind one address",
                )
        return answer.get("result")

    def _load(self, version: str) -> None:
        moved = self._moved
        self._to_remove = True
        if moved.lists:
            self._api.put_data(moved.lists_path, moved.lists, f"loading the lists of {self._pack.root}")
        refused = _until_done(
            list(self._moved.policies),
            lambda policy: self._api.put_policy(policy, self._moved.policies[policy], self._moved.file(policy)),
        )
        if refused:
            theirs = all(code.startswith(REGO_ERRORS) for error in refused for code in error.codes or {""})
            raise_all(
                ControlError if theirs else EngineError,
                f"{self._pack.root}: OPA {version} refused {len(refused)} of {len(self._moved.policies)} policies",
                [moved.in_the_packs_names(error.message) for error in refused],
                remedy=f"correct them, or use a server of OPA {self._pack.opa}, with which the pack was built",
            )

    def _compare(self, when: str) -> None:
        """Read back everything under our name. Raises ``EngineError`` when it is not what was loaded."""
        held = self._api.policies(f"{when}: reading the policies")
        found = [
            f"{policy}: has package {self._moved.namespace}, but is not of this run"
            for policy, one in held.items()
            if policy not in self._moved.policies and package(one.get("ast"))[:1] == [self._moved.namespace]
        ]
        for policy, text in self._moved.policies.items():
            found += [f"{self._moved.file(policy)}: {problem}" for problem in self._differences(held.get(policy), text)]
        if self._moved.lists:
            lists = self._api.data(self._moved.lists_path, f"{when}: reading the lists")
            if _same_json(lists) != _same_json(self._moved.lists):
                found.append("lists: not the data that was loaded")
        raise_all(EngineError, f"{when}: the OPA server does not hold the policies of this run", found, remedy=CHANGED)

    def _differences(self, held: dict[str, Any] | None, text: str) -> list[str]:
        if held is None:
            return ["not there"]
        raw = held.get("raw")
        if raw != text:
            digest = _sha256(raw) if isinstance(raw, str) else "not shown"
            return [f"other text (SHA-256 {digest}, loaded was {_sha256(text)})"]
        return problems(held.get("ast"), self._moved.namespace)

    def _leave(self, error: BaseException | None) -> None:
        """Remove everything of the run and close; when that fails, say so, but never instead of ``error``."""
        try:
            if self._to_remove:
                self._remove()
        except EngineError as failed:
            if error is None:
                raise
            error.add_note(str(failed))
        finally:
            self._api.close()

    def _remove(self) -> None:
        """Remove what was loaded, users before what they use; what is not there any more is removed."""
        remedy = f"remove the policies and data whose names begin with {self._moved.namespace} from the server yourself"

        def delete(policy: str) -> None:
            _unless_missing(self._api.delete_policy, policy, f"removing {self._moved.file(policy)}")

        try:
            refused = _until_done(list(reversed(self._moved.policies)), delete)
            _unless_missing(self._api.delete_data, self._moved.namespace, "removing the lists")
        except EngineError as error:
            raise EngineError(error.message, remedy=remedy) from error
        raise_all(EngineError, "not removed", [error.message for error in refused], remedy=remedy)


def _until_done(names: list[str], act: Callable[[str], None]) -> list[RefusedError]:
    """Act on each name, and again on those refused while any other was not; return the last refusals.

    OPA compiles after every change, so a policy is refused until those are there whose functions it calls.
    """
    while names:
        refused: dict[str, RefusedError] = {}
        for name in names:
            try:
                act(name)
            except RefusedError as error:
                refused[name] = error
        if len(refused) == len(names):
            return list(refused.values())
        names = list(refused)
    return []


def _unless_missing(delete: Callable[[str, str], None], name: str, what: str) -> None:
    try:
        delete(name, what)
    except MissingError:
        return  # removed by someone else, or never there


def _same_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
