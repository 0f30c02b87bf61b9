"""The section [watch]: a command that is no shell's, a webhook that nobody overhears, one of them."""

from pathlib import Path

import pytest

from auditor.adapters.watch.settings import read_settings
from auditor.errors import UsageError


def test_nothing_needs_to_be_said():
    settings = read_settings({}, Path("auditor.toml"))
    assert (settings.gate, settings.interval_seconds, settings.attempts) == ("rollback", 60, 1)
    assert (settings.command, settings.url) == (None, None)


@pytest.mark.parametrize(
    "section",
    [
        {"command": ["./rollback.sh", "--now"]},
        {"url": "https://ops.example/rollback"},
        {"url": "http://127.0.0.1:8080/"},
        {"url": "http://localhost/"},
    ],
)
def test_a_command_or_a_webhook(section):
    assert read_settings(section, Path("auditor.toml")).model_dump().items() >= section.items()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"command": "./rollback.sh"}, "watch.command: Input should be a valid list"),
        ({"command": []}, "watch.command: List should have at least 1 item"),
        ({"command": [""]}, "the command's first argument is empty"),
        ({"command": ["x"], "url": "https://a.example"}, "has a command and a url, expected one of them"),
        ({"url": "http://ops.example/"}, "watch.url: Value error, expected an https URL"),
        ({"url": "https://user@ops.example/"}, "expected an https URL without a user"),
        ({"url": "https:///path"}, "expected an https URL"),
        ({"interval_seconds": 0}, "watch.interval_seconds: Input should be greater than or equal to 1"),
        ({"interval_seconds": "60"}, "watch.interval_seconds: Input should be a valid integer"),
        ({"attempts": 0}, "watch.attempts"),
        ({"shell": True}, "watch.shell: Extra inputs are not permitted"),
    ],
)
def test_anything_else_is_refused_with_its_key(section, said):
    with pytest.raises(UsageError) as refused:
        read_settings(section, Path("auditor.toml"))
    assert said in str(refused.value)
    assert "auditor.toml: the configuration is refused" in str(refused.value)
