"""Changes to bytes, to JSON and to folders of files, as someone who tries his luck would make them.

Rules kept here: every choice comes from the ``Random`` that is given, so that Hypothesis can shrink what it found and
atheris can repeat it.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**53 - 1, 2**53, -(2**63), 10**30, 0.5, 1e300, "", "a", "\x00", "\u2028", "é"),
    *("0" * 64, "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "x" * 300),
    *([], {}, [None], [[]], [{}], {"": None}, {"digest": 1}, ["a"], [1], {"a": {"b": []}}),
)
ODD_BYTES = (b"\x00", b"\xff", b"\n", b"\r\n", b'"', b"{", b"]", b"=", b" ", b"\xe2\x80\x94", b"\\ud800", b"1e999")
MOST_EDITS = 4


def mutate(content: bytes, chance: Random) -> bytes:
    """Return ``content`` with a few of its bytes flipped, put in, cut out, doubled, swapped or cut off."""
    for _ in range(chance.randint(1, MOST_EDITS)):
        content = chance.choice((_flip, _flip, _insert, _delete, _double, _swap, _truncate))(content, chance)
    return content


def mutate_json(content: bytes, chance: Random) -> bytes:
    """Return the JSON document ``content`` with one value in it changed, taken out or moved; other bytes as ``mutate``.

    The form is mostly the one in which our documents are written, so that a reader gets past the form.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return mutate(content, chance)
    for _ in range(chance.randint(1, 2)):
        document = _changed(document, chance)
    separators = (",", ":") if chance.randint(0, 9) else (", ", ": ")
    return json.dumps(document, ensure_ascii=False, separators=separators, sort_keys=True).encode("utf-8", "replace")


def mutate_folder(root: Path, chance: Random) -> None:
    """Change the files below ``root``: their bytes, their names, or which there are."""
    for _ in range(chance.randint(1, 2)):
        files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        chosen = chance.choice(files)
        chance.choice(_FOLDER_CHANGES)(chosen, chance.choice(files), root, chance)
        if not any(path.is_file() for path in root.rglob("*")):
            return


def _place(content: bytes, chance: Random) -> int:
    return chance.randint(0, max(len(content) - 1, 0))


def _span(content: bytes, chance: Random) -> tuple[int, int]:
    begin = _place(content, chance)
    return begin, begin + chance.choice((1, 1, 2, 8, 64, 512))


def _flip(content: bytes, chance: Random) -> bytes:
    if not content:
        return content
    place = _place(content, chance)
    return content[:place] + bytes([content[place] ^ (1 << chance.randint(0, 7))]) + content[place + 1 :]


def _insert(content: bytes, chance: Random) -> bytes:
    place = chance.randint(0, len(content))
    piece = chance.choice(ODD_BYTES) if chance.randint(0, 1) else bytes([chance.randint(0, 255)])
    return content[:place] + piece + content[place:]


def _delete(content: bytes, chance: Random) -> bytes:
    begin, end = _span(content, chance)
    return content[:begin] + content[end:]


def _double(content: bytes, chance: Random) -> bytes:
    begin, end = _span(content, chance)
    return content[:end] + content[begin:end] + content[end:]


def _swap(content: bytes, chance: Random) -> bytes:
    begin, end = _span(content, chance)
    return content[:begin] + content[end : 2 * end - begin] + content[begin:end] + content[2 * end - begin :]


def _truncate(content: bytes, chance: Random) -> bytes:
    return content[: chance.randint(0, len(content))]


def _changed(document: Any, chance: Random) -> Any:
    """Return ``document`` with a value at a random depth put in place of, taken out, or copied from elsewhere."""
    inside = isinstance(document, dict | list) and document
    if not inside or not chance.randint(0, 5):
        return chance.choice(ODD_VALUES)
    copy: Any = dict(document) if isinstance(document, dict) else dict(enumerate(document))
    where = chance.choice(list(copy))
    what = chance.randint(0, 9)
    if what == 0:
        del copy[where]
    elif what == 1:
        copy[where] = copy[chance.choice(list(copy))]
    elif what == 2 and isinstance(document, dict):  # noqa: PLR2004 - one of ten
        copy[chance.choice(("", "extra", "schemaVersion", "digest"))] = chance.choice(ODD_VALUES)
    elif what == 3 and isinstance(document, list):  # noqa: PLR2004 - one of ten
        copy[len(copy)] = copy[where]
    else:
        copy[where] = _changed(copy[where], chance)
    return copy if isinstance(document, dict) else list(copy.values())


def _edit(chosen: Path, _other: Path, _root: Path, chance: Random) -> None:
    change = mutate_json if chosen.suffix == ".json" and chance.randint(0, 1) else mutate
    chosen.write_bytes(change(chosen.read_bytes(), chance))


def _remove(chosen: Path, _other: Path, _root: Path, _chance: Random) -> None:
    chosen.unlink()


def _exchange(chosen: Path, other: Path, _root: Path, _chance: Random) -> None:
    first, second = chosen.read_bytes(), other.read_bytes()
    chosen.write_bytes(second)
    other.write_bytes(first)


def _copy_over(chosen: Path, other: Path, _root: Path, _chance: Random) -> None:
    if chosen != other:
        shutil.copyfile(chosen, other)


def _add(chosen: Path, _other: Path, _root: Path, chance: Random) -> None:
    name = chance.choice(("extra.json", ".hidden", "Upper", "a b", "-x", "é", "\n", f"{chosen.name}.bak"))
    (chosen.parent / name).write_bytes(chosen.read_bytes() if chance.randint(0, 1) else b"")


def _rename(chosen: Path, _other: Path, _root: Path, chance: Random) -> None:
    chosen.rename(chosen.with_name(chance.choice((chosen.name.upper() + "X", f"{chosen.name}2", "0", "a..b"))))


def _link(chosen: Path, other: Path, root: Path, chance: Random) -> None:
    if chosen == other:
        return
    chosen.unlink()
    if chance.randint(0, 1):
        chosen.symlink_to(chance.choice((other, root, root / "nowhere")))
    else:
        chosen.hardlink_to(other)


def _folder(chosen: Path, _other: Path, _root: Path, chance: Random) -> None:
    if chance.randint(0, 1):
        chosen.unlink()
        chosen.mkdir()
    else:
        (chosen.parent / "empty").mkdir(exist_ok=True)


_FOLDER_CHANGES: tuple[Callable[[Path, Path, Path, Random], None], ...] = (
    *(_edit, _edit, _edit, _edit, _remove, _exchange, _copy_over, _add, _rename, _link, _folder),
)
