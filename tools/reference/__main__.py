"""``python -m tools.reference``: write the generated pages of docs/reference anew."""

from __future__ import annotations

import sys

from tools.reference.pages import FOLDER, pages

if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{FOLDER}\n")
