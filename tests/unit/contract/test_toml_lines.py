from __future__ import annotations

import pytest

from lero_contract.toml_lines import line_of

TEXT = """\
title = "x"
[[tables]]
id = "first"
windows = [
  { label = "Start" },
  { label = "3 months" }, { label = "6 months" },
]
[[tables]]
id = "second"
bins = [{ from = 1, to = 2 }, { from = 3, to = 4 }]
[more.inside]
key = 1
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 1),
        (("tables", 0), 2),
        (("tables", 0, "id"), 3),
        (("tables", 0, "windows"), 4),
        (("tables", 0, "windows", 0, "label"), 5),
        (("tables", 0, "windows", 2), 6),
        (("tables", 1), 8),
        (("tables", 1, "bins", 1, "from"), 10),
        (("tables", 1, "missing"), 8),
        (("more", "inside", "key"), 12),
        (("nowhere",), None),
    ],
)
def test_a_place_is_found_at_the_line_where_the_longest_part_of_it_begins(
    place: tuple[str | int, ...], line: int | None
) -> None:
    assert line_of(TEXT, place) == line
