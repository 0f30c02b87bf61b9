"""The labelled corpus: the same for everyone, and what it says of itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from ipaddress import ip_address, ip_network
from random import Random

import pytest
from stdnum import iban, luhn
from stdnum.de import idnr
from stdnum.us import ssn

from auditor.pii import TYPES
from auditor.pii.corpus import documents
from auditor.pii.identifiers import near_miss, valid

RESERVED = [ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


def test_a_seed_gives_the_same_corpus_everywhere() -> None:
    """The digest is of what was first made: another one means that kept results are of another corpus."""
    text = "\n".join(repr(one) for one in documents(1, 200))
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "9db0e89a8eaaa6693fb199be419b1eaf54ceca7488558b15150bc47089fb8ad1"
    )
    assert text != "\n".join(repr(one) for one in documents(2, 200))


def test_a_label_names_its_piece_and_its_place() -> None:
    for document in documents(4, 500):
        for label in document.labels:
            piece = document.text[label.start : label.end]
            assert piece == piece.strip() != ""
            if label.near_miss:
                assert piece == label.plain


def test_every_type_comes_equally_often_in_both_languages() -> None:
    made = Counter((label.type, one.language, label.near_miss) for one in documents(4, 400) for label in one.labels)
    assert set(made.values()) == {40, 20}
    assert len(made) == 4 * len(TYPES)


def test_what_is_called_valid_is_valid_to_libraries_that_did_not_make_it() -> None:
    random = Random(5)  # noqa: S311 - examples
    for _ in range(300):
        assert iban.is_valid(valid("IBAN", random, "de"), check_country=False)
        assert luhn.is_valid(valid("CREDIT_CARD", random, "de"))
        assert ssn.is_valid(valid("SSN_US", random, "en"))
        number = valid("GERMAN_ID", random, "de")
        assert idnr.is_valid(number) or not number.isdigit()
        address = ip_address(valid("IP_ADDRESS", random, "de"))
        assert any(address in one for one in RESERVED)
        assert "example." in valid("EMAIL", random, "de")


def test_what_is_called_a_near_miss_is_none_to_them() -> None:
    random = Random(6)  # noqa: S311 - examples
    for _ in range(300):
        assert not iban.is_valid(near_miss("IBAN", random))
        assert not ssn.is_valid(near_miss("SSN_US", random))
        assert not idnr.is_valid(near_miss("GERMAN_ID", random))


def test_an_unknown_type_is_none() -> None:
    with pytest.raises(KeyError):
        valid("SHOE_SIZE", Random(1), "de")  # noqa: S311 - an example
