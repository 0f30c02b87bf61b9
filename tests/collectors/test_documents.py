import hashlib
import json
import tomllib
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor_collectors.documents import DocumentsCollector
from auditor_collectors.markdown import content_of
from one_source import bytes_of, refusal, rows_of, snapshot_of

OPTIONS = {
    "index": ["index.jsonl"],
    "documents": {
        "runbook": {
            "path": "docs/run.md",
            "sections": ["Triggers", "Procedure"],
            "fields": {"Owner": ["Release Team"], "Version": []},
        }
    },
}
MADE = "2025-01-14T09:00:00Z"


def entry(root, text, *, path="docs/run.md", at=MADE, file="v1.md", **more):
    """Write a version's content, and return its line of the index."""
    content = text.encode()
    if file is not None:
        (root / file).write_bytes(content)
    one = {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "modified_at": at, "file": file} | more
    return {name: value for name, value in one.items() if value is not None}


def write(root, *entries):
    (root / "index.jsonl").write_text("".join(json.dumps(one) + "\n" for one in entries))


def collected(root, *entries):
    write(root, *entries)
    return snapshot_of(DocumentsCollector(), OPTIONS, root)


def document(root, text, *others, **more):
    [row] = rows_of(collected(root, entry(root, text, **more), *others), "documents")
    return row


def parts(root, text):
    found = rows_of(collected(root, entry(root, text)), "document_parts")
    return {(row["kind"], row["name"]): (row["filled"], row["value"]) for row in found}


def refused(root, *entries):
    write(root, *entries)
    return refusal(DocumentsCollector(), OPTIONS, root).splitlines()[0]


def test_a_version_says_its_digest_its_size_and_when_it_was_made(tmp_path):
    assert document(tmp_path, "hello", reviewed=True) == {
        "document": "runbook",
        "modified_at": datetime(2025, 1, 14, 9, tzinfo=UTC),
        "sha256": hashlib.sha256(b"hello").hexdigest(),
        "size": 5,
        "reviewed": True,
        "links": 0,
        "broken_links": 0,
        "linked_at": None,
    }


def test_each_version_is_a_row_and_one_without_content_says_so(tmp_path):
    old = entry(tmp_path, "old", at="2025-01-13T09:00:00Z", file=None, reviewed=False)
    first, second = rows_of(collected(tmp_path, entry(tmp_path, "new"), old), "documents")
    assert (first["size"], first["links"], first["broken_links"], first["reviewed"]) == (None, None, None, False)
    assert (second["size"], second["reviewed"]) == (3, None)


def test_an_empty_document_is_a_row_of_no_size(tmp_path):
    assert document(tmp_path, "")["size"] == 0


def test_other_documents_are_no_rows_but_count_in_the_index(tmp_path):
    snapshot = collected(tmp_path, entry(tmp_path, "x", path="docs/other.md"))
    assert rows_of(snapshot, "documents") == []
    [cell] = pq.read_table(snapshot.tables["coverage"]).to_pylist()
    assert (cell["records"], cell["status"]) == (1, "ok")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("# Triggers\n\nCall somebody.\n", True),
        ("# Triggers #\nCall somebody.\n", True),
        ("Triggers\n========\n\nCall somebody.\n", True),
        ("# **Triggers**\n\n- one\n", True),
        ("# Triggers\n\n## First\n\nCall somebody.\n", True),
        ("# Triggers\n\n```\nrun me\n```\n", True),
        ("# Triggers\n\n| a |\n| - |\n| b |\n", True),
        ("# Triggers\n\n", False),
        ("# Triggers\n\nTBD\n", False),
        ("# Triggers\n\n**todo**\n", False),
        ("# Triggers\n\n<!-- Call somebody. -->\n", False),
        ("# Triggers\n\n## First\n\n# Other\n\nCall somebody.\n", False),
        ("# Triggers\n\n# Other\n\nCall somebody.\n", False),
    ],
)
def test_a_section_is_filled_when_something_stands_in_it(tmp_path, text, filled):
    assert parts(tmp_path, text) == {("section", "Triggers"): (filled, None)}


@pytest.mark.parametrize(
    "text",
    ["# Trigger\n\nx\n", "Triggers\n", "```\n# Triggers\nx\n```\n", "    # Triggers\n", "> Owner\n", "# triggers\n\nx"],
)
def test_what_is_no_declared_heading_is_no_section(tmp_path, text):
    assert parts(tmp_path, text) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "**Owner**: Release Team  \n**Version**: 1\n",
            {"Owner": (True, "Release Team"), "Version": (True, "undeclared")},
        ),
        ("Owner: jane.doe@example.org", {"Owner": (True, "undeclared")}),
        ("- Owner: Release Team\n", {"Owner": (True, "Release Team")}),
        ("Owner:", {"Owner": (False, None)}),
        ("Owner: TBD", {"Owner": (False, None)}),
        ("Owner: Release Team\nOwner: other", {"Owner": (True, "Release Team")}),
        ("```\nOwner: Release Team\n```\n", {}),
        ("The Owner: Release Team", {}),
    ],
)
def test_a_field_is_a_line_and_only_a_listed_value_leaves(tmp_path, text, found):
    assert {name: value for (kind, name), value in parts(tmp_path, text).items() if kind == "field"} == found
    assert not any(b"jane" in content for content in bytes_of(collected_again(tmp_path)).values())


