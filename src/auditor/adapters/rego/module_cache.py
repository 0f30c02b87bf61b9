"""Keeps what wasmtime compiled a policy module to, so that the next run need not compile it: native code (ADR 0009).

Rules kept here: code is run only from a folder and a file that belong to this user and that nobody else may read or
write, neither of them a symbolic link, when its digest is right and it was made of this very module, runtime, settings
and platform. Whatever is otherwise is not an error but a note, and the module is compiled as if nothing were kept; the
verdict is the same. Nothing here is imported by what replays an archived run, which always compiles.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import secrets
import stat
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import wasmtime

FORMAT = "auditor-compiled-module-1"
MAX_BYTES = 1 << 28
MAX_KEPT = 8
OURS_ALONE = 0o077  # the bits that must not be set
FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class ModuleCache:
    """Compiled modules in ``folder``, which is made when it is missing. ``notes`` say why something was not used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.notes: tuple[str, ...] = ()

    def compiled(self, engine: wasmtime.Engine, wasm: bytes, settings: str) -> wasmtime.Module | None:
        """Return the module that ``wasm`` was compiled to under ``settings``, or None when it has to be compiled."""
        import wasmtime  # noqa: PLC0415 - heavy

        key = _key(wasm, settings)
        try:
            with self._opened() as folder:
                code = _read(folder, key)
        except FileNotFoundError:
            return None
        except (OSError, _UnfitError) as error:
            self._note("a compiled module was not used", error)
            return None
        try:
            return wasmtime.Module.deserialize(engine, code)
        except wasmtime.WasmtimeError as error:  # made by another build of the runtime, or for another processor
            self._note("a compiled module was not used", error)
            return None

    def keep(self, module: wasmtime.Module, wasm: bytes, settings: str) -> None:
        """Keep what ``wasm`` was compiled to; a failure is a note."""
        key = _key(wasm, settings)
        code = bytes(module.serialize())
        try:
            with self._opened(make=True) as folder:
                _write(folder, key, _header(key, code) + code)
                _forget(folder)
        except (OSError, _UnfitError) as error:
            self._note("the compiled module was not kept", error)

    def _note(self, what: str, error: Exception) -> None:
        words = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) else str(error).splitlines()[0]
        note = f"{what} ({self._folder}: {words}); --no-module-cache does without"
        self.notes = (*(one for one in self.notes if one != note), note)

    @contextlib.contextmanager
    def _opened(self, *, make: bool = False) -> Iterator[int]:
        """Give the folder, open; what is in it is reached through it, so that no other can be put in its place."""
        if not hasattr(os, "geteuid"):
            raise _UnfitError("this platform has no owners of files that could be checked")
        if make:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                self._folder.mkdir(mode=0o700)
        opened = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | FLAGS)
        try:
            _refuse_others(os.fstat(opened), "the folder")
            yield opened
        finally:
            os.close(opened)


class _UnfitError(Exception):
    """A folder or file that is not ours alone, or not what its name says."""


def _key(wasm: bytes, settings: str) -> str:
    """Return the name of what ``wasm`` compiles to: everything that the code depends on and that we can know."""
    made_of = {
        "format": FORMAT,
        "wasm": hashlib.sha256(wasm).hexdigest(),
        "wasmtime": version("wasmtime"),
        "opa-py-wasm": version("opa-py-wasm"),
        "settings": settings,
        "platform": [sys.platform, platform.machine(), sys.byteorder, sys.maxsize],
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _header(key: str, code: bytes) -> bytes:
    """Return one line: the format, the key, and the digest of both and the code."""
    digest = hashlib.sha256(f"{FORMAT} {key} {len(code)}\n".encode() + code).hexdigest()
    return f"{FORMAT} {key} {digest}\n".encode()


def _read(folder: int, key: str) -> bytes:
    # O_NONBLOCK: a pipe in its place would wait for ever
    opened = os.open(key, os.O_RDONLY | os.O_NONBLOCK | FLAGS, dir_fd=folder)
    with os.fdopen(opened, "rb") as file:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise _UnfitError(f"{key} is no plain file of one name")
        _refuse_others(status, key)
        content = file.read(MAX_BYTES + 1)
    header, _, code = content.partition(b"\n")
    if len(content) > MAX_BYTES or header + b"\n" != _header(key, code):
        raise _UnfitError(f"{key} is damaged, or was made of something else")
    return code


def _refuse_others(status: os.stat_result, what: str) -> None:
    if status.st_uid != os.geteuid():
        raise _UnfitError(f"{what} belongs to user {status.st_uid}, expected {os.geteuid()}")
    if status.st_mode & OURS_ALONE:
        raise _UnfitError(f"{what} has mode {stat.S_IMODE(status.st_mode):o}, expected no access for others")


def _write(folder: int, key: str, content: bytes) -> None:
    """Write the file whole or not at all; a reader sees the old one or the new one."""
    scratch = f".{secrets.token_hex(8)}"
    opened = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | FLAGS, 0o600, dir_fd=folder)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(content)
        os.rename(scratch, key, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(scratch, dir_fd=folder)
        raise


def _forget(folder: int) -> None:
    """Remove all but the newest ``MAX_KEPT`` files, what a killed run left among them."""
    ages = []
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):  # another run removed it
            ages.append((os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns, name))
    for _, name in sorted(ages)[:-MAX_KEPT]:
        with contextlib.suppress(FileNotFoundError, IsADirectoryError, PermissionError):
            os.unlink(name, dir_fd=folder)
