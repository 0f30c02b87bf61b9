import pytest

from auditor_collectors.revisions import of_release, revision

COMMIT = "3f9c2d1e4b5a69788796a5b4c3d2e1f001234567"


@pytest.mark.parametrize(
    ("commit", "release", "expected"),
    [
        (COMMIT, "2025.01.14-3f9c2d1", True),
        ("3f9c2d1", "2025.01.14-3f9c2d1", True),
        ("3f9c2d1", COMMIT, True),
        (COMMIT, COMMIT, True),
        (COMMIT, "v1.2+3f9c2d1", True),
        (COMMIT, "app@3f9c2d1", True),
        (COMMIT, "git:3f9c2d1", True),
        ("3f9c2d2", "2025.01.14-3f9c2d1", False),
        (COMMIT, "2025.01.14-3f9c2d", None),
        (COMMIT, "2025.01.14", None),
        (COMMIT, "r1-", None),
        (COMMIT, "3F9C2D1", None),
        (None, COMMIT, None),
    ],
)
def test_a_release_ends_with_its_commit(commit, release, expected):
    assert of_release(commit, release) is expected


@pytest.mark.parametrize("value", [None, 1234567, "main", "3f9c2d", "3F9C2D1", "3f9c2d1 ", "a" * 65])
def test_what_is_no_commit_is_refused(value):
    with pytest.raises(ValueError, match="a commit of 7 to 64 lower-case hexadecimal digits"):
        revision(value)


@pytest.mark.parametrize("value", ["3f9c2d1", "a" * 64])
def test_a_commit_may_be_abbreviated(value):
    assert revision(value) == value
