"""Names in the options of sources of AWS."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(pattern=r"^[!-~]([ -~]{0,254}[!-~])?$")]
"""A name or an id: printable ASCII, without space at its ends."""
