"""``python -m tools.dist``: everything that is published of a version, into one folder.

The folder gets the source distribution, the wheel, the bill of materials (``.cdx.json``), ``SHA256SUMS`` over the three,
and with ``--key`` the attestation ``provenance.sigstore.json`` with the four as its subjects.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from tools.dist.build import ROOT, build, source_date_epoch
from tools.dist.materials import bill_of_materials
from tools.dist.provenance import attest

import auditor
from auditor.adapters.signing.signers import open_signer
from auditor.errors import AuditorError


def main(arguments: list[str] | None = None) -> int:
    """Build, list, sum and sign; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.dist", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder, empty or missing [dist]")
    parser.add_argument("--key", help="key that signs the attestation: a file, or a reference to a KMS or a token")
    parser.add_argument("--builder", default="urn:auditor:builder:local", help="URI of the machine that builds")
    options = parser.parse_args(arguments)
    if options.output.exists() and any(options.output.iterdir()):
        sys.stderr.write(f"dist: {options.output} holds files already\n  what to do: empty it, or give --output\n")
        return 2
    try:
        signer = open_signer(options.key) if options.key else None
    except AuditorError as error:
        sys.stderr.write(f"dist: {error.message}\n")
        return 2
    epoch = source_date_epoch()
    bill = bill_of_materials(ROOT, auditor.__version__)
    files = [*build(options.output, epoch)]
    files.append(options.output / f"auditor-{auditor.__version__}.cdx.json")
    files[-1].write_bytes(bill)
    sums = options.output / "SHA256SUMS"
    listed = sorted((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files)
    sums.write_text("".join(f"{digest}  {name}\n" for name, digest in listed), encoding="utf-8")
    files.append(sums)
    if signer is not None:
        attestation = options.output / "provenance.sigstore.json"
        attestation.write_bytes(attest(files, ROOT, epoch, options.builder, signer))
        files.append(attestation)
    for path in files:
        print(path)
    return 0


sys.exit(main())
