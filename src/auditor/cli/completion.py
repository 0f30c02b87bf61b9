"""``auditor completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script of SHELL, to be evaluated by it.

    To have it in every shell, put its line where the shell starts:

    - bash, in ~/.bashrc: eval "$(auditor completion bash)"

    - zsh, in ~/.zshrc, after compinit: eval "$(auditor completion zsh)"

    - fish, in ~/.config/fish/config.fish: auditor completion fish | source
    """
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"this version of click cannot complete in {shell}")
    click.echo(completion(ctx.find_root().command, {}, "auditor", "_AUDITOR_COMPLETE").source(), nl=False)
    return 0
