"""The memory that a module imports is read as wasmtime reads it."""

import pytest
import wasmtime

from auditor.adapters.rego.module import imported_pages
from auditor.shipped import policies_dir


def compiled(text: str) -> bytes:
    return bytes(wasmtime.wat2wasm(text))


@pytest.mark.parametrize(
    ("imports", "pages"),
    [
        ("", 0),
        ('(import "env" "memory" (memory 5))', 5),
        ('(import "env" "memory" (memory 300 60000))', 300),
        (
            """
            (type $f (func (param i32) (result i32)))
            (import "a" "f" (func (type $f)))
            (import "a" "t" (table 1000 2000 funcref))
            (import "a" "u" (table 9 externref))
            (import "a" "g" (global (mut i32)))
            (import "env" "memory" (memory 129))
            """,
            129,
        ),
    ],
)
def test_every_kind_of_import_is_stepped_over(imports: str, pages: int) -> None:
    assert imported_pages(compiled(f"(module {imports})")) == pages


def test_the_shipped_module_imports_what_wasmtime_says() -> None:
    wasm = (policies_dir() / "policy.wasm").read_bytes()
    imports = wasmtime.Module(wasmtime.Engine(), wasm).imports
    said = [one.type.limits.min for one in imports if isinstance(one.type, wasmtime.MemoryType)]
    assert [imported_pages(wasm)] == said


@pytest.mark.parametrize(
    "wasm",
    [
        b"",
        b"\0asm\x02\0\0\0",
        b"\0asm\x01\0\0\0\x02",
        b"\0asm\x01\0\0\0\x02\x05\x01\x01a\x01b",
        b"\0asm\x01\0\0\0\x02\xff\xff\xff\xff\xff\x01",
        b"\0asm\x01\0\0\0\x02\x07\x01\x01a\x01b\x09\x00",
    ],
)
def test_what_is_no_module_is_an_error(wasm: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        imported_pages(wasm)
