"""All attacks: importing this fills the registry."""

from __future__ import annotations

import attacks.crypto
import attacks.semantics
import attacks.sequence
import attacks.sign_off
import attacks.time
import attacks.trust  # noqa: F401 - filled by being imported
