"""How texts of an export are compared: cells keep their letters, headings are matched loosely."""

from __future__ import annotations


def plain(text: str) -> str:
    """Without spaces at the ends, and with single spaces inside."""
    return " ".join(text.split())


def heading_key(text: str) -> str:
    """A heading as it is compared: underscores are spaces, and case does not matter."""
    return plain(text.replace("_", " ")).casefold()
