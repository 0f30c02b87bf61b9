"""How a table of a snapshot is declared: its columns with type, unit and meaning, and their Arrow schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``type`` is ``instant``, ``int``, ``text`` or ``bool``; ``unit`` as above or ``""``."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    nullable: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns and the columns its Parquet file is sorted by."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]

    def schema(self) -> pa.Schema:
        """Return the Arrow schema, with unit and meaning as field metadata."""
        import pyarrow as pa  # noqa: PLC0415 - heavy, kept off the start-up path

        types = {"instant": pa.timestamp("us", tz="UTC"), "int": pa.int64(), "text": pa.string(), "bool": pa.bool_()}
        fields = [
            pa.field(c.name, types[c.type], nullable=c.nullable, metadata={"unit": c.unit, "meaning": c.meaning})
            for c in self.columns
        ]
        return pa.schema(fields, metadata={"table": self.name, "schema_version": str(SCHEMA_VERSION)})


def scope() -> tuple[Column, ...]:
    """Return the columns that every table of facts begins with."""
    return (
        Column("system", "text", "system under audit"),
        Column("environment", "text", "environment of the system"),
        Column("source", "text", "name of the source in auditor.toml"),
    )


def answered() -> tuple[Column, ...]:
    """Return the columns that every table of answers about a state begins with."""
    return (
        *scope(),
        Column("account", "text", "account that answered, 12 digits"),
        Column("region", "text", "region that answered"),
        Column("answered_at", "instant", "when it answered, by whoever asked", "us"),
    )


def identifier(name: str, meaning: str, *, nullable: bool = False) -> tuple[Column, ...]:
    """Return the two columns of an id: the halves of the first 128 bits of its SHA-256."""
    return (
        Column(f"{name}_hi", "int", f"{meaning}: high 64 bits of its 128-bit digest", "1", nullable=nullable),
        Column(f"{name}_lo", "int", f"{meaning}: low 64 bits of its 128-bit digest", "1", nullable=nullable),
    )
