"""Makes policies/lists/public_holidays.json: the public holidays of the states of the EU and the EEA, year by year.

    .venv/bin/python tools/make_holidays.py policies/lists/public_holidays.json

Of the kept library ``holidays`` (a development dependency), whose release the list names. Rules kept here: national
public holidays only, no regional ones and no days that only banks or schools keep; a holiday is month * 100 + day.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import holidays

STATES = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
YEARS = range(2020, 2036)
AS_OF = "2026-12-01"


def states() -> dict[str, dict[str, list[int]]]:
    """Return state -> year -> holidays."""
    return {state: {str(year): _days(state, year) for year in YEARS} for state in STATES}


def _days(state: str, year: int) -> list[int]:
    kept = holidays.country_holidays(state, years=year)
    return sorted(day.month * 100 + day.day for day in kept if day.year == year)


def document() -> str:
    """Return the list as its file has it: one year a line."""
    source = (
        f"python package holidays {holidays.__version__}, national public holidays of EU and EEA states; "
        "regional holidays are not in it, a year that is not listed is unknown"
    )
    listed = ",\n".join(
        f'      "{state}": {{\n'
        + ",\n".join(f'        "{year}": {json.dumps(days)}' for year, days in years.items())
        + "\n      }"
        for state, years in states().items()
    )
    return (
        '{\n  "public_holidays": {\n'
        f'    "as_of": "{AS_OF}",\n    "source": "{source}",\n'
        f'    "states": {{\n{listed}\n    }}\n  }}\n}}\n'
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
