"""What every test may use."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from auditor.adapters.policies.build import find_opa
from auditor.errors import EngineError

# No deadline: a test asserts no time, for machines are shared and noisy.
settings.register_profile("brief", max_examples=15, deadline=None, database=None)  # for each of many mutants
settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("thorough", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "quick"))


ROOM_BYTES = 6_000_000_000  # of files of all workers together


@pytest.fixture(scope="session", autouse=True)
def _caches_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the program keeps for its user out of the home of whoever runs the tests."""
    from published import hold_every_decision

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        _compile_once(patch, tmp_path_factory.mktemp("wasmtime"))
        hold_every_decision(patch)
        yield


def _compile_once(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have wasmtime keep what it compiles, by a setting of its own: hundreds of tests load one and the same module."""
    import wasmtime

    settings = folder / "cache.toml"
    settings.write_text(f'[cache]\ndirectory = "{folder / "modules"}"\n')
    begin = wasmtime.Config.__init__

    def begin_with_cache(config: wasmtime.Config) -> None:
        begin(config)
        config.cache = str(settings)

    patch.setattr(wasmtime.Config, "__init__", begin_with_cache)


@pytest.fixture(scope="session")
def opa() -> str:
    """Return the path of opa; without it a test is skipped, but under ``CI=true`` it fails."""
    try:
        return find_opa()
    except EngineError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs opa: {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def s3_server_address() -> Iterator[str]:
    """Serve S3 on loopback for as long as tests need it."""
    from s3 import s3_server

    with s3_server() as address:
        yield address


@pytest.fixture
def s3_endpoint(s3_server_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an S3 on loopback; credentials that mean nothing are in the environment."""
    from s3 import CREDENTIALS

    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return s3_server_address


def pytest_configure(config: pytest.Config) -> None:
    """Give the workers of one run a folder: for their files, and for what is long in the making and kept for all."""
    from kept import KEEP

    if config.getoption("numprocesses", None) and KEEP not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="tests-", dir=_in_memory())
        config.add_cleanup(folder.cleanup)
        for name, part in ((KEEP, "kept"), ("TMPDIR", "tmp")):
            path = Path(folder.name) / part
            path.mkdir()
            os.environ[name] = str(path)
        tempfile.tempdir = None  # what was found before; the workers and the programs they start read TMPDIR


def _in_memory() -> str | None:
    """Return a folder in memory with room enough, where fsync costs nothing; None where there is none.

    Durability is shown by the killed programs, which lose a process and no machine: memory outlives that too.
    """
    folder = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    if os.environ.get("TMPDIR") or not os.access(folder, os.W_OK):
        return None
    found = os.statvfs(folder)
    runs_programs = not found.f_flag & os.ST_NOEXEC
    return str(folder) if runs_programs and found.f_bavail * found.f_frsize >= ROOM_BYTES else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for opa, so that `-m "not opa"` leaves it out."""
    for item in items:
        if "opa" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.opa)
