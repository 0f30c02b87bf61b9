"""The published JSON Schemas: made of the models, and no more lenient than what is written."""

from __future__ import annotations

import base64
import importlib.util
import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.bundle import layout
from auditor.core.decisions_form import decisions_problem
from auditor.schemas import HERE, SUFFIX, names, schema_text
from auditor.shell.sealed_run import sealed_decisions
from published import hold_decisions, judge, problems
from release_story import told
from sealed import document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console import Said

    Run = Callable[..., Said]

ROOT = Path(__file__).parents[2]
Place = tuple[str | int, ...]
# Members whose value is the policy's own: any exact value is of the form there.
FREE = {"observed", "limit", "evidence", "parameters"}


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("make_schemas", ROOT / "tools" / "make_schemas.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_what_is_published_is_made_of_the_models_in_the_program_and_in_its_documentation(tool: Any) -> None:
    assert set(names()) == tool.DOCUMENTS.keys()
    for folder in (HERE, ROOT / "docs" / "reference" / "schemas"):
        assert {path.name for path in folder.glob("*.json")} == {f"{name}{SUFFIX}" for name in names()}
        assert all((folder / f"{name}{SUFFIX}").read_text() == tool.schema(name) for name in names())


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of an object with members of its own."""
    if isinstance(node, list):
        for one in node:
            yield from objects(one)
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and node.get("type") == "object":
            yield node
        for one in node.values():
            yield from objects(one)


@pytest.mark.parametrize("name", names())
def test_every_object_is_closed_and_every_member_of_it_is_required(name: str) -> None:
    schema = judge(name).schema  # which is a schema of its dialect, by the judge
    found = list(objects(schema))
    assert found
    assert all(one["additionalProperties"] is False and set(one["required"]) == set(one["properties"]) for one in found)


def test_the_command_prints_one_or_lists_them(auditor: Run) -> None:
    assert auditor("schema").out.split() == list(names())
    assert auditor("schema", "decisions").out == schema_text("decisions")
    done = auditor("schema", "decision")
    assert (done.code, "nearest: decisions" in done.err) == (2, True)


def test_what_a_release_sealed_is_as_published() -> None:
    """Its decisions were judged when they were decided, as in every test; here are those that lie in the bundle."""
    bundle = list(told().sealed.values())[-1].bundle
    assert problems("decisions", json.loads((bundle / layout.DECISIONS).read_bytes())) == []
    checklist = json.loads((bundle / layout.REPORT / "checklist.json").read_bytes())
    assert problems("checklist", checklist) == []
    attested = json.loads((bundle / layout.ATTESTATION).read_bytes())["dsseEnvelope"]["payload"]
    assert problems("predicate-run", json.loads(base64.b64decode(attested))["predicate"]) == []
    for change in ({"box": "x"}, {"verdict": "passed"}, {"row": 0}, {"reason": "because"}, {"extra": 1}):
        lines = [checklist["lines"][0] | change, *checklist["lines"][1:]]
        assert problems("checklist", checklist | {"lines": lines})


def places(node: Any, at: Place = (), *, free: bool = False) -> Iterator[tuple[Place, bool]]:
    """Yield every place in a document, and whether any exact value may stand there."""
    yield at, free
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, one in pairs:
        yield from places(one, (*at, key), free=free or key in FREE)


WHOLE = document()
PLACES = list(places(WHOLE))


def changed(at: Place, change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a copy of the document with what stands at ``at`` changed."""
    copy: Any = deepcopy({"whole": WHOLE})
    *before, last = ("whole", *at)
    place = copy
    for step in before:
        place = place[step]
    place[last] = change(place[last])
    return copy["whole"]


@given(at=st.sampled_from([at for at, free in PLACES if not free]), data=st.data())
def test_a_document_with_any_member_gone_added_or_of_another_type_is_not_as_published(
    at: Place, data: st.DataObject
) -> None:
    def other(value: Any) -> Any:
        if isinstance(value, dict):
            keys = sorted(value)
            gone = data.draw(st.sampled_from([None, *keys]))
            return {**value, "foreign": 1} if gone is None else {k: v for k, v in value.items() if k != gone}
        kinds = [None, True, 7, 0.5, "\u2603", [0], {}]
        alike = {bool: (bool,), int: (int,), str: (str,), list: (list,), type(None): (type(None), str, int, dict)}
        return data.draw(st.sampled_from([one for one in kinds if type(one) not in alike[type(value)]]))

    if at and at[-1] in {"sampleSize", "window", "decidedBy", "signOff", "role"}:
        made = changed(at, lambda _: 0.5)  # may be null as well
    else:
        made = changed(at, other)
    assert problems("decisions", made)
    assert decisions_problem(made)  # and a reader of bundles refuses it too


@given(at=st.sampled_from([at for at, free in PLACES if free]), value=st.sampled_from([0.5, 2**53, -(2**53)]))
def test_nothing_that_readers_may_take_for_different_numbers_is_as_published(at: Place, value: float) -> None:
    assert problems("decisions", changed(at, lambda _: value))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("result",), "passed"),
        (("asOf",), "2026-03-01T12:00:00+00:00"),
        (("asOf",), "2026-13-01T12:00:00Z"),
        (("profile", "sha256"), "0" * 63),
        (("gates", 0, "kind"), "go"),
        (("gates", 0, "decision"), "maybe"),
        (("lines", 0, "reason"), "because"),
        (("lines", 0, "reason"), ""),
        (("lines", 0, "decidedBy"), "me"),
        (("findings", 0, "verdict"), "passed"),
        (("findings", 0, "reason"), "because"),
        (("findings", 0, "members"), -1),
        (("schemaVersion",), 2),
    ],
    ids=str,
)
def test_words_are_those_of_closed_lists(at: Place, value: Any) -> None:
    assert problems("decisions", WHOLE) == []
    assert problems("decisions", changed(at, lambda _: value))


def test_tests_judge_every_decision_that_they_make(tmp_path: Path) -> None:
    from auditor.shell import decide

    assert decide.assemble.__name__ == "assemble_as_published"
    with pytest.raises(AssertionError, match="because"):
        hold_decisions(changed(("findings", 0, "reason"), lambda _: "because"))
    bundle = tmp_path / "bundle"
    (bundle / layout.DECISIONS).parent.mkdir(parents=True)
    (bundle / layout.DECISIONS).write_text(json.dumps(WHOLE))
    hold_decisions(sealed_decisions(bundle))
