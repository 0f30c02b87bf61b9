"""Identifiers of the corpus: valid ones, and near misses that look like one and are none.

Rules kept here: where an authority keeps numbers for fiction and documentation, they are of these (RFC 2606, 5737 and
3849, the Bundesnetzagentur's numbers for media, the 555-01XX of the NANP, Ofcom's 020 7946 0xxx, test cards); there are
none for IBANs, tax identification numbers and social security numbers, so those are drawn at random from bank codes,
structures and areas of the time before 2011. Check digits are reckoned here and not by the libraries that the detector
asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

FIRST = ("max", "erika", "jörg", "anna", "müller.k", "jan-ole", "sofie_w", "t.schäfer", "lena+news", "b2b")
DOMAINS = ("example.org", "example.com", "example.net", "mail.example.org", "shop.example.com")
# Blocks of numbers for media use: prefix, and how many digits follow.
MEDIA = (("030", "23125", 3), ("040", "66969", 3), ("069", "90009", 3), ("0221", "4710", 3), ("089", "99998", 3),
         ("0171", "39200", 2), ("0176", "040690", 2))  # fmt: skip
ABROAD = (("1", "212555", "01", 2), ("1", "415555", "01", 2), ("44", "207946", "0", 3), ("33", "19900", "", 4),
          ("61", "491570", "1", 2))  # fmt: skip
CARDS = ("4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100", "378282246310005",
         "371449635398431", "6011111111111117", "3530111333300000", "2223003122003222", "30569309025904")  # fmt: skip
STREETS = ("Lindenstraße", "Mühlenweg", "Bahnhofstr.", "Goetheplatz", "Königsallee", "Gartenstrasse", "Am Alten Ufer",
           "Unter den Eichen", "Lange Reihe", "Rosengasse")  # fmt: skip
ROADS = ("Baker Street", "Mill Road", "Park Avenue", "Old Church Lane", "Broadway", "Elm Drive")
CITIES = ("Berlin", "Köln", "München", "Görlitz", "Kassel", "Bad Homburg", "Frankfurt am Main", "Lübeck")
BANKS = ("37040044", "10000000", "50010517", "70090100", "20050550")
IBANS = {"DE": (10, ""), "AT": (16, ""), "FR": (0, "20041010050500013M02606"), "GB": (0, "NWBK60161331926819"),
         "NL": (0, "ABNA0417164300"), "CH": (17, "")}  # fmt: skip
NO_PHONES = ("030 12", "0171 39", "+49 171 39", "+49 30 12", "0049 0 0", "02.03.2025", "0815-47", "00 49")
LETTERS = "CFGHJKLMNPRTVWXYZ"


def valid(kind: str, random: Random, language: str) -> str:
    """Return a valid identifier of type ``kind``, as people usually write it."""
    makers: dict[str, Callable[[], str]] = {
        "EMAIL": lambda: (
            f"{random.choice(FIRST)}{random.choice(['', str(random.randrange(100))])}@{random.choice(DOMAINS)}"
        ),
        "PHONE_DE": lambda: _german(random),
        "PHONE_INTERNATIONAL": lambda: _abroad(random),
        "IBAN": lambda: _iban(random),
        "CREDIT_CARD": lambda: random.choice(CARDS),
        "SSN_US": lambda: _social(random),
        "GERMAN_ID": lambda: _tax(random) if random.random() < 0.5 else _serial(random),  # noqa: PLR2004 - half of each
        "IP_ADDRESS": lambda: _address(random),
        "ADDRESS": lambda: _street(random, language),
        "POSTAL_CODE_DE": lambda: f"{random.randrange(1067, 99998):05d}",
    }
    return makers[kind]()


def near_miss(kind: str, random: Random) -> str:
    """Return what looks like an identifier of type ``kind`` and is none."""
    makers: dict[str, Callable[[], str]] = {
        "EMAIL": lambda: random.choice(("@example.org", "user@localhost", "react@18.2.0", "logo@2x.png", "kontakt@")),
        "PHONE_DE": lambda: random.choice((*NO_PHONES, _order(random))),
        "PHONE_INTERNATIONAL": lambda: random.choice(
            ("+1 212 555 01", "+44 20 79", "+999 123 456 78", "+01:00", "+3312")
        ),
        "IBAN": lambda: _off_by_one(_iban(random), 2, 3),
        "CREDIT_CARD": lambda: random.choice(
            (_off_by_one(random.choice(CARDS), -1, -1), f"9{random.randrange(10**15):015d}")
        ),
        "SSN_US": lambda: (
            f"{random.choice(('000', '666', '9' + str(random.randrange(10, 99))))}-{random.randrange(1, 99):02d}-1234"
        ),
        "GERMAN_ID": lambda: random.choice((_off_by_one(_tax(random), -1, -1), _off_by_one(_serial(random), -1, -1))),
        "IP_ADDRESS": lambda: random.choice(
            ("256.300.1.1", "v1.2.3.4", "1.3.6.1.4.1", "192.0.2", "version 10.4.0.1", "10:15:33")
        ),
        "ADDRESS": lambda: random.choice(
            ("Platz 3 von 12", "Straße ohne Nummer", "Weg zum Ziel", "Route 66", "Parkplatz 12")
        ),
        "POSTAL_CODE_DE": lambda: random.choice(
            (f"{random.randrange(10000, 99999)} {random.choice(('Stück', 'Euro', 'Tickets', 'Rot'))}", _order(random))
        ),
    }
    return makers[kind]()


def _order(random: Random) -> str:
    """Return the number of an order: five digits, which a postcode has too."""
    return f"{random.choice(('Bestellung', 'order'))} {random.randrange(10000, 99999)}"


def _german(random: Random) -> str:
    area, block, more = random.choice(MEDIA)
    rest = "".join(str(random.randrange(10)) for _ in range(more))
    return random.choice((
        f"{area} {block}{rest}", f"{area}/{block}-{rest}", f"({area}) {block}{rest}", f"+49 {area[1:]} {block} {rest}",
        f"+49 (0){area[1:]} {block}{rest}", f"0049{area[1:]}{block}{rest}", f"{area}{block}{rest}",
    ))  # fmt: skip


def _abroad(random: Random) -> str:
    country, block, more, digits = random.choice(ABROAD)
    rest = more + "".join(str(random.randrange(10)) for _ in range(digits))
    return random.choice((f"+{country} {block} {rest}", f"+{country}{block}{rest}",
                          f"00{country} {block[:3]} {block[3:]}{rest}",
                          f"+{country}-{block[:3]}-{block[3:]}-{rest}"))  # fmt: skip


def _iban(random: Random) -> str:
    country = random.choice(sorted(IBANS))
    digits, account = IBANS[country]
    account = account or (random.choice(BANKS) if country == "DE" else "")
    account += "".join(str(random.randrange(10)) for _ in range(digits))
    numeric = "".join(str(int(one, 36)) for one in f"{account}{country}00")
    whole = f"{country}{98 - int(numeric) % 97:02d}{account}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def _social(random: Random) -> str:
    return f"{random.randrange(1, 600):03d}-{random.randrange(1, 99):02d}-{random.randrange(1, 9999):04d}"


def _tax(random: Random) -> str:
    """Return a tax identification number: one of its first ten digits comes twice, ISO 7064 gives the last."""
    digits = random.sample(range(10), 9)
    digits.insert(random.randrange(1, 10), random.choice(digits))
    if digits[0] == 0:
        digits[0], digits[-1] = digits[-1], digits[0]
    if digits[0] == 0:
        return _tax(random)
    product = 10
    for one in digits:
        total = (one + product) % 10 or 10
        product = total * 2 % 11
    return "".join(map(str, [*digits, (11 - product) % 10]))


def _serial(random: Random) -> str:
    """Return the serial number of an identity card with its check digit, after the word that says what it is."""
    serial = random.choice("LMNPRTVWXY") + "".join(random.choice(LETTERS + "0123456789") for _ in range(8))
    values = [int(one, 36) for one in serial]
    return serial + str(sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(values)) % 10)


def _address(random: Random) -> str:
    if random.random() < 0.3:  # noqa: PLR2004 - share of IPv6
        return f"2001:db8::{random.randrange(1, 65536):x}:{random.randrange(1, 65536):x}"
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randrange(1, 255)}"


def _street(random: Random, language: str) -> str:
    if language == "en":
        return f"{random.randrange(1, 300)} {random.choice(ROADS)}"
    return f"{random.choice(STREETS)} {random.randrange(1, 200)}{random.choice(['', '', 'a', ' b'])}"


def _off_by_one(number: str, first: int, last: int) -> str:
    """Return ``number`` with one of its digits at ``first`` to ``last`` changed: its check digits no longer hold."""
    at = first % len(number) if first == last else first
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
