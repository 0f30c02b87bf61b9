"""The tokens of Rego, as far as they tell words from strings and comments."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<template>\$["`])
      | (?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<other>\S)""",
    re.VERBOSE,
)
