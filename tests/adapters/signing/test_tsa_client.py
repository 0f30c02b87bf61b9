"""Asking a TSA over HTTP: what it answers is checked before anyone seals it, and each fault has its own words."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import tsp

from auditor.adapters.signing.timestamps import token_time
from auditor.adapters.signing.tsa_client import http_timestamper
from auditor.errors import EngineError, UsageError
from tsa import Tsa, make_tsa, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

THEN = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
SIGNATURE = b"raw bytes of a signature"


@pytest.fixture(scope="module")
def tsa() -> Tsa:
    return make_tsa(THEN)


def failure(url: str, **options: Any) -> str:
    with pytest.raises(EngineError) as caught:
        http_timestamper(url, **options)(SIGNATURE)
    assert url in caught.value.message
    assert caught.value.remedy
    return caught.value.message


def test_a_token_comes_over_http_and_verifies(tsa: Tsa) -> None:
    with serving(tsa.respond) as url:
        response = http_timestamper(url, authorities=[tsa.authority])(SIGNATURE)
    assert token_time(response, SIGNATURE, [tsa.authority], "here") == THEN


def test_the_request_is_rfc_3161s_and_does_not_hold_the_signature(tsa: Tsa) -> None:
    before = len(tsa.requests)
    with serving(tsa.respond) as url:
        timestamp = http_timestamper(url)
        assert timestamp(SIGNATURE) != timestamp(SIGNATURE)
    first, second = (tsp.TimeStampReq.load(one).native for one in tsa.requests[before:])
    assert first["message_imprint"]["hash_algorithm"]["algorithm"] == "sha256"
    assert first["cert_req"]
    assert first["nonce"] != second["nonce"]
    assert first["nonce"].bit_length() > 32
    assert SIGNATURE not in tsa.requests[before]


def test_a_replayed_answer_is_refused(tsa: Tsa) -> None:
    replies: list[bytes] = []

    def replay(request: bytes) -> bytes:
        replies.append(tsa.respond(request))
        return replies[0]

    with serving(replay) as url:
        timestamp = http_timestamper(url)
        timestamp(SIGNATURE)
        with pytest.raises(EngineError, match="nonce is not the one that was sent"):
            timestamp(SIGNATURE)


def test_an_answer_without_a_nonce_is_refused() -> None:
    tsa = make_tsa(THEN, change=lambda info: info.update(nonce=None))
    with serving(tsa.respond) as url:
        assert "nonce is not the one that was sent" in failure(url)


def test_another_imprint_is_refused() -> None:
    def lie(info: dict[str, Any]) -> None:
        info["message_imprint"] = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}

    with serving(make_tsa(THEN, change=lie).respond) as url:
        assert "over something other than this signature" in failure(url)


def test_a_rejection_is_told_in_the_words_of_the_tsa() -> None:
    status = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["no account"], "fail_info": {"bad_request"}})
    answer = b"\x30" + bytes([len(status.dump())]) + status.dump()
    with serving(lambda _: answer) as url:
        assert "rejection ('no account')" in failure(url)


def test_a_token_of_an_authority_that_is_not_pinned_is_refused_before_it_is_sealed(tsa: Tsa) -> None:
    with serving(make_tsa(THEN).respond) as url:
        assert "trusted by none" in failure(url, authorities=[tsa.authority])


def test_an_unsorted_answer_is_put_in_order() -> None:
    tsa = make_tsa(THEN, sorted_set=False)
    tsa.intermediates = (tsa.root,)
    with serving(tsa.respond) as url:
        response = http_timestamper(url, authorities=[tsa.authority])(SIGNATURE)
    assert token_time(response, SIGNATURE, [tsa.authority], "here") == THEN


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 503}, "answered HTTP 503"),
        ({"status": 404}, "answered HTTP 404"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "answered HTTP 302"),
        ({"status": 202}, "answered 202 application/timestamp-reply"),
        ({"content_type": "text/html; charset=utf-8"}, "answered 200 text/html, expected application/timestamp-reply"),
    ],
)
def test_an_answer_that_is_no_reply_is_refused(tsa: Tsa, answer: dict[str, Any], words: str) -> None:
    with serving(tsa.respond, **answer) as url:
        assert words in failure(url)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\x30\x80" * 1000])
def test_a_body_that_is_no_token_is_refused(body: bytes) -> None:
    with serving(lambda _: body) as url:
        assert "no RFC 3161 token" in failure(url)


def test_an_endless_answer_is_refused() -> None:
    with serving(lambda _: bytes(1 << 20)) as url:
        assert "answered over 65536 bytes" in failure(url)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def address(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}/tsa"


def test_a_silent_tsa_is_not_waited_for_for_ever(listener: socket.socket) -> None:
    assert "no whole answer within 0.1 s" in failure(address(listener), timeout_s=0.1)


def test_a_dripping_tsa_is_not_waited_for_for_ever(listener: socket.socket) -> None:
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\n")
            while not stop.wait(0.02):
                try:
                    connection.sendall(b"0")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        assert "no whole answer within 0.3 s" in failure(address(listener), timeout_s=0.3)
    finally:
        stop.set()
        thread.join()


def test_a_tsa_that_hangs_up_is_said(listener: socket.socket) -> None:
    def hang_up() -> None:
        listener.accept()[0].close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    assert "cannot be asked" in failure(address(listener))
    thread.join()


def test_a_tsa_that_is_not_there_is_said(listener: socket.socket) -> None:
    url = address(listener)
    listener.close()
    assert "cannot be asked" in failure(url)


@pytest.mark.parametrize(
    "url", ["", "tsa.example", "file:///etc/passwd", "ftp://tsa.example/", "http://", "http://a:x/"]
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(UsageError, match=r"no http:// or https:// URL"):
        http_timestamper(url)


def test_neither_credentials_nor_a_query_get_into_a_message(listener: socket.socket) -> None:
    with pytest.raises(UsageError, match="host tsa.example") as refused:
        http_timestamper("https://me:hunter2@tsa.example/")
    url = address(listener)
    listener.close()
    with pytest.raises(EngineError) as failed:
        http_timestamper(f"{url}?token=hunter2")(SIGNATURE)
    for error in (refused.value, failed.value):
        assert "hunter2" not in str(error)
        assert "me:" not in str(error)
