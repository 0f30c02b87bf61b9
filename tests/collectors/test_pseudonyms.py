"""Persons in a collection: by pseudonym of their month, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from auditor.collector import CollectContext
from auditor.errors import CollectionError
from auditor_collectors.pseudonyms import person
from one_source import COLLECTED_AT, SCOPE

MOMENT = datetime(2025, 1, 31, 23, 59, tzinfo=UTC)


def context(tmp_path, pseudonym=lambda identifier, period: f"{period}:{identifier[::-1]}"):
    return CollectContext("s", SCOPE, tmp_path, tmp_path, COLLECTED_AT, pseudonym=pseudonym)


def test_a_person_is_named_for_the_month(tmp_path):
    assert person("f, line 1", {"userId": "jane"}, "userId", MOMENT, context(tmp_path)) == "2025-01:enaj"
    later = MOMENT + timedelta(minutes=1)
    assert person("f, line 1", {"userId": "jane"}, "userId", later, context(tmp_path)) == "2025-02:enaj"


@pytest.mark.parametrize("document", [{}, {"userId": None}, {"userId": ""}])
def test_nobody_has_no_name(tmp_path, document):
    assert person("f, line 1", document, "userId", MOMENT, context(tmp_path)) is None


def test_without_a_vault_there_is_no_person_and_nothing_is_read(tmp_path):
    assert person("f, line 1", {"userId": 7}, "userId", MOMENT, context(tmp_path, None)) is None


def test_what_is_no_identifier_is_named(tmp_path):
    with pytest.raises(CollectionError, match="f, line 1, member 'userId': found 7, expected an id"):
        person("f, line 1", {"userId": 7}, "userId", MOMENT, context(tmp_path))


def test_the_month_is_that_of_utc(tmp_path):
    local = datetime(2025, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert person("f", {"userId": "jane"}, "userId", local.astimezone(UTC), context(tmp_path)) == "2025-01:enaj"
