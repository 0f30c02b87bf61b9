"""Feature flags as their documents state them: AWS AppConfig, flagd, and lines of KEY=value.

Rules kept here: text is never read as a boolean (``"false"`` would be true to most programs); what is not the same for
everybody is not one boolean, so the flag's own row is null and each variant has a row; what is unread is said.
Sources: https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-type-reference-feature-flags.html and
https://flagd.dev/reference/flag-definitions/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.flag_options import NAME, EnvOptions, FlagdOptions
from auditor_collectors.jsonlines import AGAIN, json_object, lines, member
from auditor_collectors.values import boolean, not_after, optional, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from auditor.collector import CollectContext
    from auditor_collectors.files import SourceFile
    from auditor_collectors.flag_options import FlagOptions

MAX_DOCUMENT = 16 << 20
APPCONFIG_KEY = r"[a-z][a-zA-Z0-9_-]{0,63}"
KEPT_SHORT = 8  # a value of a line of KEY=value may be a secret: no longer one is shown


@dataclass(frozen=True, slots=True)
class Flag:
    """One row: the flag itself, or one variant of it. ``where`` is its place, for a person."""

    where: str
    key: str
    enabled: bool | None
    variant: str | None = None
    updated_at: datetime | None = None


def flags_of(file: SourceFile, wanted: FlagOptions, context: CollectContext) -> Iterator[Flag]:
    """Yield the flags of ``file``. Raises ``CollectionError`` naming file and flag."""
    if isinstance(wanted, EnvOptions):
        yield from _env(file, wanted)
    elif isinstance(wanted, FlagdOptions):
        yield from _flagd(file.name, whole_document(file), wanted.code_default)
    else:
        yield from appconfig(file.name, whole_document(file), context)


def whole_document(file: SourceFile) -> dict[str, Any]:
    """Return the one JSON object that ``file`` is; a flag document is small."""
    if file.content > MAX_DOCUMENT:
        raise CollectionError(
            f"{file.name}: {file.content} bytes, expected a document of at most {MAX_DOCUMENT >> 20} MiB",
            remedy="check `files` and `format` in auditor.toml",
        )
    return json_object(file.name, b"".join(line for _, line in lines(file)))


def appconfig(name: str, document: dict[str, Any], context: CollectContext) -> Iterator[Flag]:
    """Yield the flags of a document of type AWS.AppConfig.FeatureFlags, as GetHostedConfigurationVersion gives it."""
    member(name, document, "version", _version)
    flags, values = (member(name, document, part, mapping) for part in ("flags", "values"))
    unknown = sorted(values.keys() - flags.keys())
    if unknown:
        raise CollectionError(f"{name}: values has {unknown[0]!r}, which flags does not define", remedy=AGAIN)
    for key in flags:
        where = f"{name}, flag {key!r}"
        if not re.fullmatch(APPCONFIG_KEY, key):
            raise CollectionError(
                f"{where}: no key of AppConfig, expected a lower-case letter, then letters, digits, _ or -, at most 64",
                remedy=AGAIN,
            )
        if key not in values:
            yield Flag(where, key, None)
            continue
        value = member(where, values, key, mapping)
        updated_at = member(where, value, "_updatedAt", optional(partial(not_after, context=context)))
        if "_variants" not in value:
            yield Flag(where, key, member(where, value, "enabled", boolean), None, updated_at)
            continue
        if "enabled" in value:
            raise CollectionError(f"{where}: found enabled and _variants, expected one of them", remedy=AGAIN)
        yield Flag(where, key, None, None, updated_at)
        seen: set[str] = set()
        for variant in member(where, value, "_variants", _objects):
            label = member(where, variant, "name", variant_name)
            spot = f"{where}, variant {label!r}"
            if label in seen:
                raise CollectionError(f"{spot}: is there twice, expected once", remedy=AGAIN)
            seen.add(label)
            yield Flag(spot, key, member(spot, variant, "enabled", boolean), label, updated_at)


def _flagd(name: str, document: dict[str, Any], code_default: bool | None) -> Iterator[Flag]:  # noqa: FBT001 - a value
    for key, flag in member(name, document, "flags", mapping).items():
        where = f"{name}, flag {key!r}"
        if not re.fullmatch(NAME, key) or not isinstance(flag, dict):
            raise CollectionError(f"{where}: expected an object under a name of letters, digits and _.-", remedy=AGAIN)
        state = member(where, flag, "state", _state)
        variants = member(where, flag, "variants", mapping)
        default = member(where, flag, "defaultVariant", optional(partial(_one_of, variants=variants)))
        targeting = member(where, flag, "targeting", optional(mapping))
        if state == "DISABLED" or (default is None and not targeting):
            yield Flag(where, key, code_default)
            continue
        value = variants[default] if default is not None and not targeting else None
        if isinstance(value, bool):
            yield Flag(where, key, value)
            continue
        yield Flag(where, key, None)
        for label, given in variants.items():
            member(where, {"variants": label}, "variants", variant_name)
            yield Flag(where, key, given if isinstance(given, bool) else None, label)


def _env(file: SourceFile, wanted: EnvOptions) -> Iterator[Flag]:
    for number, line in lines(file):
        where = f"{file.name}, line {number}"
        try:
            written = line.decode().strip().removeprefix("export ")
        except UnicodeDecodeError as error:
            raise CollectionError(f"{where}: not UTF-8 ({error.reason})", remedy=AGAIN) from error
        if not written or written.startswith("#"):
            continue
        key, equals, value = written.partition("=")
        if not equals or not re.fullmatch(NAME, key):
            raise CollectionError(f"{where}: expected KEY=value, a comment or nothing", remedy="correct the file")
        if wanted.only is not None and key not in wanted.only:
            continue
        if value not in {*wanted.true_values, *wanted.false_values}:
            found = repr(value) if len(value) <= KEPT_SHORT else f"{len(value)} characters"
            expected = ", ".join([*wanted.true_values, *wanted.false_values])
            raise CollectionError(
                f"{where}, key {key!r}: found {found}, expected one of {expected}",
                remedy="correct the value, or true_values, false_values or only in auditor.toml",
            )
        yield Flag(where, key, value in wanted.true_values)


def mapping(value: Any) -> dict[str, Any]:
    """Return ``value``, which is an object."""
    if isinstance(value, dict):
        return value
    raise ValueError("an object")


def variant_name(value: Any) -> str:
    """Return ``value``, which is a name of a variant."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,63}", value):
        return value
    raise ValueError("a variant's name of letters, digits, spaces and _.-, at most 64")


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return value
    raise ValueError("a list of one or more objects")


def _version(value: Any) -> str:
    if value == "1":
        return "1"
    raise ValueError("'1': the content of a hosted version of type AWS.AppConfig.FeatureFlags")


def _state(value: Any) -> str:
    if value in ("ENABLED", "DISABLED"):
        return text(value)
    raise ValueError("ENABLED or DISABLED")


def _one_of(value: Any, variants: dict[str, Any]) -> str:
    if isinstance(value, str) and value in variants:
        return value
    raise ValueError(f"one of the variants {', '.join(variants)}")
