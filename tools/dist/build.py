"""Builds the source distribution and, from what it holds, the wheel: the same bytes on any machine and day.

Rules kept here: the times inside are one given time and nothing of the machine's; the wheel is made from the unpacked
source distribution, so that who has only that gets the same wheel; what is built lies in an empty folder first.
Source: https://reproducible-builds.org/specs/source-date-epoch/
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def source_date_epoch(root: Path = ROOT) -> int:
    """Return the time to write into what is built: ``SOURCE_DATE_EPOCH``, or that of the last commit, in seconds.

    Raises ``SystemExit`` saying what to do when neither is known.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if said:
        if not said.isascii() or not said.isdigit():
            raise SystemExit(f"dist: SOURCE_DATE_EPOCH is {said!r}, expected seconds since 1970 in digits")
        return int(said)
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(
            f"dist: {root} is no clone and SOURCE_DATE_EPOCH is not set, so no time is known to write into the files\n"
            "  what to do: build in a clone, or set SOURCE_DATE_EPOCH to the seconds of the release's commit"
        )
    return int(done.stdout)


def build(output: Path, epoch: int, root: Path = ROOT) -> tuple[Path, Path]:
    """Build both into ``output`` (made if missing) and return the paths of the source distribution and the wheel."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        _hatchling("sdist", root, made, epoch)
        (source,) = made.glob("*.tar.gz")
        with tarfile.open(source) as archive:
            archive.extractall(Path(scratch) / "source", filter="data")
        (unpacked,) = (Path(scratch) / "source").iterdir()
        _hatchling("wheel", unpacked, made, epoch)
        (wheel,) = made.glob("*.whl")
        output.mkdir(parents=True, exist_ok=True)
        return _moved(source, output), _moved(wheel, output)


def _hatchling(target: str, root: Path, output: Path, epoch: int) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(output)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"dist: hatchling could not build the {target}:\n{done.stderr}")


def _moved(made: Path, output: Path) -> Path:
    path = output / made.name
    path.write_bytes(made.read_bytes())
    path.chmod(0o644)
    return path
