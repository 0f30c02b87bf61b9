"""All attacks: importing this fills the registry."""

from __future__ import annotations

import attacks.crypto
import attacks.sign_off  # noqa: F401 - filled by being imported
