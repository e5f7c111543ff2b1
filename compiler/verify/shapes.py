"""The same rows in every shape a client may send them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from compiler.ir import Golden, Json

_ROWS = 2  # enough to tell rows from columns


def shown_rows(golden: Golden) -> int:
    """How many of the first rows are sent in every shape."""
    return golden.batch if golden.batch > 1 else _ROWS


def payload_shapes(artifact: Path, golden: Golden) -> dict[str, Json]:
    """Shape -> payload of the first rows; all must be answered alike."""
    rows = list(golden.inputs[: shown_rows(golden)])
    shapes: dict[str, Json] = {"rows": rows, '{"data": rows}': {"data": rows}}
    names = _names(artifact)
    if all(isinstance(row, dict) and list(row) == list(cast("dict[str, Json]", rows[0])) for row in rows):
        records = cast("list[dict[str, Json]]", rows)
        shapes["columns"] = {name: [record[name] for record in records] for name in records[0]}
        if set(names) == set(records[0]):
            shapes["lists"] = [[record[name] for name in names] for record in records]
    return shapes


def _names(artifact: Path) -> list[str]:
    """The columns of input_schema.json in their order; none when there is no schema."""
    path = artifact / "input_schema.json"
    if not path.is_file():
        return []
    columns = json.loads(path.read_bytes())["schema"]
    return [str(column["name"]) for column in sorted(columns, key=lambda column: int(column["order"]))]
