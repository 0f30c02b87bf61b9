"""Whole bundles whose files were changed: refused by name, or, if every byte is the same, accepted."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

from fuzz.mutation import mutate_folder, mutate_json
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.adapters.bundle import layout
from auditor.adapters.policies.pack import load_pack
from auditor.adapters.reports.code_quality import render_code_quality
from auditor.adapters.reports.github import render_annotations, render_step_summary
from auditor.adapters.reports.junit import render_junit
from auditor.adapters.reports.machine import Run
from auditor.adapters.reports.sarif import render_sarif
from auditor.adapters.reports.spreadsheet import render_csv
from auditor.core.refusals import REFUSALS
from auditor.core.summary import summarise
from auditor.errors import ControlError, VerificationError
from auditor.shell.people import WHOLE_RUN, sign_off_page
from auditor.shell.verify import verify
from company import Company, make_company
from sealed import Sealed, forge, make_sealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

CHANCES = st.randoms(use_true_random=False)
FEW = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 8


@cache
def sealed() -> Sealed:
    return make_sealed(Path(mkdtemp(prefix="auditor-tests-fuzz-")))


@cache
def company_and_bundle() -> tuple[Company, Path]:
    company = make_company(Path(mkdtemp(prefix="auditor-tests-fuzz-")) / "company")
    return company, company.run().bundle


def files(root: Path) -> dict[str, bytes | None]:
    """Return what is below a folder: plain files with their bytes, everything else without."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if _plain(path) else None
        for path in root.rglob("*")
        if _plain(path) or not path.is_dir() or path.is_symlink() or not any(path.iterdir())
    }


def _plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_nlink == 1


def refused(check: Callable[[], object]) -> bool:
    try:
        check()
    except VerificationError as error:
        assert error.code in REFUSALS
        return True
    return False


@given(chance=CHANCES)
def test_a_changed_bundle_is_refused_by_name(chance: Random) -> None:
    with TemporaryDirectory(prefix="auditor-tests-fuzz-") as folder:
        root = Path(folder) / sealed().root.name
        shutil.copytree(sealed().root, root)
        mutate_folder(root, chance)
        same = files(root) == files(sealed().root)
        assert refused(lambda: verify(root, sealed().public_pem, replay=False)) is not same


@given(chance=CHANCES)
@settings(max_examples=FEW)
def test_a_changed_bundle_of_a_company_is_refused_by_name(chance: Random) -> None:
    company, bundle = company_and_bundle()
    with TemporaryDirectory(prefix="auditor-tests-fuzz-") as folder:
        root = Path(folder) / bundle.name
        shutil.copytree(bundle, root)
        mutate_folder(root, chance)
        same = files(root) == files(bundle)
        assert refused(lambda: company.verify(root)) is not same


def shown(root: Path) -> None:
    """Verify a bundle, and show it in every way that asks no trust policy."""
    done = verify(root, sealed().public_pem, replay=False)
    summarise(done.bundle.document, done.words)
    with suppress(ControlError):  # who holds the key may have sealed policies that are not whole
        run = Run(done.bundle.document, load_pack(root / layout.POLICIES), done.words, "bundle")
        for render in (
            render_annotations,
            render_code_quality,
            render_csv,
            render_junit,
            render_sarif,
            render_step_summary,
        ):
            render(run)
    sign_off_page(done, (), WHOLE_RUN, "security")


@given(chance=CHANCES, where=st.sampled_from(["data", "data/decisions.json"]))
def test_whoever_holds_the_key_and_seals_nonsense_breaks_nothing(chance: Random, where: str) -> None:
    """What is sealed may then verify, for its decisions are not made again here; it is never a crash."""
    with TemporaryDirectory(prefix="auditor-tests-fuzz-") as folder:
        root = Path(folder) / sealed().root.name
        shutil.copytree(sealed().root, root)
        changed = Sealed(root, sealed().private_key, sealed().public_pem)
        if where == "data":
            mutate_folder(root / where, chance)
        else:
            changed.path(where).write_bytes(mutate_json(changed.path(where).read_bytes(), chance))
        if not changed.path("data/decisions.json").is_file():
            return
        try:
            forge(changed)
        except (KeyError, ValueError, OSError):
            return  # what the forger himself cannot state
        refused(lambda: shown(root))


@given(chance=CHANCES)
@settings(max_examples=FEW)
def test_nonsense_sealed_with_the_key_is_refused_when_it_is_decided_again(chance: Random) -> None:
    """All of it is run through the contained child: refused by name, or decided again to the same bytes."""
    company, bundle = company_and_bundle()
    with TemporaryDirectory(prefix="auditor-tests-fuzz-") as folder:
        root = Path(folder) / bundle.name
        shutil.copytree(bundle, root)
        changed = Sealed(root, company.runner.private, company.runner.public)
        mutate_folder(root / "data", chance)
        if not changed.path("data/decisions.json").is_file():
            return
        forge(changed)
        refused(lambda: verify(root, company.runner.public, replay=True))
