"""``auditor init``."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import click

from auditor.cli.options import QUIET, narrate
from auditor.collector import ENTRY_POINT_GROUP

HEAD = """\
# What is audited, and where its facts are. `auditor evaluate` and `auditor collect` read this file; `auditor doctor`
# says what is wrong with it. Paths are relative to it. Keep the sources that you have, and delete the others.

# Every fact, verdict and bundle carries these four.
[scope]
system = "my-system"
environment = "production"
release = "replace-me"       # a commit or an artifact digest: what exactly is being judged
phase = ""                   # where in the rollout, if your process has phases

# Options of `auditor evaluate`, by their long names. A flag beats the environment (AUDITOR_EVALUATE_PROFILE=...),
# which beats this section.
[evaluate]
# profile = "hybrid-routing-gates"
# gate = ["slo", "residency"]          # only these decide the exit code
# policies = "my-policies"             # default: the shipped pack
# key = "auditor-key.pem"
# output = "bundles"
"""


ASKED = """\

# The sources below ask AWS itself, with the credentials that the AWS tools find. Take away the "# " of those that you
# want, after `auditor aws policy` and `auditor collect --dry-run` have told what they need and ask.
"""


@click.command("init")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("auditor.toml"),
    show_default=True,
    help="File to write; must not exist.",
)
@QUIET
def command(output: Path, *, quiet: bool) -> int:
    """Write a commented auditor.toml, with an example of each kind of source that is installed."""
    from auditor.errors import UsageError  # noqa: PLC0415 - lazy

    content = HEAD + "".join(f"\n{one}" for one in _examples())
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError as error:
        raise UsageError(
            f"{output}: exists; a configuration is never overwritten", remedy="give another --output"
        ) from error
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror})", remedy="give another --output") from error
    narrate(
        f"{output}: written. Next: describe your sources in it, then `auditor keygen`, `auditor doctor` and "
        "`auditor evaluate`.",
        quiet=quiet,
    )
    return 0


def _examples() -> list[str]:
    """Return the example of each installed collector, or a comment that it offers none.

    What asks a service comes last and commented out, so that the file asks nobody until somebody wants it.
    """
    files, services = [], []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        collector = point.load()
        example: str = getattr(collector, "example", "").strip()
        if not example:
            files.append(f'# kind = "{point.name}" is installed and offers no example; see its own documentation.\n')
        elif getattr(collector, "operations", ()):
            services.append("".join(f"# {line}".rstrip() + "\n" for line in example.splitlines()))
        else:
            files.append(f"{example}\n")
    return files + ([ASKED.lstrip(), *services] if services else [])
