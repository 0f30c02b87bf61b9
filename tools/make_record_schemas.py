"""Makes src/auditor/records/schemas: the JSON Schema of each kind of record, of the models in auditor.records.documents.

.venv/bin/python tools/make_record_schemas.py src/auditor/records/schemas
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from auditor.records.documents import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: str) -> str:
    """Return the schema of records of ``kind`` as its file has it."""
    made = KINDS[kind].model_json_schema() | {"$schema": DIALECT, "title": f"auditor record: {kind}"}
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for kind in KINDS:
        (folder / f"{kind}.schema.json").write_text(schema(kind), encoding="utf-8")
