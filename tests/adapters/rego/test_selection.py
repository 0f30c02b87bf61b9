from auditor.adapters.policies.pack import load_pack, rego_sources
from auditor.adapters.rego.selection import DISPATCH, needed
from auditor.shipped import policies_dir

P95 = "controls/slo/p95_latency/p95_latency.rego"
SOURCES = {
    DISPATCH: "package lib.dispatch\n\nd := data.controls[a][b].decision\n",
    "lib/share/share.rego": "package lib.share\n\nimport data.lists.regions\n",
    "gates/go/go.rego": "package gates.go\n",
    "controls/a/one/one.rego": "package controls.a.one\n\nimport data.lib.share # not data.controls[x]\n",
    "controls/a/two/two.rego": 'package controls.a.two\n\nx := data.controls.a.three.y\n\ns := "data.controls.x"\n',
    "controls/a/three/three.rego": "package controls.a.three\n\nimport data.controls.a.one\n",
    "controls/a/four/four.rego": "package controls.a.four\n",
}
ALWAYS = {DISPATCH, "lib/share/share.rego", "gates/go/go.rego"}


def chosen(*controls, **changes):
    found = needed(SOURCES | {f"controls/a/{name}/{name}.rego": text for name, text in changes.items()}, controls)
    return {file.split("/")[2] for file in found if file.startswith("controls/")} if found.keys() >= ALWAYS else None


def test_without_a_choice_everything_is_needed():
    assert needed(SOURCES, None) == SOURCES


def test_libraries_and_gates_always_are_and_only_the_controls_that_are_asked():
    assert chosen() == set()
    assert chosen("a.one") == {"one"}
    assert chosen("a.four", "a.one") == {"four", "one"}


def test_what_a_control_refers_to_comes_along_and_so_on():
    assert chosen("a.two") == {"two", "three", "one"}


def test_a_reference_that_cannot_be_followed_takes_everything_along():
    for reference in (
        "data.controls[x]",
        'data.controls["a"]',
        'data["controls"]',
        "data.controls",
        "data.controls.a",
        "data.controls.a[x]",
        "data[x]",
        "walk(data)",
    ):
        assert chosen("a.one", one=f"package controls.a.one\n\nx := {reference}\n") == {
            "one",
            "two",
            "three",
            "four",
        }, reference
    assert chosen("a.one", one="package controls.a.one\n\nx := input.data[0]\n") == {"one"}


def test_the_shipped_controls_need_no_other():
    pack = load_pack(policies_dir())
    found = needed(rego_sources(pack), {"slo.p95_latency"})
    assert [file for file in found if file.startswith("controls/")] == [P95]
    assert needed(rego_sources(pack), set(pack.controls)) == rego_sources(pack)
