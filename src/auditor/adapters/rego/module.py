"""Reads of a WebAssembly module how much memory it imports, without compiling it, which takes a tenth of a second.

Source: WebAssembly core specification 2.0, sections 5.5.1 to 5.5.5 (binary format, import section).
"""

from __future__ import annotations

MAGIC = b"\0asm\x01\0\0\0"
IMPORT_SECTION = 2
FUNCTION, TABLE, MEMORY, GLOBAL = range(4)
LEB_BITS = 35


def imported_pages(wasm: bytes) -> int:
    """Return the minimum, in pages of 64 KiB, of the memory that ``wasm`` imports; 0 when it imports none.

    Raises:
        ValueError, IndexError: it is no module of version 1, or is cut short.
    """
    if not wasm.startswith(MAGIC):
        raise ValueError("it does not start as version 1 does")
    at = len(MAGIC)
    while at < len(wasm):
        section = wasm[at]
        size, at = _number(wasm, at + 1)
        if section == IMPORT_SECTION:
            return _memory(wasm[at : at + size])
        at += size
    return 0


def _memory(section: bytes) -> int:
    entries, at = _number(section, 0)
    pages = 0
    for _ in range(entries):
        for _name in ("module", "field"):
            length, at = _number(section, at)
            at += length
        kind, at = section[at], at + 1
        if kind == FUNCTION:
            _, at = _number(section, at)
        elif kind == GLOBAL:
            at += 2
        elif kind in {TABLE, MEMORY}:
            at += kind == TABLE  # the type of its elements
            least, at = _limits(section, at)
            pages = max(pages, least if kind == MEMORY else 0)
        else:
            raise ValueError(f"import of unknown kind {kind}")
    return pages


def _limits(section: bytes, at: int) -> tuple[int, int]:
    bounded = section[at] & 1
    least, at = _number(section, at + 1)
    if bounded:
        _, at = _number(section, at)
    return least, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned LEB128 number of at most 32 bits, and where it ends."""
    value = 0
    for shift in range(0, LEB_BITS, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the bit that says more follows
            return value, at
    raise ValueError("a number of more than 32 bits")
