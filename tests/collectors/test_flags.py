import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from auditor.tables import identifier_halves
from auditor_collectors.flags import FlagsCollector
from one_source import bytes_of, refusal, rows_of, snapshot_of

APPCONFIG = {"files": ["flags.json"], "format": "appconfig", "aliases": {"enableMcp": "ENABLE_MCP"}}
FLAGD = {"files": ["flags.json"], "format": "flagd"}
ENV = {"files": ["*.env"], "format": "env", "true_values": ["true", "1"], "false_values": ["false", "0"]}
CHANGES = {
    "files": ["changes.jsonl"],
    "format": "changes",
    "aliases": {"enableMcp": "ENABLE_MCP"},
    "members": {
        "flag": "name",
        "at": "ts",
        "enabled": "on",
        "rollout_percent": "pct",
        "deployment": "id",
        "kind": "what",
    },
    "kinds": {"done": "completed", "undone": "rolled_back"},
}
UPDATED = "2025-01-14T09:00:00.5Z"
AT = datetime(2025, 1, 14, 9, 0, 0, 500_000, tzinfo=UTC)
AGAIN = "\n  what to do: export the file again"


def appconfig(**values):
    return {"version": "1", "flags": {key: {"name": key} for key in values}, "values": values}


def flagd(**flag):
    default = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "on"}
    return {"flags": {"direct": default | flag}}


def write(root, document, name="flags.json"):
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(json.dumps(document))


def collected(root, options, **more):
    return snapshot_of(FlagsCollector(), options, root, **more)


def states(snapshot):
    return [(row["flag"], row["variant"], row["enabled"]) for row in rows_of(snapshot, "flags")]


def coverage(snapshot):
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    return cell


def refused(root, options):
    return refusal(FlagsCollector(), options, root)


def test_appconfig_flags_under_the_plans_names(tmp_path):
    write(tmp_path, appconfig(enableMcp={"enabled": True, "_updatedAt": UPDATED}, other={"enabled": False}))
    snapshot = collected(tmp_path, APPCONFIG)
    assert rows_of(snapshot, "flags") == [
        {"flag": "ENABLE_MCP", "variant": None, "enabled": True, "updated_at": AT, "provider": "appconfig"},
        {"flag": "other", "variant": None, "enabled": False, "updated_at": None, "provider": "appconfig"},
    ]
    assert (coverage(snapshot)["records"], coverage(snapshot)["detail"]) == (2, None)


def test_a_flag_of_several_variants_is_not_one_boolean(tmp_path):
    variants = [{"name": "eu", "enabled": True, "rule": "(eq $region eu)"}, {"name": "rest", "enabled": False}]
    write(tmp_path, appconfig(enableMcp={"_variants": variants, "_updatedAt": UPDATED}))
    assert set(states(collected(tmp_path, APPCONFIG))) == {
        ("ENABLE_MCP", None, None),
        ("ENABLE_MCP", "eu", True),
        ("ENABLE_MCP", "rest", False),
    }


def test_a_flag_without_a_value_is_null_and_an_unused_alias_is_told(tmp_path):
    write(tmp_path, {"version": "1", "flags": {"direct": {}}, "values": {}})
    snapshot = collected(tmp_path, APPCONFIG)
    assert states(snapshot) == [("direct", None, None)]
    assert coverage(snapshot)["detail"] == "alias 'enableMcp' names no key here"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            appconfig(direct={"enabled": "true"}),
            "flags.json, flag 'direct', member 'enabled': found 'true', expected true or false, without quotes",
        ),
        (
            appconfig(direct={"enabled": 1}),
            "flags.json, flag 'direct', member 'enabled': found 1, expected true or false, without quotes",
        ),
        (
            appconfig(direct={}),
            "flags.json, flag 'direct', member 'enabled': found none, expected true or false, without quotes",
        ),
        (
            appconfig(direct={"enabled": True, "_variants": []}),
            "flags.json, flag 'direct': found enabled and _variants, expected one of them",
        ),
        (
            appconfig(direct={"_variants": []}),
            "flags.json, flag 'direct', member '_variants': found [], expected a list of one or more objects",
        ),
        (
            appconfig(direct={"_variants": [{"name": "a", "enabled": True}, {"name": "a", "enabled": False}]}),
            "flags.json, flag 'direct', variant 'a': is there twice, expected once",
        ),
        (
            appconfig(direct={"_variants": [{"name": "a", "enabled": "false"}]}),
            (
                "flags.json, flag 'direct', variant 'a', member 'enabled': found 'false', "
                "expected true or false, without quotes"
            ),
        ),
        (
            appconfig(Direct={"enabled": True}),
            (
                "flags.json, flag 'Direct': no key of AppConfig, expected a lower-case letter, then letters, digits, "
                "_ or -, at most 64"
            ),
        ),
        (
            {"direct": {"enabled": True}},
            (
                "flags.json, member 'version': found none, expected '1': the content of a hosted version of type "
                "AWS.AppConfig.FeatureFlags"
            ),
        ),
        (
            {"version": "1", "flags": {}, "values": {"x": {"enabled": True}}},
            "flags.json: values has 'x', which flags does not define",
        ),
        (
            appconfig(direct={"enabled": True, "_updatedAt": "2025-01-14T13:00:00Z"}),
            (
                "flags.json, flag 'direct', member '_updatedAt': found '2025-01-14T13:00:00Z', expected at most 2 "
                "minutes after the collection at 2025-01-14T12:00:00+00:00"
            ),
        ),
    ],
)
def test_what_is_wrong_in_appconfig_is_named(tmp_path, document, said):
    write(tmp_path, document)
    assert refused(tmp_path, APPCONFIG) == said + AGAIN


