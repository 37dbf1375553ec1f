"""What one row of an export comes to: values, nothing, or a reason to set it aside."""

from __future__ import annotations

from dataclasses import dataclass

from lero_node.data.members import Value


@dataclass(frozen=True, repr=False)
class MadeRow:
    """values: the day first. notes: (column, reason) of cells that were left empty."""

    values: tuple[Value, ...]
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def day(self) -> Value:
        """Days since 1970-01-01, or None for a review that names its wave only."""
        return self.values[0]

    def __repr__(self) -> str:
        """Says nothing of the values."""
        return "MadeRow(hidden)"


@dataclass(frozen=True)
class SetAside:
    """A row that would count wrongly, and why."""

    reason: str


@dataclass(frozen=True)
class Nothing:
    """A row that records nothing, as the mapping expects."""


Made = MadeRow | SetAside | Nothing
