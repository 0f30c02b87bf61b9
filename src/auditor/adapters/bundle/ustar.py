"""The one header that a canonical tar has for a file of a name and a size: pure, used by writer and reader alike.

Rules kept here: ustar, type 0, mode 0644, owner, group and time zero, no names of owners; a path over 100 bytes is cut
at the last slash that leaves at most 155 before it, as GNU tar cuts it, so that ``tar --format=ustar`` writes the same
bytes; a size is eleven octal digits, for base-256 is no ustar, so a file has less than 8 GiB.
Source: POSIX.1-2017, pax, "ustar Interchange Format".
"""

from __future__ import annotations

BLOCK = 512
ZEROS = bytes(BLOCK)
END = ZEROS * 2
MAX_SIZE = 8**11 - 1
MAX_NAME = 100
MAX_PREFIX = 155
NAME = slice(0, 100)
SIZE = slice(124, 136)
CHECKSUM = slice(148, 156)
MAGIC = slice(257, 265)
PREFIX = slice(345, 500)
USTAR = b"ustar\x0000"


def split(path: str) -> tuple[str, str]:
    """Return (prefix, name) of an ASCII path. Raises ``ValueError`` if no slash of it lies where it can be cut."""
    if len(path) <= MAX_NAME:
        return "", path
    prefix, slash, _ = path[: MAX_PREFIX + 1].rpartition("/")
    name = path[len(prefix) + 1 :]
    if not prefix or not slash or not 0 < len(name) <= MAX_NAME:
        raise ValueError(f"{path}: has no slash that leaves at most {MAX_PREFIX} bytes before and {MAX_NAME} after it")
    return prefix, name


def header(path: str, size: int) -> bytes:
    """Return the 512 bytes before the content of a file. Raises ``ValueError`` for what a ustar header cannot say."""
    if not 0 <= size <= MAX_SIZE:
        raise ValueError(f"{path}: {size} bytes, a file in a ustar archive has at most {MAX_SIZE}")
    prefix, name = split(path)
    block = bytearray(BLOCK)
    block[NAME] = name.encode("ascii").ljust(MAX_NAME, b"\0")
    block[100:148] = b"0000644\x000000000\x000000000\x00%011o\x0000000000000\x00" % size
    block[CHECKSUM] = b" " * 8
    block[156:157] = b"0"
    block[MAGIC] = USTAR
    block[329:345] = b"0000000\x000000000\x00"
    block[PREFIX] = prefix.encode("ascii").ljust(MAX_PREFIX, b"\0")
    block[CHECKSUM] = b"%06o\x00 " % sum(block)
    return bytes(block)


def claimed(block: bytes) -> tuple[str, int]:
    """Return the path and size that a header claims, for ``header`` to be rebuilt from. Raises ``ValueError``."""
    prefix, name = (block[part].rstrip(b"\0").decode("ascii") for part in (PREFIX, NAME))
    if "\0" in prefix + name:
        raise ValueError("a name goes on after its end")
    return (f"{prefix}/{name}" if prefix else name), int(block[SIZE].rstrip(b"\0"), 8)


def padding(size: int) -> int:
    """Return how many zero bytes follow a content of ``size`` bytes."""
    return -size % BLOCK
