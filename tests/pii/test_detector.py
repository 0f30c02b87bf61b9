"""The detector, on the corpus that it is measured by, on truths of others, and on what must not fool it."""

from __future__ import annotations

from itertools import pairwise

import phonenumbers
import pytest

from auditor.pii import STRUCTURED, TYPES, UNSTRUCTURED
from auditor.pii.corpus import documents
from auditor.pii.detector import detect
from auditor.pii.measure import measured
from auditor.pii.plain import plain

FRESH = measured(documents(99, 5000))


def found(text: str) -> list[tuple[str, str]]:
    shown = plain(text)
    return [(one.type, shown[one.start : one.end]) for one in detect(shown)]


@pytest.mark.parametrize("kind", STRUCTURED)
def test_of_each_structured_type_it_finds_nearly_all_and_imagines_little(kind: str) -> None:
    counts = FRESH[kind]
    assert counts.planted >= 1000
    assert counts.near_misses >= 500
    assert counts.found * 100 >= 99 * counts.planted
    assert counts.found * 100 >= 95 * (counts.found + counts.false_positives)


@pytest.mark.parametrize("kind", UNSTRUCTURED)
def test_what_has_no_form_is_found_as_well_as_is_said_and_no_better(kind: str) -> None:
    """About three quarters of the addresses and four fifths of the postcodes: the corpus is not made to be easy."""
    counts = FRESH[kind]
    assert 70 * counts.planted <= 100 * counts.found <= 90 * counts.planted
    assert counts.found * 100 >= 85 * (counts.found + counts.false_positives)


def test_it_finds_every_example_number_of_libphonenumber() -> None:
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    examples = [
        (region, phonenumbers.format_number(number, form))
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in kinds
        if (number := phonenumbers.example_number_for_type(region, kind))
        for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    ]
    assert len(examples) > 900
    for region, written in examples:
        kind = "PHONE_DE" if region == "DE" else "PHONE_INTERNATIONAL"
        assert found(f"Tel. {written} bitte") == [(kind, written)]


# As the registries and standards print them.
PRINTED = {
    "IBAN": (
        "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "FR14 2004 1010 0505 0001 3M02 606",
        "NL91 ABNA 0417 1643 00", "AT61 1904 3002 3457 3201", "CH93 0076 2011 6238 5295 7", "BE68 5390 0754 7034",
        "ES91 2100 0418 4502 0005 1332", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", "NO93 8601 1117 947",
    ),
    "CREDIT_CARD": ("4111 1111 1111 1111", "5555555555554444", "3782 822463 10005", "6011-1111-1111-1117"),
    "GERMAN_ID": ("36 574 261 809",),
    "IP_ADDRESS": ("192.0.2.235", "2001:db8:85a3::8a2e:370:7334", "2001:0db8:0000:0000:0000:ff00:0042:8329"),
    "EMAIL": ("simple@example.com", "disposable.style.email.with+symbol@example.com", "user-@example.org"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "piece"), [(kind, one) for kind, pieces in PRINTED.items() for one in pieces])
def test_it_finds_what_others_print_as_examples(kind: str, piece: str) -> None:
    assert found(f"Angabe: {piece}, wie besprochen") == [(kind, piece)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'{"text":"Karte:\n4111111111111111"}', [("CREDIT_CARD", "4111111111111111")]),
        (r"mail max\u0040example.org", [("EMAIL", "max@example.org")]),
        ("GET /?user=max%40example.org&x=1", [("EMAIL", "max@example.org")]),
        ("max&#64;example.org", [("EMAIL", "max@example.org")]),
        ("m\u200bax@exam\u00adple.org", [("EMAIL", "max@example.org")]),
        ("max (at) example punkt de", [("EMAIL", "max (at) example punkt de")]),
        ("jörg.müller@example.org", [("EMAIL", "jörg.müller@example.org")]),
        ("\uff14\uff11\uff11\uff11 1111\u00a01111 1111", [("CREDIT_CARD", "4111 1111 1111 1111")]),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", [("CREDIT_CARD", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]),
        ("10:00:35 5555-5555-5555-4444 12/27", [("CREDIT_CARD", "5555-5555-5555-4444")]),
        ("2025-01-14 4111111111111111 2025", [("CREDIT_CARD", "4111111111111111")]),
        ("IBAN DE89370400440532013000 ist meine", [("IBAN", "DE89370400440532013000")]),
        ("Tel. +49 (0) 30 23125 123", [("PHONE_DE", "+49 (0) 30 23125 123")]),
        ("client=192[.]0[.]2[.]1", [("IP_ADDRESS", "192[.]0[.]2[.]1")]),
        ("arn:aws:sts::111122223333:assumed-role/support/max@example.org", [("EMAIL", "max@example.org")]),
        ("my social security number 123 45 6789", [("SSN_US", "123 45 6789")]),
        ("ID card No. L01X00T471", [("GERMAN_ID", "L01X00T471")]),
    ],
)
def test_it_finds_what_is_escaped_disguised_or_between_other_numbers(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "DE88 3704 0044 0532 0130 00", "4111111111111112", "order 9999888877776666", "v1.2.3.4 of 1.2.3.4-beta",
        "Chrome/120.0.0.0 Safari/537.36", "127.0.0.1 and ::1 and 0.0.0.0", "std::string a::b Foo::Bar", "10:15:33",
        "2025-01-14T10:00:00.000Z", "am 02.03.2025 um 10:00", "user@localhost", "react@18.2.0", "logo@2x.png",
        "@example.org", "000-12-3456", "666-12-3456", "912-34-5678", "+1 212 555 01", "030 12", "0.1234567890",
        "3f2b8c1e-0410-4607-9434-512345678901", "1736848800000000", "10115 Stück", "36574261890",
        "arn:aws:iam::111122223333:role/app",
        "evt-000420-1", "we met at example dot", "5 of 17", "latencyMs=1234567", "256.300.1.1", "1.3.6.1.4.1.311",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_not_found(text: str) -> None:
    assert found(text) == []


def test_lines_are_never_read_together() -> None:
    for text in (
        "4111 1111\n1111 1111",
        "max@\nexample.org",
        "DE89 3704 0044 0\n532 0130 00",
        "PLZ\n10115",
        "SSN\n123 45 6789",
    ):
        assert found(text) == []
    many = "max@example.org\n" * 3
    assert len(found(many)) == 3


@pytest.mark.parametrize(
    "piece",
    [
        "perso",
        "plz ",
        "a@",
        "a.",
        "@a.",
        " at a",
        "(at)",
        " dot ",
        "1 ",
        "1-",
        "00",
        "+1",
        "DE00",
        "::",
        "1:",
        "A1",
        "ssn",
        "\\u",
    ],
)
def test_a_megabyte_made_to_be_slow_is_searched_like_any_other(piece: str) -> None:
    """A search whose time grows with the square of a line would not end here."""
    assert len(found(piece * (1_000_000 // len(piece)))) < 100_000


def test_one_place_is_of_one_type() -> None:
    for document in documents(3, 300):
        spans = detect(plain(document.text))
        assert all(first.end <= second.start for first, second in pairwise(spans))
        assert {one.type for one in spans} <= set(TYPES)
