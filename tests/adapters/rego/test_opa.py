"""The OPA engine against a real OPA server."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from auditor.adapters.policies.pack import load_pack, rego_sources
from auditor.adapters.rego.batches import BATCH_BYTES
from auditor.adapters.rego.opa import OpaEngine
from auditor.adapters.rego.opa_server import managed_server
from auditor.adapters.rego.selection import needed
from auditor.errors import ControlError, EngineError
from auditor.shipped import policies_dir
from opa_servers import CELLS, CONTROL, call, cell, held, relocked

PACK = load_pack(policies_dir())
ASKED = {CONTROL, "residency.inference_in_declared_regions"}
MODULES = len(needed(rego_sources(PACK), ASKED))
OBSERVED = "controls/coverage/source_observed/source_observed.rego"
DISPATCH = "lib/dispatch/dispatch.rego"


@pytest.fixture(scope="module")
def server(opa):
    with managed_server() as address:
        yield address


@pytest.fixture(scope="module")
def engine(server):
    with OpaEngine(PACK, server, controls=ASKED) as engine:
        yield engine


@pytest.fixture
def untouched(server):
    """See that the server holds afterwards exactly what it held before."""
    before = held(server)
    yield
    assert held(server) == before


def verdicts(engine, items):
    return [one["verdict"] for one in engine.decide(CONTROL, CELLS, items)]


def run_of(server, file):
    """Return the id of ``file`` of the only run on the server that is not the module's."""
    (found,) = [name for name in held(server)[0] if name.endswith(f"/{file}")]
    return found


def test_decisions_keep_the_order_of_their_rows_over_batches(engine):
    items = [cell(f"{number:06d}" + "x" * 2000, calls=number % 2) for number in range(500)]
    assert sum(len(str(item)) for item in items) > BATCH_BYTES
    assert verdicts(engine, items) == ["inconclusive", "pass"] * 250


def test_no_rows_are_no_decisions(engine):
    assert verdicts(engine, []) == []


def test_an_unknown_control_is_an_error_not_silence(engine):
    with pytest.raises(ControlError, match="control coverage.no_such: 1 of 1 rows got no decision, first: a"):
        engine.decide("coverage.no_such", CELLS, [cell("a")])


def test_an_unknown_gate_is_an_error_not_silence(engine):
    with pytest.raises(ControlError, match="'nope' gave no decision"):
        engine.gate("nope", {})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}])
def test_only_exact_json_goes_in(engine, value):
    item = cell("a")
    item["row"]["records"] = value
    with pytest.raises(ControlError, match="coverage.source_observed, row 0"):
        engine.decide(CONTROL, CELLS, [item])
    with pytest.raises(ControlError, match="coverage.source_observed, rows 0 to 0"):
        engine.decide(CONTROL, {"limit": value}, [cell("a")])
    with pytest.raises(ControlError, match="gate roll_up"):
        engine.gate("roll_up", {"counts": value})


@pytest.mark.parametrize("number", [2**53 + 1, -(2**63), 10**30])
def test_integers_come_back_to_the_last_digit(server, number, tmp_path):
    changed = {"gates/go_no_go/go_no_go.rego": ('{"decision": "no_go"}', '{"decision": "no_go", "n": 0}')}
    changed["gates/echo/echo.rego"] = ("", "package gates.echo\n\ndecision := input\n")
    with OpaEngine(relocked(tmp_path / "pack", changed), server, controls=ASKED) as engine:
        assert engine.gate("echo", {"number": number}) == {"number": number}
        assert json.dumps(engine.gate("go_no_go", {})) == '{"decision": "no_go", "n": 0}'


def test_it_names_the_server_that_decided(engine):
    assert engine.name == "opa"
    assert engine.description == f"opa {PACK.opa}"
    assert engine.notes == ()


def test_another_version_than_the_packs_is_noted(server):
    with OpaEngine(replace(PACK, opa="0.0.1"), server, controls=ASKED) as engine:
        assert engine.notes == (f"decided by OPA {PACK.opa}; the pack was built with OPA 0.0.1",)


FOREIGN = {
    "theirs/dispatch.rego": 'package lib.dispatch\ndecisions := [{"index": 0, "decision": {"verdict": "pass"}}]\n',
    "theirs/observed.rego": 'package controls.coverage.source_observed\ndecision := {"verdict": "pass"}\n',
    "theirs/gate.rego": 'package gates.go_no_go\ndecision := {"decision": "go"}\n',
    "theirs/percentile.rego": "package lib.percentile\nwell_formed(_) := true\n",
}


