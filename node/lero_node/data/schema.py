"""The columns of a snapshot. Queries, imports and tests speak of these and of no others."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

MEMBER_TEXTS = (
    "sex",
    "ethnicity_group",
    "area",
    "substance_group",
    "primary_substance",
    "referral_source",
    "leaving_reason",
    "accommodation",
    "employment",
    "recovery_at_start",
)

# Days are whole numbers since 1970-01-01. Category columns hold codes; "not_known" and null both mean not known.
# joined is null for someone who was referred and never joined. score is in units of 10^-decimals points.
SCHEMAS: Mapping[str, pa.Schema] = {
    "members": pa.schema(
        [
            pa.field("member_id", pa.string(), nullable=False),
            ("birth_year", pa.int32()),
            ("referred", pa.int32()),
            ("joined", pa.int32()),
            ("left", pa.int32()),
            *((name, pa.string()) for name in MEMBER_TEXTS),
        ]
    ),
    "reviews": pa.schema(
        [
            pa.field("member_id", pa.string(), nullable=False),
            ("day", pa.int32()),
            ("wave", pa.int32()),
            pa.field("measure", pa.string(), nullable=False),
            ("score", pa.int64()),
            ("recovery_now", pa.string()),
            pa.field("row_hash", pa.int64(), nullable=False),
        ]
    ),
    **{
        name: pa.schema(
            [
                pa.field("member_id", pa.string(), nullable=False),
                pa.field("day", pa.int32(), nullable=False),
                ("kind", pa.string()),
                pa.field("row_hash", pa.int64(), nullable=False),
            ]
        )
        for name in ("activities", "milestones")
    },
}

# Rows that were not accepted, as they stood in the export: `cells` is a JSON list of [heading, text] pairs.
QUARANTINE = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        ("member_id", pa.string()),
        pa.field("cells", pa.string(), nullable=False),
    ]
)


def table_of(name: str, columns: Mapping[str, list[object]]) -> pa.Table:
    """A table in its schema. Raises pyarrow.ArrowInvalid for a value that does not fit, KeyError without a column."""
    schema = SCHEMAS[name]
    return pa.table([pa.array(columns[field.name], field.type) for field in schema], schema=schema)