def collected_again(root):
    return snapshot_of(DocumentsCollector(), OPTIONS, root, "again")


@pytest.mark.parametrize(
    ("target", "broken"),
    [
        ("other.md", 0),
        ("./other.md#part", 0),
        ("../docs/other.md", 0),
        ("/docs/other.md", 0),
        ("other%2Emd", 0),
        ("../docs/", 0),
        ("../docs", 0),
        ("missing.md", 1),
        ("../../docs/other.md", 1),
        ("../other.md", 1),
    ],
)
def test_a_relative_link_leads_to_what_the_index_has(tmp_path, target, broken):
    other = entry(tmp_path, "x", path="docs/other.md", file=None)
    row = document(tmp_path, f"[see]({target}) and [again]({target})", other)
    assert (row["links"], row["broken_links"]) == (1, broken)


@pytest.mark.parametrize(
    "text",
    ["[a](https://example.org/x.md)", "[a](#part)", "[a](mailto:x@example.org)", "`[a](x.md)`", "[a](//host/x.md)"],
)
def test_other_links_are_not_followed(tmp_path, text):
    assert document(tmp_path, text)["links"] == 0


def test_images_and_references_are_links_too(tmp_path):
    assert document(tmp_path, "![a](a.png) [b][ref]\n\n[ref]: b.md\n")["broken_links"] == 2


@given(st.text(alphabet="#[](){}<>!*_`:|-=/. \n\tabOwner%5Chttp\u2100", max_size=200))
def test_no_text_is_too_odd_to_read(text):
    found = content_of(text, "docs/run.md", {"Owner"}, {"Owner"})
    assert found.sections.keys() | found.fields.keys() <= {"Owner"}


def test_links_lead_somewhere_since_the_last_of_their_targets_was_made(tmp_path):
    others = [
        entry(tmp_path, "x", path="docs/a.md", at="2025-01-14T09:30:00Z", file=None),
        entry(tmp_path, "y", path="docs/a.md", at="2025-01-14T10:00:00Z", file=None),
        entry(tmp_path, "x", path="docs/b.md", at="2025-01-14T08:00:00Z", file=None),
    ]
    row = document(tmp_path, "[a](a.md) [b](b.md)", *others)
    assert row["linked_at"] == datetime(2025, 1, 14, 9, 30, tzinfo=UTC)


def test_content_that_is_not_what_the_index_says_is_refused(tmp_path):
    one = entry(tmp_path, "as reviewed")
    (tmp_path / "v1.md").write_text("as changed")
    found = hashlib.sha256(b"as changed").hexdigest()
    assert refused(tmp_path, one) == (f"v1.md: its SHA-256 is {found}, expected {one['sha256']} (index.jsonl, line 1)")


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.md").write_text("x")
    (root / "v1.md").symlink_to(tmp_path / "secret.md")
    assert refused(root, entry(root, "x", file=None) | {"file": "v1.md"}) == (
        "index.jsonl, line 1: 'v1.md' leads out of the folder"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "gone.md"}, "index.jsonl, line 1: 'gone.md' cannot be read (No such file or directory)"),
        ({"file": "../v1.md"}, "index.jsonl, line 1, member 'file': found '../v1.md', expected a path below the root"),
        ({"file": "/etc/passwd"}, "index.jsonl, line 1, member 'file': found '/etc/passwd', expected a path below"),
        ({"path": "docs//run.md"}, "index.jsonl, line 1, member 'path': found 'docs//run.md', expected a path below"),
        ({"sha256": "ABC"}, "index.jsonl, line 1, member 'sha256': found 'ABC', expected 64 hexadecimal digits"),
        ({"reviewed": "yes"}, "index.jsonl, line 1, member 'reviewed': found 'yes', expected true or false"),
        ({"author": "jane"}, "index.jsonl, line 1: found members author, file, modified_at, path, sha256, expected"),
        (
            {"modified_at": "2025-01-15"},
            "index.jsonl, line 1, member 'modified_at': found '2025-01-15', expected an RFC",
        ),
        (
            {"modified_at": "2025-01-15T00:00:00Z"},
            "index.jsonl, line 1, member 'modified_at': found '2025-01-15T00:00:00Z', expected at most 2 minutes after",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, change, said):
    assert refused(tmp_path, entry(tmp_path, "x") | change).startswith(said)


def test_two_versions_of_one_instant_are_refused(tmp_path):
    one = entry(tmp_path, "x")
    assert refused(tmp_path, one, one) == (
        "index.jsonl, line 2: path 'docs/run.md' was modified at this instant in index.jsonl, line 1 already"
    )


def test_a_document_is_text(tmp_path):
    (tmp_path / "v1.md").write_bytes(b"\xff")
    one = {"path": "docs/run.md", "sha256": hashlib.sha256(b"\xff").hexdigest(), "modified_at": MADE, "file": "v1.md"}
    assert refused(tmp_path, one) == "v1.md: not UTF-8 (invalid start byte)"


def test_the_example_is_accepted_and_a_path_out_of_the_repository_is_not():
    [options] = tomllib.loads(DocumentsCollector.example)["sources"].values()
    assert options.pop("kind") == "documents"
    assert DocumentsCollector().check(options) == []
    [problem] = DocumentsCollector().check(OPTIONS | {"documents": {"runbook": {"path": "../x.md"}}})
    assert problem.startswith("documents.runbook.path: Value error, a path below the root, without '..'")
