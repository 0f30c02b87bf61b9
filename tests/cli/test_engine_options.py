"""Which engine decides is the user's choice, a flag before the environment, and is written into the bundle."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.adapters.policies.build import find_opa
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.rego.opa_server import managed_server
from auditor.adapters.signing.keys import generate_key
from auditor.cli.engine_options import engine_options
from auditor.cli.main import run
from auditor.estate import write_estate
from auditor.shell.collect import collect
from auditor.shell.engines import EngineChoice, open_engine
from auditor.shipped import policies_dir
from opa_servers import faulty, held
from sealed import Sealed, signed_statement

OPA = load_pack(policies_dir()).opa
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("AUDITOR_ENGINE", "AUDITOR_OPA_URL", "AUDITOR_OPA_TOKEN", "AUDITOR_OPA_CA", "AUDITOR_MODULE_CACHE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Give an example's snapshot, as-of and key."""
    root = tmp_path_factory.mktemp("example")
    estate = write_estate(root / "estate", incidents=("region_leak",))
    snapshot = collect(estate.config, root / "snapshot", collected_at=estate.collected_at)
    generate_key(root / "key.pem")
    as_of = estate.as_of.isoformat()
    return ["evaluate", "--snapshot", str(snapshot), "--as-of", as_of, "--key", str(root / "key.pem"), "--quiet"]


def evaluated(example, folder, *options):
    """Return decisions.json and the engine that the signed statement of a run names."""
    assert run([*example, "--output", str(folder), *options]) == 1
    (bundle,) = folder.iterdir()
    sealed = Sealed(bundle, Path(example[6]), b"")
    statement = signed_statement(sealed)
    token = os.environ.get("AUDITOR_OPA_TOKEN")
    if token:
        assert token not in str(statement)
        assert not [path for path in bundle.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
    return (bundle / "data" / "decisions.json").read_bytes(), statement["predicate"]["replay"]["regoEngine"]


def test_every_engine_decides_the_same_bytes_and_is_named(opa, example, tmp_path, monkeypatch):
    wasm, named = evaluated(example, tmp_path / "wasm")
    assert named == f"wasm, compiled by opa {OPA}"
    assert evaluated(example, tmp_path / "managed", "--engine", "opa") == (wasm, f"opa {OPA}")
    both = f"wasm, compiled by opa {OPA}; cross-checked with opa {OPA}"
    with managed_server() as server:
        before = held(server)
        monkeypatch.setenv("AUDITOR_OPA_TOKEN", server.token)
        assert evaluated(example, tmp_path / "url", "--cross-check", "--opa-url", server.url) == (wasm, both)
        monkeypatch.setenv("AUDITOR_ENGINE", "opa")
        monkeypatch.setenv("AUDITOR_OPA_URL", server.url)
        assert evaluated(example, tmp_path / "environment") == (wasm, f"opa {OPA}")
        assert evaluated(example, tmp_path / "flag", "--engine", "wasm") == (wasm, f"wasm, compiled by opa {OPA}")
        assert held(server) == before


def test_a_server_that_fails_leaves_no_bundle_and_exits_5(opa, example, tmp_path, capsys, monkeypatch):
    with (
        managed_server() as server,
        faulty(server, lambda _m, path, *_: (500, b"down") if "/decisions" in path else None) as url,
    ):
        monkeypatch.setenv("AUDITOR_OPA_TOKEN", server.token)
        assert run([*example, "--output", str(tmp_path / "out"), "--engine", "opa", "--opa-url", url.url]) == 5
    said = capsys.readouterr().err
    assert "auditor: control " in said
    assert "rows 0 to " in said
    assert "HTTP 500: down" in said
    assert server.token not in said
    assert not (tmp_path / "out").exists()


def test_another_version_of_opa_is_noted(opa, example, tmp_path, capsys):
    other = tmp_path / "pack"
    subprocess.run(["cp", "-r", policies_dir(), other], check=True)
    lock = other / "pack.lock"
    lock.write_text(lock.read_text().replace(f'"opa": "{OPA}"', '"opa": "0.0.1"'))
    command = [*example[:-1], "--output", str(tmp_path / "out"), "--policies", str(other), "--engine", "opa"]
    assert run(command) == 1
    assert f"note: decided by OPA {OPA}; the pack was built with OPA 0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--opa-url", NOWHERE), ("--opa-timeout", "3")])
def test_options_that_nothing_uses_are_refused(option, capsys):
    assert run(["evaluate", *option]) == 2
    assert f"{option[0]} needs --engine opa or --cross-check" in capsys.readouterr().err


