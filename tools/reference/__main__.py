"""``python -m tools.reference``: write the generated pages of docs and the manual pages anew."""

from __future__ import annotations

import sys

from tools.reference import manual
from tools.reference.pages import FOLDER, pages

if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    manual.FOLDER.mkdir(exist_ok=True)
    written = manual.manual_pages()
    for stale in {path.name for path in manual.FOLDER.iterdir()} - written.keys():
        (manual.FOLDER / stale).unlink()
    for name, text in written.items():
        (manual.FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{FOLDER}\n{manual.FOLDER}\n")
