"""``auditor help``: what a name in brackets means, offline; or the help of a command."""

from __future__ import annotations

import sys

import click

from auditor.cli.options import fit, nearest


@click.command("help")
@click.argument("words", nargs=-1, metavar="[NAME | COMMAND...]")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> int:
    """Say what the NAME of a refusal or of a reason means, or show the help of COMMAND.

    A NAME is what stands in brackets in a message, as digest-mismatch, or as `reason` in JSON, as over_limit.
    """
    root = ctx.find_root()
    if not words:
        click.echo(root.get_help())
        return 0
    from auditor.core.glossary import known_names, meanings  # noqa: PLC0415 - lazy

    name = words[0].strip("[]")
    found = meanings(name) if len(words) == 1 else ()
    for one in found:
        click.echo(fit(f"{name}: {one.of}\n  {one.says}\n  more: {one.anchor}", sys.stdout))
    if found:
        return 0
    return _help_of(root, words, known_names())


def _help_of(root: click.Context, words: tuple[str, ...], names: list[str]) -> int:
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    context = root
    for word in words:
        group = context.command
        inner = group.get_command(context, word) if isinstance(group, click.Group) else None
        if inner is None:
            raise UsageError(
                f"{' '.join(words)!r}: no command and no name of a refusal or reason{nearest(word, names)}",
                remedy="`auditor --help` lists the commands, docs/refusals.md and docs/reference/reasons.md the names",
            )
        context = click.Context(inner, info_name=word, parent=context)
    click.echo(context.get_help())
    return 0
