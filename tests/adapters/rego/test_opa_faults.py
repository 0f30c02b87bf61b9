"""The OPA engine against servers that make one mistake, and against none."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import replace

import pytest

from auditor.adapters.policies.pack import load_pack, rego_sources
from auditor.adapters.rego.opa import OpaEngine
from auditor.adapters.rego.opa_api import Address
from auditor.adapters.rego.opa_server import managed_server
from auditor.adapters.rego.selection import needed
from auditor.errors import ControlError, EngineError
from auditor.shipped import policies_dir
from opa_servers import CELLS, CONTROL, call, cell, faulty, held

PACK = load_pack(policies_dir())
ASKED = {CONTROL, "residency.inference_in_declared_regions"}
MODULES = len(needed(rego_sources(PACK), ASKED))
ROWS = "control coverage.source_observed, rows 0 to 1: "
BIG = 1 << 20


@pytest.fixture(scope="module")
def server(opa):
    with managed_server() as address:
        yield address


def on_decisions(answer):
    """Make a fault of every question for decisions."""
    return lambda _method, path, _body, ask: (
        (answer(ask, _body) if callable(answer) else answer) if "/dispatch/decisions" in path else None
    )


def decided(address):
    with OpaEngine(PACK, address, controls=ASKED) as engine:
        return engine.decide(CONTROL, CELLS, [cell("a"), cell("b")])


def told(server, fault, *, timeout_s=20.0):
    """Return what is said of a fault while deciding; the real server must be left as it was."""
    before = held(server)
    with faulty(server, fault, timeout_s=timeout_s) as address, pytest.raises(EngineError) as caught:
        decided(address)
    assert held(server) == before
    return str(caught.value)


def test_behind_the_proxy_that_makes_no_mistake_all_is_well(server):
    with faulty(server, on_decisions(None)) as address:
        assert [one["verdict"] for one in decided(address)] == ["pass", "pass"]


def test_an_error_of_the_server_is_shown_with_its_words(server):
    body = {"code": "internal_error", "message": "disk full", "errors": [{"code": "x", "message": "no space"}]}
    said = told(server, on_decisions((500, json.dumps(body).encode())))
    assert f"{ROWS}the OPA server answered HTTP 500: disk full (internal_error)\n    no space (x)" in said
    assert "what to do: see the server's log" in said


@pytest.mark.parametrize(
    "body", [b"upstream down", b'["no object"]', b'{"errors": 7}', b'{"message": "m", "errors": 7}']
)
def test_an_error_in_another_form_than_opas_is_shown_as_it_is(server, body):
    assert f"{ROWS}the OPA server answered HTTP 502: {body.decode()}" in told(server, on_decisions((502, body)))


def test_an_error_is_asked_about_once(server):
    asked = []
    told(server, on_decisions(lambda _ask, body: asked.append(body) or (503, b"busy")))
    assert len(asked) == 1


def test_an_error_without_a_body_says_so(server):
    assert "HTTP 503: (no body)" in told(server, on_decisions((503, b"")))


def test_a_redirect_is_not_followed(server):
    assert f"{ROWS}the OPA server answered HTTP 302" in told(server, on_decisions((302, b"moved")))


def test_a_server_that_hangs_is_a_timeout(server):
    said = told(server, on_decisions("hang"), timeout_s=1.0)
    assert f"{ROWS}the OPA server did not answer within 1 s" in said
    assert "--opa-timeout" in said


def test_a_server_that_answers_drop_by_drop_is_a_timeout_too():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not stop.wait(0.05):
                    connection.sendall(b" ")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            address = Address(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=0.5)
            with pytest.raises(EngineError, match=r"version: the OPA server did not answer within 0.5 s"):
                decided(address)
        finally:
            stop.set()
            thread.join()


def test_nobody_there_is_said_with_the_systems_words():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = Address(f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(
            EngineError, match=r"at http.* cannot be reached or broke off \(.*Connection refused\)"
        ) as caught:
            decided(address)
    assert "see whether it runs there" in str(caught.value)
    assert "and: " not in str(caught.value)  # nothing was loaded, so nothing needs to be removed


@pytest.mark.parametrize(
    "answer", [b"", b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"result": [{', b"no HTTP\r\n\r\n"]
)
def test_an_answer_that_breaks_off_is_an_error(server, answer):
    assert f"{ROWS}the OPA server at" in told(
        server, on_decisions(lambda _ask, _body: answer or b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    )


@pytest.mark.parametrize(
    "body", [b"", b'{"result": [{"index": 0, "deci', b"<html>login</html>", b"[1]", b"null", b"[" * 200_000]
)
def test_an_answer_that_is_not_opas_is_an_error(server, body):
    said = told(server, on_decisions((200, body)))
    assert f"{ROWS}the answer of the OPA server is not what OPA answers" in said
    assert "see whether --opa-url leads to OPA" in said


def test_an_answer_without_a_result_is_undefined_not_silence(server):
    said = told(server, on_decisions((200, b'{"decision_id": "7"}')))
    assert f"{ROWS}the OPA server gave no result (undefined) for lib/dispatch/decisions" in said


@pytest.mark.parametrize(
    ("result", "silent"),
    [
        ([], "2 of 2"),
        (None, "2 of 2"),
        ({"a": 1}, "2 of 2"),
        ([1, "x"], "2 of 2"),
        ([{"index": 0, "decision": {}}], "1 of 2"),
        ([{"index": 1, "decision": {}}, {"index": 0, "decision": {}}], "0 of 2"),
        ([{"index": 0, "decision": {}}, {"index": 1, "decision": {}}, {"index": 1, "decision": {}}], "0 of 2"),
        ([{"index": 0, "decision": {}}, {"index": 1, "decision": {}}, 7], "0 of 2"),
        ([{"index": 0, "decision": {}}, {"index": 1}], "1 of 2"),
        ([{"index": 0, "decision": {}}, {"index": 1, "decision": "pass"}], "1 of 2"),
    ],
)
def test_results_that_are_not_one_decision_per_row_are_refused(server, result, silent):
    answer = 200, json.dumps({"result": result}).encode()
    with (
        faulty(server, on_decisions(answer)) as address,
        pytest.raises(ControlError, match=f"control {CONTROL}: {silent} rows got no decision"),
    ):
        decided(address)


def test_an_answer_without_end_is_cut(server, monkeypatch):
    from auditor.adapters.rego import opa_transport

    def fault(_method, path, _body, _ask):
        return (200, b" " * BIG) if "/dispatch/decisions" in path else None

    monkeypatch.setattr(opa_transport, "MAX_ANSWER_BYTES", BIG // 2)
    assert f"{ROWS}the answer of the OPA server is too large" in told(server, fault)


def test_a_server_that_alters_a_policy_while_loading_it_is_refused_and_cleaned(server):
    def alter(method, path, body, ask):
        if method == "PUT" and path.endswith("source_observed.rego"):
            return ask(body.replace(b'"inconclusive"', b'"pass"'))
        return None

    said = told(server, alter)
    assert "after loading: the OPA server does not hold the policies of this run" in said
    assert "controls/coverage/source_observed/source_observed.rego: other text (SHA-256 " in said
    assert "see what else writes" in said


def test_a_server_that_alters_the_lists_is_refused(server):
    def alter(method, path, body, ask):
        return ask(body.replace(b"us-east-1", b"us-east-9")) if method == "PUT" and path.endswith("/lists") else None

    assert "lists: not the data that was loaded" in told(server, alter)


@pytest.mark.parametrize("ast", [None, {}, {"package": {"path": []}}, [], {"package": 7}])
def test_a_server_that_shows_no_syntax_is_refused(server, ast):
    def hide(method, path, _body, ask):
        if method != "GET" or not path.endswith("/policies"):
            return None
        status, content = ask(b"")
        listed = json.loads(content)
        for one in listed["result"]:
            one["ast"] = ast
        return status, json.dumps(listed).encode()

    assert "source_observed.rego: its package is not shown, outside auditor_run_" in told(server, hide)


@pytest.mark.parametrize("body", [b"{}", b'{"result": {}}', b'{"result": [7]}', b"[]"])
def test_a_list_of_policies_that_is_none_is_refused(server, body):
    def fault(method, path, _body, _ask):
        return (200, body) if method == "GET" and path.endswith("/policies") else None

    assert "after loading: reading the policies: the answer of the OPA server is not what OPA answers" in told(
        server, fault
    )


def test_a_refusal_that_is_no_policys_fault_is_the_servers(server):
    def fault(method, path, _body, _ask):
        owned = {"code": "invalid_parameter", "message": "path is owned by bundle corporate"}
        return (400, json.dumps(owned).encode()) if method == "PUT" and "/v1/policies/" in path else None

    said = told(server, fault)
    assert f"refused {MODULES} of {MODULES} policies" in said
    assert "path is owned by bundle corporate" in said


def test_a_success_that_is_not_opas_is_an_error(server):
    def fault(method, path, _body, _ask):
        return (201, b'{"message": "created"}') if method == "PUT" and "/v1/policies/" in path else None

    assert "is not what OPA answers (created)" in told(server, fault)


def test_what_could_not_be_removed_is_said_beside_the_error_and_how_to_remove_it(server):
    def fault(method, path, _body, _ask):
        return (503, b"busy") if method == "DELETE" or "/dispatch/decisions" in path else None

    with faulty(server, fault) as address, pytest.raises(EngineError) as caught:
        decided(address)
    said = str(caught.value)
    assert said.startswith(f"{ROWS}the OPA server answered HTTP 503: busy")
    assert "and: removing " in said
    assert "remove the policies and data whose names begin with auditor_run_" in said
    left = [name for name in held(server)[0] if name.startswith("auditor_run_")]
    assert len(left) == MODULES
    for name in left[::-1] * 2:  # twice, because OPA keeps a policy that another one needs
        call(server, "DELETE", f"/v1/policies/{name}")
    call(server, "DELETE", f"/v1/data/{left[0].split('/', maxsplit=1)[0]}")


def test_the_token_is_in_no_message(server):
    def echo(_ask, _body):
        return 500, f'{{"code": "x", "message": "I got {server.token}"}}'.encode()

    said = told(server, on_decisions(echo))
    assert "HTTP 500: I got [token] (x)" in said
    assert server.token not in said
    assert server.token not in repr(server)


def test_a_decision_that_repeats_the_token_is_not_used(server):
    decision = {"verdict": "pass", "reason": "r", "observed": server.token}
    body = json.dumps({"result": [{"index": 0, "decision": decision}, {"index": 1, "decision": decision}]})
    said = told(server, on_decisions((200, body.encode())))
    assert f"{ROWS}the decision of the OPA server repeats AUDITOR_OPA_TOKEN" in said
    assert server.token not in said


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment_see_nothing(server, variable, monkeypatch):
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    assert [one["verdict"] for one in decided(server)] == ["pass", "pass"]


def test_a_netrc_does_not_replace_the_token(server, tmp_path, monkeypatch):
    """As requests does it: https://requests.readthedocs.io/en/latest/user/authentication/#netrc-authentication."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert [one["verdict"] for one in decided(server)] == ["pass", "pass"]


def test_an_address_may_lead_through_a_path(server):
    """A gateway that has the server below /opa; the client itself knows host and port only."""
    seen = []

    def strip(method, path, body, _ask):
        seen.append(path)
        assert path.startswith("/opa/v1/")
        return call(server, method, path.removeprefix("/opa"), body or None)

    with faulty(server, strip) as address:
        decided(replace(address, url=f"{address.url}/opa/"))
    assert seen