@pytest.mark.usefixtures("untouched")
def test_the_servers_own_policies_and_lists_are_never_asked_and_stay(server):
    row = {"region": "us-east-1", "inference_region": "us-east-1", "model_id": "anthropic.x", "n": 1}
    lists = {"aws_regions": {"regions": []}, "bedrock_model_providers": {"providers": []}}
    try:
        for name, text in FOREIGN.items():
            assert call(server, "PUT", f"/v1/policies/{name}", text.encode())[0] == 200
        assert call(server, "PUT", "/v1/data/lists", json.dumps(lists).encode())[0] == 204
        before = held(server)
        with OpaEngine(PACK, server, controls=ASKED) as engine:
            assert len(held(server)[0]) == len(before[0]) + MODULES
            assert verdicts(engine, [cell("a", calls=0)]) == ["inconclusive"]
            assert engine.gate("go_no_go", {"verdict": "fail"}) == {"decision": "no_go"}
            found = engine.decide(
                "residency.inference_in_declared_regions",
                {"declared_regions": ["us-east-1"]},
                [{"row": row, "assured": None}],
            )
            assert found[0]["verdict"] == "pass"  # with their empty list of regions it would be unknown_region
        assert held(server) == before
    finally:
        for name in FOREIGN:
            call(server, "DELETE", f"/v1/policies/{name}")
        call(server, "DELETE", "/v1/data/lists")


@pytest.mark.usefixtures("untouched")
def test_two_runs_of_different_packs_on_one_server_do_not_disturb_each_other(server, tmp_path):
    other = relocked(tmp_path / "pack", {OBSERVED: ('"reason": "collected"', '"reason": "gathered"')})
    with OpaEngine(other, server, controls=ASKED) as second:
        with OpaEngine(PACK, server, controls=ASKED) as first:
            assert first.decide(CONTROL, CELLS, [cell("a")])[0]["reason"] == "collected"
            assert second.decide(CONTROL, CELLS, [cell("a")])[0]["reason"] == "gathered"
        assert second.decide(CONTROL, CELLS, [cell("a")])[0]["reason"] == "gathered"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("error", [KeyboardInterrupt, ControlError("ours")])
def test_everything_is_removed_after_an_error_which_stays_the_error(server, error):
    with pytest.raises((KeyboardInterrupt, ControlError)) as caught, OpaEngine(PACK, server, controls=ASKED):
        raise error
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.usefixtures("untouched")
def test_policies_that_the_server_refuses_are_named_with_their_lines(server, tmp_path):
    changes = {
        DISPATCH: ("gate := decision if {", "gate := no_such_function(1)\n\ngate := decision if {"),
        OBSERVED: ("package controls.coverage.source_observed", "package controls.coverage.source_observed\n\nx := y"),
    }
    pack = relocked(tmp_path / "pack", changes)
    with pytest.raises(ControlError) as caught, OpaEngine(pack, server, controls=ASKED):
        pass
    said = str(caught.value)
    assert f"OPA {PACK.opa} refused 2 of {MODULES} policies" in said
    line = (PACK.root / DISPATCH).read_text().splitlines().index("gate := decision if {") + 1
    assert f"{DISPATCH}:{line}: undefined function no_such_function (rego_type_error)" in said
    assert "auditor_run_" not in said
    assert f"{OBSERVED}:" in said
    assert "var y is unsafe" in said
    assert f"use a server of OPA {PACK.opa}" in said


@pytest.mark.usefixtures("untouched")
def test_a_pack_changed_since_it_was_loaded_is_refused(server, tmp_path):
    pack = relocked(tmp_path / "pack", {})
    path = pack.root / OBSERVED
    path.write_text(path.read_text().replace("inconclusive", "pass"))
    with pytest.raises(ControlError, match=f"changed while it was in use: {OBSERVED}"):
        OpaEngine(pack, server, controls=ASKED)
    with pytest.raises(ControlError, match=r"changed while it was in use: policy.wasm"):
        OpaEngine(replace(PACK, wasm=b"other"), server, controls=ASKED)


