"""Queries that controls share: composed at load, in order, and one plain SELECT afterwards."""

import shutil
from pathlib import Path

import pytest

from auditor.adapters.policies.pack import load_pack
from auditor.adapters.policies.windowed import compose, mentions, read_windowed
from auditor.adapters.sql.guard import check_select
from auditor.errors import ControlError
from auditor.shipped import policies_dir

ONE = "-- one\nwith a as (select 1 as x)\nselect x from a\n"
TWO = "select x from one"
WINDOWED = {"one": ONE, "two": TWO, "three": "select 3 as z"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "windowed").mkdir()
    return tmp_path


def write(root: Path, **texts: str) -> None:
    for name, text in texts.items():
        (root / f"windowed/{name}.sql").write_text(text)


def rows(sql):
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def test_what_names_none_stays_as_it_is():
    for sql in ("select 1 as one_and_two", "-- one, two\nselect 1", ""):
        assert compose(sql, WINDOWED) == sql


@pytest.mark.parametrize(
    "sql",
    [
        "select x, 2 as y from one",
        "-- why\n-- and one more\nselect x, 2 as y from one",
        "with b as (select x from one)\nselect x, 2 as y from b",
        "-- why\n\nwith b as (\n    select x from one\n)\nselect x, 2 as y from b",
    ],
)
def test_a_composed_query_is_one_select_with_or_without_its_own_with(sql):
    composed = compose(sql, WINDOWED)
    assert check_select("f", composed, []) == frozenset()
    assert rows(composed) == [(1, 2)]
    assert "three" not in composed
    assert composed.startswith("-- why") == sql.startswith("-- why")


def test_what_a_windowed_query_names_comes_before_it():
    composed = compose("select x from two", WINDOWED)
    assert composed.index("one as (") < composed.index("two as (")
    assert rows(composed) == [(1,)]


def test_a_comment_at_the_end_of_one_hides_nothing():
    assert rows(compose("select x from one", {"one": "select 1 as x -- the end"})) == [(1,)]


def test_a_name_is_a_whole_word_outside_comments():
    assert mentions("select one_more, ones from t -- one", {"one"}) == set()
    assert mentions("select * from one", {"one", "two"}) == {"one"}


def test_they_are_read_in_order(root):
    write(root, b="select * from a", a="select * from c", c="select 1 as x")
    assert list(read_windowed(root, [])) == ["c", "a", "b"]
    assert read_windowed(root / "elsewhere", []) == {}


def test_a_circle_is_refused(root):
    write(root, one="select * from two", two="select * from one")
    with pytest.raises(ControlError, match="windowed: .*circle: one, two"):
        read_windowed(root, [])


@pytest.mark.parametrize(("name", "what"), [("requests", "snapshot"), ("request_slots", "derived")])
def test_a_name_that_is_a_table_already_is_refused(root, name, what):
    write(root, **{name: "select 1 as x"})
    with pytest.raises(ControlError, match=rf"windowed/{name}.sql: '{name}' is a {what} table already"):
        read_windowed(root, ["request_slots"])


def test_what_one_does_is_guarded_in_the_query_that_names_it():
    for bad in ("select now() as x", "select x from sqlite_master", "select 1 as x) select 2 as x; drop table t; --"):
        with pytest.raises(ControlError):
            check_select("f", compose("select x from one", {"one": bad}), [])


def test_a_control_with_a_member_of_the_same_name_is_refused():
    with pytest.raises(ControlError, match="one"):
        check_select("f", compose("with one as (select 2 as x) select x from one", WINDOWED), [])


def test_the_shipped_controls_hold_what_they_name():
    pack = load_pack(policies_dir())
    assert pack.windowed.keys() >= {"bounded_minutes", "request_bounds", "request_watermark"}
    for name in pack.windowed:
        assert sum(f"{name} as (" in control.sql for control in pack.controls.values()) >= 2
    own = (policies_dir() / pack.controls["slo.error_rate"].sql_path).read_text()
    assert "request_watermark as (" not in own


def test_a_changed_windowed_query_makes_the_pack_stale(tmp_path):
    copy = Path(shutil.copytree(policies_dir(), tmp_path / "policies"))
    with (copy / "windowed/request_bounds.sql").open("a") as file:
        file.write("\n")
    with pytest.raises(ControlError, match=r"windowed/request_bounds.sql: changed since the pack was built"):
        load_pack(copy)
