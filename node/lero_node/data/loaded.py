"""The result of reading an export: tables in the normalised columns, the rows left out, and the report on both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from lero_node.data.report import Report


@dataclass(frozen=True, repr=False)
class Loaded:
    """Raw records: never printed, only handed to the store.

    tables: by name, in the columns of `schema.SCHEMAS`. quarantine: in the columns of `schema.QUARANTINE`.
    mapping_digest: SHA-256 of the mapping file, hexadecimal. source_files: names of the files read, without folders.
    """

    tables: Mapping[str, pa.Table]
    quarantine: pa.Table
    report: Report
    mapping_digest: str
    source_files: tuple[str, ...]

    def __repr__(self) -> str:
        """Says nothing of the rows."""
        return "Loaded(hidden)"