def test_two_keys_never_share_a_name(tmp_path):
    write(tmp_path, appconfig(enableMcp={"enabled": True}, mcp={"enabled": False}))
    assert refused(tmp_path, APPCONFIG | {"aliases": {"enableMcp": "mcp"}}) == (
        "flags.json, flag 'mcp': key 'mcp' is flag 'mcp', which is already key 'enableMcp' at flags.json, "
        "flag 'enableMcp'\n  what to do: export each flag once, or correct `aliases` in auditor.toml"
    )


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ({}, {(None, True)}),
        ({"defaultVariant": "off"}, {(None, False)}),
        ({"targeting": {}}, {(None, True)}),
        ({"targeting": {"if": []}}, {(None, None), ("on", True), ("off", False)}),
        ({"variants": {"on": "blue"}}, {(None, None), ("on", None)}),
        ({"variants": {"on": 1}}, {(None, None), ("on", None)}),
        ({"state": "DISABLED"}, {(None, None)}),
        ({"defaultVariant": None}, {(None, None)}),
    ],
)
def test_flagd_says_one_boolean_only_when_everybody_gets_it(tmp_path, flag, expected):
    write(tmp_path, flagd(**flag))
    assert {(variant, on) for _, variant, on in states(collected(tmp_path, FLAGD))} == expected


@pytest.mark.parametrize("default", [True, False])
def test_a_disabled_flag_of_flagd_is_what_the_code_is_declared_to_take(tmp_path, default):
    write(tmp_path, flagd(state="DISABLED"))
    assert states(collected(tmp_path, FLAGD | {"code_default": default})) == [("direct", None, default)]


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ({"state": "enabled"}, "member 'state': found 'enabled', expected ENABLED or DISABLED"),
        ({"defaultVariant": "yes"}, "member 'defaultVariant': found 'yes', expected one of the variants on, off"),
        ({"variants": [True]}, "member 'variants': found [True], expected an object"),
        (
            {"variants": {"a@b": 1}, "defaultVariant": "a@b"},
            "member 'variants': found 'a@b', expected a variant's name of letters, digits, spaces and _.-, at most 64",
        ),
    ],
)
def test_what_is_wrong_in_flagd_is_named(tmp_path, flag, said):
    write(tmp_path, flagd(**flag))
    assert refused(tmp_path, FLAGD) == f"flags.json, flag 'direct', {said}{AGAIN}"


def test_lines_of_key_and_value(tmp_path):
    (tmp_path / "a.env").write_text("# flags\nexport DIRECT=1\n\nMCP=false\nAWS_SECRET=hunter2hunter2\n")
    snapshot = collected(tmp_path, ENV | {"only": ["DIRECT", "MCP", "CACHE"]})
    assert states(snapshot) == [("DIRECT", None, True), ("MCP", None, False)]
    assert coverage(snapshot)["detail"] == "key 'CACHE' of only is not here"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("DIRECT=True", "line 2, key 'DIRECT': found 'True', expected one of true, 1, false, 0"),
        ('DIRECT="true"', "line 2, key 'DIRECT': found '\"true\"', expected one of true, 1, false, 0"),
        ("DIRECT=", "line 2, key 'DIRECT': found '', expected one of true, 1, false, 0"),
        ("SECRET=hunter2hunter2", "line 2, key 'SECRET': found 14 characters, expected one of true, 1, false, 0"),
    ],
)
def test_a_value_that_is_not_declared_is_refused_and_a_long_one_not_shown(tmp_path, line, said):
    (tmp_path / "a.env").write_text(f"MCP=1\n{line}\n")
    assert refused(tmp_path, ENV) == (
        f"a.env, {said}\n  what to do: correct the value, or true_values, false_values or only in auditor.toml"
    )


