"""Which addresses of OPA servers are accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.adapters.rego.opa_api import Address
from auditor.errors import UsageError


@pytest.mark.parametrize(
    ("url", "token", "says"),
    [
        ("ftp://h:1", "", "not the address of a server"),
        ("127.0.0.1:8181", "", "not the address of a server"),
        ("http://", "", "not the address of a server"),
        ("http://h:0", "", "not the address of a server"),
        ("http://h:1?a=b", "", "not the address of a server"),
        ("http://h:1#f", "", "not the address of a server"),
        ("http://h:70000", "", "no URL"),
        ("http://[::1", "", "no URL"),
        ("https://user:secret@h", "", "holds a user or password"),
        ("https://h", "two words", "AUDITOR_OPA_TOKEN holds"),
        ("https://h", "line\r\nX-Other: secret", "AUDITOR_OPA_TOKEN holds"),
        ("http://opa.example.com", "secret", "would cross the network in clear"),
    ],
)
def test_addresses_that_are_refused(url, token, says):
    with pytest.raises(UsageError, match=says) as caught:
        Address(url, token)
    assert "secret" not in str(caught.value)


def test_a_certificate_file_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match="none.pem: no such file"):
        Address("https://h", ca_file=Path("none.pem"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8181", "http://localhost", "http://[::1]:1", "https://h/opa/"])
def test_addresses_that_are_accepted(url):
    assert "secret" not in repr(Address(url, "secret"))
