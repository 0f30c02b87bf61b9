"""What the tests of collectors may use."""

import pytest

from collecting import Site


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(tmp_path)
