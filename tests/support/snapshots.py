"""Small loads for tests of the store: real tables in the real schema, no files behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from lero_node.data.loaded import Loaded
from lero_node.data.report import Report
from lero_node.data.schema import QUARANTINE, SCHEMAS


def loaded_of(quarantine: Sequence[Mapping[str, object]] = (), **rows: Sequence[Mapping[str, object]]) -> Loaded:
    """A load whose tables hold the given rows; columns that a row does not name are null."""
    tables = {
        name: pa.Table.from_pylist([dict.fromkeys(schema.names) | dict(row) for row in rows.get(name, ())], schema)
        for name, schema in SCHEMAS.items()
    }
    return Loaded(
        tables=tables,
        quarantine=pa.Table.from_pylist([dict(row) for row in quarantine], QUARANTINE),
        report=Report((), 0),
        mapping_digest="00" * 32,
        source_files=("members.csv",),
    )