@pytest.mark.usefixtures("untouched")
def test_libraries_may_call_each_other_whatever_their_names(server, tmp_path):
    """OPA compiles after each policy, so one that calls a function is loaded after the one that defines it."""
    changes = {
        "lib/a/a.rego": ("", "package lib.a\n\nf(x) := data.lib.b.g(x) + 1\n"),
        "lib/b/b.rego": ("", "package lib.b\n\ng(x) := data.lib.z.h(x) + 1\n"),
        "lib/z/z.rego": ("", "package lib.z\n\nh(x) := x + 1\n"),
        "gates/sum/sum.rego": ("", 'package gates.sum\n\nimport data.lib.a\n\ndecision := {"sum": a.f(input.n)}\n'),
    }
    with OpaEngine(relocked(tmp_path / "pack", changes), server, controls=ASKED) as engine:
        assert engine.gate("sum", {"n": 4}) == {"sum": 7}


@pytest.mark.usefixtures("untouched")
def test_a_builtin_that_fails_is_an_error_that_names_control_and_rows(server, tmp_path):
    changes = {OBSERVED: ("input.row.calls == 0", "to_number(input.row.resource) == 0")}
    with (
        pytest.raises(EngineError, match="control coverage.source_observed, rows 0 to 1: .*HTTP 500") as caught,
        OpaEngine(relocked(tmp_path / "pack", changes), server, controls=ASKED) as engine,
    ):
        engine.decide(CONTROL, CELLS, [cell("1"), cell("none")])
    assert "eval_builtin_error" in str(caught.value)
    assert "to_number" in str(caught.value)


def alter(server):
    text = held(server)[0][run_of(server, OBSERVED)].replace("inconclusive", "pass")
    assert call(server, "PUT", f"/v1/policies/{run_of(server, OBSERVED)}", text.encode())[0] == 200


def drop(server):
    assert call(server, "DELETE", f"/v1/policies/{run_of(server, OBSERVED)}")[0] == 200


def join(server):
    text = f'package {run_of(server, OBSERVED).split("/")[0]}.gates.extra\ndecision := "mine"\n'
    assert call(server, "PUT", "/v1/policies/joined", text.encode())[0] == 200


def relist(server):
    name = run_of(server, OBSERVED).split("/")[0]
    assert call(server, "PUT", f"/v1/data/{name}/lists/aws_regions/regions", b"[]")[0] == 204


def unlist(server):
    assert call(server, "DELETE", f"/v1/data/{run_of(server, OBSERVED).split('/')[0]}")[0] == 204


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (alter, f"{OBSERVED}: other text (SHA-256"),
        (drop, f"{OBSERVED}: not there"),
        (join, "joined: has package auditor_run_"),
        (relist, "lists: not the data that was loaded"),
        (unlist, "lists: not the data that was loaded"),
    ],
)
def test_what_changes_on_the_server_during_a_run_is_found(opa, change, says):
    with managed_server() as server:
        with pytest.raises(EngineError) as caught, OpaEngine(PACK, server, controls=ASKED):
            change(server)
        assert "after the decisions: the OPA server does not hold the policies of this run" in str(caught.value)
        assert says in str(caught.value)
        left = held(server)[0].keys() - {"authz.rego"}
        assert left == ({"joined"} if change is join else set())


def test_a_server_that_forgot_the_policies_is_no_silence(opa):
    def forget(server, engine):
        assert verdicts(engine, [cell("a")]) == ["pass"]
        assert call(server, "DELETE", f"/v1/policies/{run_of(server, DISPATCH)}")[0] == 200
        return verdicts(engine, [cell("a")])

    with (
        managed_server() as server,
        pytest.raises(EngineError) as caught,
        OpaEngine(PACK, server, controls=ASKED) as engine,
    ):
        forget(server, engine)
    assert "control coverage.source_observed, rows 0 to 0: the OPA server gave no result" in str(caught.value)
    assert f"{DISPATCH}: not there" in str(caught.value)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token_the_server_refuses_and_we_say_what_to_do(server, token):
    with pytest.raises(EngineError, match="HTTP 401: request rejected by administrative policy") as caught:
        OpaEngine(PACK, replace(server, token=token), controls=ASKED).__enter__()
    assert "set AUDITOR_OPA_TOKEN" in str(caught.value)
    assert "wrong" not in str(caught.value)
