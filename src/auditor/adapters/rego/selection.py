"""Which Rego of a pack a run needs: libraries, gates, the controls that it asks for, and what these refer to.

An OPA server compiles everything it holds after each policy that is loaded or removed, so a control that no line of
the profile binds costs as much as one that is bound.

Rules kept here: a reference that cannot be followed (``data.controls[x]``) takes everything along, for a package that
is not there is undefined in Rego, and no error. Only the dispatching entrypoint may look a control up by name: one that
was not asked for then has no decision, which is an error that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.rego.tokens import TOKEN

if TYPE_CHECKING:
    from collections.abc import Collection

CONTROLS = "controls"
DISPATCH = "lib/dispatch/dispatch.rego"
DIRECT = 3  # names after `data` that lead to a control


def needed(sources: dict[str, str], controls: Collection[str] | None) -> dict[str, str]:
    """Return those of ``sources`` (file -> Rego) that deciding ``controls`` (``<family>.<name>``) needs; None: all."""
    if controls is None:
        return sources
    owned: dict[str, list[str]] = {}
    for file in sources:
        if file.startswith(f"{CONTROLS}/"):
            owned.setdefault(".".join(file.split("/")[1:3]), []).append(file)
    waiting = [file for file in sources if not file.startswith(f"{CONTROLS}/")]
    waiting += [file for control in controls for file in owned.get(control, [])]
    chosen: set[str] = set()
    while waiting:
        file = waiting.pop()
        if file in chosen:
            continue
        chosen.add(file)
        if file == DISPATCH:
            continue
        referred = _controls_referred(sources[file])
        if referred is None:
            return sources
        waiting += [one for control in referred for one in owned.get(control, [])]
    return {file: text for file, text in sources.items() if file in chosen}


def _controls_referred(text: str) -> set[str] | None:
    """Return the controls that a Rego file names after ``data``, or None when it may reach any."""
    tokens = [token for token in TOKEN.finditer(text) if token.lastgroup != "comment"]
    words = [token.group() for token in tokens]
    found: set[str] = set()
    for index, token in enumerate(tokens):
        if token.lastgroup != "word" or words[index] != "data" or words[index - 1 : index] == ["."]:
            continue
        dots, names = words[index + 1 : index + 2 * DIRECT : 2], words[index + 2 : index + 2 * DIRECT + 1 : 2]
        if dots[:1] != ["."]:
            return None
        if names[:1] == [CONTROLS]:
            if dots != ["."] * DIRECT:
                return None
            found.add(".".join(names[1:]))
    return found
