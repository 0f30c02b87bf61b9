"""SQL that reads decimal numbers from text without losing a digit.

Rules kept here: a limit is met exactly or not at all, so a duration that is the least bit longer than a microsecond
counts as the next one, however many digits say so (a DECIMAL of nine places would make 1.5000000001 s equal 1.5 s); a
number that 64 bits cannot hold, or that is below zero, is null and never an overflow.
"""

from __future__ import annotations

from auditor_collectors.batches import literal

SHORT = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"
LONG = r"^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$"
MOST_DIGITS = 19  # of a BIGINT


def rounded_up(text: str, shift: int) -> str:
    """Return SQL for the number in ``text`` times 10 to the power of ``shift``, rounded up to a BIGINT, else null.

    ``text`` is an SQL expression of type VARCHAR that is known to be a number. Short ones take the fast route; of the
    others the point is moved within the digits (without leading zeros): what stands before it is the number, and
    anything but zeros behind it adds one.
    """
    short = f"ceil({text}::decimal(18, 9)::decimal(30, 9) * {10**shift})::bigint"
    split = f"regexp_extract({text}, {literal(LONG)}, ['sign', 'whole', 'part', 'power'])"
    power = "case when n.power = '' then 0 else try_cast(n.power as integer)::bigint end"
    moved = f"""list_transform([{split}], lambda n: {{
        'sign': n.sign,
        'digits': ltrim(n.whole || n.part, '0'),
        'point': {power} + {shift} + length(ltrim(n.whole || n.part, '0')) - length(n.part)
    }})"""
    whole = "rpad(left(m.digits, m.point), m.point::integer, '0')::hugeint"
    number = f"""list_transform({moved}, lambda m: case
        when m.digits = '' then 0
        when m.sign = '-' or m.point is null or m.point > {MOST_DIGITS} then null
        when m.point <= 0 then 1
        else try_cast({whole} + regexp_matches(substr(m.digits, m.point + 1), '[1-9]')::integer as bigint)
    end)[1]"""
    return f"case when regexp_matches({text}, {literal(SHORT)}) then {short} else {number} end"
