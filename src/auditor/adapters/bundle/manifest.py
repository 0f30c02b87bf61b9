"""The manifests of a bag, and what is computed from them: all pure, used by the writer and by the reader alike.

Rules kept here: a manifest is ``<sha256>  <path>`` lines as ``sha256sum`` writes and checks them, sorted by path, each
once, ASCII, each ended by one line feed; a reader takes exactly that and nothing else that BagIt would allow.
Source: BagIt 1.0, RFC 8493, sections 2.1.3, 2.2.1 and 2.2.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.adapters.bundle import layout
from auditor.core.canonical import sha256_hex
from auditor.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from auditor.core.run_predicate import RunPredicate

IDENTIFIER = re.compile(rb"^External-Identifier: ([^\r\n]+)\n", re.MULTILINE)
LINE = re.compile(r"([0-9a-f]{64})  ([^\r\n]+)")


class Entry(NamedTuple):
    """SHA-256 (hex) and size in bytes of one file."""

    sha256: str
    size: int


def render(digests: Mapping[str, str]) -> bytes:
    """Return the manifest of path -> SHA-256."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def parse(content: bytes, name: str) -> dict[str, str]:
    """Return path -> SHA-256 of the manifest file ``name``. Raises ``VerificationError`` (``manifest-malformed``)."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise VerificationError("manifest-malformed", f"{name}: not ASCII at byte {error.start}") from error
    lines = text.split("\n")
    if lines.pop() != "":
        raise VerificationError("manifest-malformed", f"{name}: does not end in a line feed")
    listed: dict[str, str] = {}
    previous = ""
    for number, line in enumerate(lines, start=1):
        match = LINE.fullmatch(line)
        if match is None or not layout.safe(match[2]) or match[2] <= previous:
            raise VerificationError("manifest-malformed", f"{name}, line {number}: not a sorted, unique sha256sum line")
        listed[match[2]] = match[1]
        previous = match[2]
    return listed


def file_members(files: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """Return the signed list of files, sorted by name."""
    return [
        {
            "name": name,
            "sha256": entry.sha256,
            "size": entry.size,
            "mediaType": layout.media_type(name),
            "dataClass": layout.data_class(name),
        }
        for name, entry in sorted(files.items())
    ]


def policy_digest(digests: Mapping[str, str]) -> str:
    """Return the SHA-256 over the manifest lines of everything that decides: ``data/policies``, and the mappings."""
    deciding = {
        name: one for name, one in digests.items() if name.startswith(layout.POLICIES + "/") or name == layout.MAPPINGS
    }
    return sha256_hex(render(deciding))


def policy_digest_of(folder: Path, names: Iterable[str], mappings: bytes) -> str:
    """Return the policy digest of the files ``names`` below ``folder``, with how the sources are read."""
    digests = {f"{layout.POLICIES}/{name}": sha256_hex((folder / name).read_bytes()) for name in names}
    return policy_digest(digests | {layout.MAPPINGS: sha256_hex(mappings)})


def oxum(sizes: Mapping[str, int]) -> str:
    """Return BagIt's Payload-Oxum of the payload: ``<bytes>.<files>``."""
    return f"{sum(sizes.values())}.{len(sizes)}"


def bag_identifier(content: bytes) -> str:
    """Return the bundle id that a bag-info.txt gives. Raises ``VerificationError`` (``container-malformed``)."""
    found = IDENTIFIER.findall(content)
    identifier = found[0].decode("ascii", "replace") if len(found) == 1 else ""
    if not layout.safe(identifier) or "/" in identifier:
        raise VerificationError("container-malformed", f"{layout.BAG_INFO}: gives no one identifier of a bundle")
    return identifier


def bag_info(predicate: RunPredicate) -> bytes:
    """Return bag-info.txt of a run: what the bag is of, made by what and when, all of it also in the predicate."""
    scope = predicate.scope
    lines = {
        "Bag-Software-Agent": f"{predicate.producer.name} {predicate.producer.version}",
        "Bagging-Date": predicate.timeCreated[:10],
        "External-Description": f"Evidence of {scope.system} in {scope.environment}, release {scope.release}",
        "External-Identifier": predicate.bundleId,
        "Payload-Oxum": oxum({member.name: member.size for member in predicate.files}),
    }
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines.items()).encode()