def test_a_url_of_the_environment_does_not_choose_the_engine(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("AUDITOR_OPA_URL", NOWHERE)
    assert run(["evaluate", "--key", str(tmp_path / "none.pem")]) == 2
    assert "none.pem" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--engine", "rego"], "'rego' is not one of 'wasm', 'opa'"),
        (["--engine", "opa", "--opa-url", "opa:8181"], "--opa-url is not the address of a server"),
        (["--engine", "opa", "--opa-url", "https://u:p@h"], "--opa-url holds a user or password"),
        (["--cross-check", "--opa-url", "http://opa.example.com"], "would cross the network in clear"),
        (["--engine", "opa", "--opa-timeout", "0"], "0.0 is not in the range 0<x<=86400"),
        (["--engine", "opa", "--opa-timeout", "nan"], "time-out of nan s"),
    ],
)
def test_wrong_options_are_usage_errors_before_anything_is_done(options, says, capsys, monkeypatch):
    monkeypatch.setenv("AUDITOR_OPA_TOKEN", "very-secret")
    assert run(["evaluate", *options]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "very-secret" not in said


def test_a_wrong_engine_of_the_environment_is_a_usage_error(capsys, monkeypatch):
    monkeypatch.setenv("AUDITOR_ENGINE", "rego")
    assert run(["evaluate"]) == 2
    assert "'rego' is not one of" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_told_before_anything_is_collected(tmp_path, capsys):
    generate_key(tmp_path / "key.pem")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        command = ["evaluate", "--config", "none.toml", "--key", str(tmp_path / "key.pem"), "--engine", "opa"]
        assert run([*command, "--opa-url", url]) == 5
    assert "cannot be reached or broke off" in capsys.readouterr().err


def test_a_missing_opa_is_told_before_anything_is_collected(tmp_path, capsys, monkeypatch):
    generate_key(tmp_path / "key.pem")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AUDITOR_TOOLS", str(tmp_path))
    assert run(["evaluate", "--config", "none.toml", "--key", str(tmp_path / "key.pem"), "--cross-check"]) == 5
    assert "opa was not found on PATH" in capsys.readouterr().err


def test_without_opa_nothing_of_its_client_is_loaded():
    program = (
        "import sys; from auditor.cli.main import run; run(['evaluate', '--help']); "
        "print(sorted({'opa_client', 'requests', 'aiohttp', 'urllib3'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "--cross-check" in done.stdout


def test_policy_test_runs_the_cases_on_both_engines(opa, tmp_path, capsys, monkeypatch):
    """On a pack of one case, because the shipped ones are all run on both elsewhere."""
    pack = tmp_path / "pack"
    subprocess.run(["cp", "-r", policies_dir(), pack], check=True)
    for cases in pack.rglob("*.cases.jsonl"):
        cases.write_text(cases.read_text().split("\n", 1)[0] + "\n")
    monkeypatch.setenv("PATH", str(Path(find_opa()).parent), prepend=":")
    assert run(["policy", "build", str(pack)]) == 0
    assert run(["policy", "test", str(pack), "--cross-check"]) == 0
    assert "slo.p95_latency: 1 cases, 0 differences" in capsys.readouterr().out


@click.command
@engine_options
def probe(engine):
    click.echo(str(engine.module_cache))


@pytest.mark.parametrize(
    ("arguments", "environment", "folder"),
    [
        ([], {"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/auditor/modules"),
        ([], {"XDG_CACHE_HOME": "relative", "HOME": ""}, "None"),
        ([], {"XDG_CACHE_HOME": "", "HOME": "relative"}, "None"),
        (["--no-module-cache"], {"XDG_CACHE_HOME": "/x"}, "None"),
        ([], {"XDG_CACHE_HOME": "/x", "AUDITOR_MODULE_CACHE": "0"}, "None"),
        (["--module-cache"], {"XDG_CACHE_HOME": "/x", "AUDITOR_MODULE_CACHE": "0"}, "/x/auditor/modules"),
    ],
)
def test_where_the_compiled_module_is_kept_if_at_all(arguments, environment, folder):
    assert CliRunner().invoke(probe, arguments, env=environment).output.strip() == folder


def test_the_home_has_a_folder_for_what_can_be_made_again():
    where = CliRunner().invoke(probe, [], env={"XDG_CACHE_HOME": "", "HOME": "/h"}).output.strip()
    assert where == ("/h/Library/Caches" if sys.platform == "darwin" else "/h/.cache") + "/auditor/modules"


def test_the_chosen_folder_is_used_and_a_note_says_when_it_cannot_be(tmp_path):
    pack = load_pack(policies_dir())
    with open_engine(pack, EngineChoice(module_cache=tmp_path / "modules")) as engine:
        assert engine.notes == ()
    assert len(list((tmp_path / "modules").iterdir())) == 1
    (tmp_path / "modules").chmod(0o755)
    with open_engine(pack, EngineChoice(module_cache=tmp_path / "modules")) as engine:
        assert "the folder has mode 755" in engine.notes[0]
