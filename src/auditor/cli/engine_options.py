"""The options that choose a policy engine, for every command that decides. A flag outweighs the environment.

Rules kept here: the token of a server comes from the environment only, where other users and the history of the shell
do not see it.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from auditor.shell.engines import ENGINES, OPA, TIMEOUT_S, WASM, EngineChoice

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN, CA = "AUDITOR_OPA_TOKEN", "AUDITOR_OPA_CA"
OPTIONS = (
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default=WASM,
        show_default=True,
        envvar="AUDITOR_ENGINE",
        show_envvar=True,
        help="What decides: the compiled module in this process, or an OPA server.",
    ),
    click.option(
        "--opa-url",
        metavar="URL",
        envvar="AUDITOR_OPA_URL",
        show_envvar=True,
        help=f"The OPA server; default: one started for the run. Its token is read from ${TOKEN}.",
    ),
    click.option(
        "--opa-timeout",
        type=click.FloatRange(min=0, min_open=True, max=86_400),
        default=TIMEOUT_S,
        show_default=True,
        metavar="SECONDS",
        help="For each request to the OPA server.",
    ),
    click.option("--cross-check", is_flag=True, help="Decide with both engines; any difference is an error."),
    click.option(
        "--module-cache/--no-module-cache",
        default=True,
        show_default=True,
        envvar="AUDITOR_MODULE_CACHE",
        show_envvar=True,
        help="Keep the compiled policy module for the next run, in a folder that only you may read.",
    ),
)


def engine_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options to ``command``, which gets them as one argument ``engine``, an ``EngineChoice``."""

    @functools.wraps(command)
    def checked(
        *arguments: Any,
        engine: str,
        opa_url: str | None,
        opa_timeout: float,
        cross_check: bool,
        module_cache: bool,
        **others: Any,
    ) -> int:
        uses_opa = engine == OPA or cross_check
        if not uses_opa:
            _refuse_given("opa_url", "opa_timeout")
        ca = os.environ.get(CA)
        choice = EngineChoice(
            name=engine,
            cross_check=cross_check,
            opa_url=opa_url if uses_opa else None,
            opa_token=os.environ.get(TOKEN, "") if uses_opa else "",
            opa_ca=Path(ca) if ca and uses_opa else None,
            opa_timeout_s=opa_timeout,
            module_cache=_cache_folder() if module_cache else None,
        )
        return command(*arguments, engine=choice, **others)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(OPTIONS), checked)


def _cache_folder() -> Path | None:
    """Return the user's folder for compiled modules, or None when the environment names no home.

    Source: XDG Base Directory Specification 0.8 (a relative path is ignored); on macOS ``~/Library/Caches``.
    """
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not named.is_absolute():
        home = Path(os.environ.get("HOME", ""))
        if not home.is_absolute():
            return None
        named = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return named / "auditor" / "modules"


def _refuse_given(*names: str) -> None:
    """Refuse options that were given on the command line although nothing will use them."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} needs --engine opa or --cross-check")