def test_one_flag_in_two_files_is_refused(tmp_path):
    (tmp_path / "a.env").write_text("MCP=1\n")
    (tmp_path / "b.env").write_text("MCP=1\n")
    assert refused(tmp_path, ENV).startswith("b.env, line 1: key 'MCP' is flag 'MCP', which is already key 'MCP' at a.")


def log(root, *changes):
    (root / "changes.jsonl").write_text("".join(json.dumps(one) + "\n" for one in changes))


CHANGE = {
    "name": "enableMcp",
    "ts": UPDATED,
    "on": True,
    "pct": 99.9,
    "id": 7,
    "what": "done",
    "by": "jane@example.org",
}


def test_a_change_log_through_its_declared_members(tmp_path):
    log(tmp_path, CHANGE, CHANGE, CHANGE | {"on": None, "pct": None, "id": None, "what": "undone"})
    snapshot = collected(tmp_path, CHANGES)
    high, low = identifier_halves("7")
    first = {"event_time": AT, "flag": "ENABLE_MCP", "enabled": True, "kind": "completed", "rollout_percent": 99}
    second = {"enabled": None, "kind": "rolled_back", "rollout_percent": None}
    assert rows_of(snapshot, "flag_changes") == [
        first | {"deployment_hi": high, "deployment_lo": low},
        first | second | {"deployment_hi": None, "deployment_lo": None},
    ]
    assert (coverage(snapshot)["records"], coverage(snapshot)["duplicates"]) == (3, 1)
    assert not any(b"jane" in content for content in bytes_of(snapshot).values())


def test_a_change_log_without_kinds_is_changed(tmp_path):
    log(tmp_path, {"f": "a", "t": UPDATED, "e": False})
    members = {"flag": "f", "at": "t", "enabled": "e"}
    snapshot = collected(tmp_path, {"files": ["changes.jsonl"], "format": "changes", "members": members})
    assert [(row["kind"], row["enabled"]) for row in rows_of(snapshot, "flag_changes")] == [("changed", False)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"on": "true"}, "member 'on': found 'true', expected true or false, without quotes"),
        ({"pct": 100.5}, "member 'pct': found 100.5, expected a number from 0 to 100"),
        ({"pct": "100"}, "member 'pct': found '100', expected a number from 0 to 100"),
        ({"what": "started"}, "member 'what': found 'started', expected one of done, undone"),
        (
            {"name": "a b"},
            "member 'name': found 'a b', expected a flag's name of letters, digits and _.-, at most 128",
        ),
    ],
)
def test_what_is_wrong_in_a_change_log_is_named(tmp_path, wrong, said):
    log(tmp_path, CHANGE, CHANGE | wrong)
    assert refused(tmp_path, CHANGES) == f"changes.jsonl, line 2, {said}{AGAIN}"


def test_a_change_that_does_not_say_what_it_sets_is_refused(tmp_path):
    log(tmp_path, {name: value for name, value in CHANGE.items() if name != "on"})
    assert refused(tmp_path, CHANGES) == (
        "changes.jsonl, line 1, member 'on': found none, expected true or false, without quotes" + AGAIN
    )


@pytest.mark.parametrize("options", [APPCONFIG, CHANGES])
def test_the_same_source_gives_the_same_bytes(tmp_path, options):
    write(tmp_path, appconfig(**{f"k{number}": {"enabled": number % 2 == 0} for number in range(30)}))
    log(tmp_path, *(CHANGE | {"id": number} for number in range(30)))
    first = bytes_of(collected(tmp_path, options))
    assert bytes_of(collected(tmp_path, options, output="again")) == first


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ({"files": ["x"], "format": "xml"}, ["format: Input should be"]),
        (FLAGD | {"true_values": ["1"]}, ["true_values: Extra inputs are not permitted"]),
        ({"files": [], "format": "env"}, ["files: List should", "true_values: Field", "false_values: Field required"]),
        (ENV | {"false_values": ["1"]}, ["table: Value error, '1' is in true_values and in false_values"]),
        (
            APPCONFIG | {"aliases": {"a": "X", "b": "X"}},
            ["aliases: Value error, 'a' and 'b' are both renamed to 'X', expected one key for a name"],
        ),
        (CHANGES | {"kinds": {"x": "y"}}, ["table: Value error, kinds gives 'y', expected one of deployed, completed"]),
        (
            {"files": ["d"], "format": "appconfig_deployments", "versions": "v.json"},
            ["table: Value error, versions is 'v.json', expected a relative path with one {version}"],
        ),
    ],
)
def test_the_options_name_every_problem(options, problems):
    found = FlagsCollector().check(options)
    assert len(found) == len(problems)
    for one, start in zip(found, problems, strict=True):
        assert one.startswith(start)
