"""A program that pushes, to be killed by tests: STORE ENDPOINT FOLDER, where ``archives.make_kept`` made FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from archives import Kept
from auditor.adapters.archive.references import open_store
from auditor.adapters.archive.s3 import S3Store
from s3 import LEAST_PART
from sealed import Sealed


def main() -> None:
    """Push, in parts as small as S3 takes them."""
    reference, endpoint, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    store = open_store(reference, endpoint or None)
    if isinstance(store, S3Store):
        store = S3Store(store.client, store.bucket, store.prefix, LEAST_PART)
    (root,) = (folder / "out").iterdir()
    sealed = Sealed(root, folder / "key.pem", (folder / "key.pem.pub").read_bytes())
    print("ready", flush=True)  # noqa: T201 - told to the test
    Kept(sealed, folder / "sign-off.json", folder / "checkpoint").push(store)


if __name__ == "__main__":
    main()
