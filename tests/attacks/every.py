"""All attacks: importing this fills the registry."""

# ruff: noqa: F401 - filled by being imported

from __future__ import annotations

import attacks.archive
import attacks.container
import attacks.crypto
import attacks.elsewhere
import attacks.filed
import attacks.parser
import attacks.payload
import attacks.prior
import attacks.semantics
import attacks.sequence
import attacks.sign_off
import attacks.time
import attacks.trust
