import json
import shutil
from pathlib import Path

import pytest

from auditor.adapters.policies.pack import load_pack, tables_read
from auditor.errors import ControlError
from auditor.shipped import policies_dir


@pytest.fixture
def pack_copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(policies_dir(), tmp_path / "policies"))


def test_the_shipped_pack_loads_and_knows_its_controls():
    pack = load_pack(policies_dir())
    assert "slo.p95_latency" in pack.controls
    assert pack.controls["slo.p95_latency"].sql.startswith("--")
    assert "eu-central-1" in pack.lists["aws_regions"]["regions"]


@pytest.mark.parametrize(
    "path",
    [
        "controls/slo/p95_latency/p95_latency.sql",
        "controls/slo/p95_latency/p95_latency.rego",
        "derived/request_slots.sql",
        "lists/aws_regions.json",
        "profiles/hybrid-routing-gates.toml",
        "capabilities.json",
    ],
)
def test_a_changed_source_makes_the_pack_stale(pack_copy, path):
    with (pack_copy / path).open("a") as file:
        file.write("\n")
    with pytest.raises(ControlError, match="stale") as caught:
        load_pack(pack_copy)
    assert f"{path}: changed since the pack was built" in str(caught.value)
    assert "auditor policy build" in str(caught.value)


def test_an_added_a_missing_and_a_swapped_file_are_all_named_at_once(pack_copy):
    (pack_copy / "controls/slo/p95_latency/second_way.rego").write_text("package controls.slo.p95_latency\n")
    (pack_copy / "lib/percentile/percentile_test.rego").unlink()
    (pack_copy / "policy.wasm").write_bytes(b"\0asm")
    with pytest.raises(ControlError) as caught:
        load_pack(pack_copy)
    message = str(caught.value)
    assert "controls/slo/p95_latency/second_way.rego: not in the lock" in message
    assert "lib/percentile/percentile_test.rego: locked, but missing" in message
    assert "policy.wasm: is not the module that was built" in message


def test_an_older_date_is_not_stale(pack_copy):
    import os

    os.utime(pack_copy / "controls/slo/p95_latency/p95_latency.rego", (0, 0))
    load_pack(pack_copy)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lock: lock.pop("opa"), "opa: Field required"),
        (lambda lock: lock.update(extra=1), "extra: Extra inputs"),
        (lambda lock: lock["controls"][0].update(severity="none"), "severity"),
    ],
)
def test_a_malformed_lock_is_refused_by_member(pack_copy, change, expected):
    path = pack_copy / "pack.lock"
    lock = json.loads(path.read_text())
    change(lock)
    path.write_text(json.dumps(lock))
    with pytest.raises(ControlError, match="pack.lock") as caught:
        load_pack(pack_copy)
    assert expected in str(caught.value)


def test_a_folder_without_a_pack_is_refused(tmp_path):
    with pytest.raises(ControlError, match="cannot be read"):
        load_pack(tmp_path)


def test_an_unknown_control_names_those_there_are():
    pack = load_pack(policies_dir())
    with pytest.raises(ControlError, match=r"profile x: unknown control 'slo.p96'.*slo.p95_latency"):
        pack.control("slo.p96", "profile x")


def test_derived_tables_come_after_those_they_read():
    pack = load_pack(policies_dir())
    names = [table.name for table in tables_read(pack, ["select * from latency_slots"])]
    assert names == ["request_slots", "latency_slots"]
    assert tables_read(pack, ["select 1 -- request_slots"]) == ()


def test_derived_tables_in_a_circle_are_refused(pack_copy):
    from auditor.adapters.policies import pack as module

    (pack_copy / "derived/one.sql").write_text("select * from two")
    (pack_copy / "derived/two.sql").write_text("select * from one")
    with pytest.raises(ControlError, match="circle: one, two"):
        module._derived(pack_copy)


def test_a_list_defined_twice_is_refused(pack_copy):
    from auditor.adapters.policies import pack as module

    (pack_copy / "lists/zz.json").write_text('{"aws_regions": {}}')
    with pytest.raises(ControlError, match="defined twice"):
        module._lists(pack_copy)
